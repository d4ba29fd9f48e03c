// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.function.Supplier;

import dev.tou.connection.AddressWords;
import dev.tou.connection.ConnectionKey;
import dev.tou.connection.NegotiatedOptions;
import dev.tou.connection.SipHash;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentOptions;
import dev.tou.timing.TimerWheel;

/**
 * SYN cookies (RFC 4987 section 3.6): a SYN-ACK whose sequence number remembers, under a secret key, what a half-open connection
 * would, so that none need be kept. Only who receives the SYN-ACK can acknowledge it, and what comes back is believed because
 * nobody else could have made it.
 *
 * <pre>
 *   bit 31                     9 8     6 5       2   1     0
 *      +------------------------+-------+---------+------+-----+
 *      | authentication         |  MSS  |  scale  | SACK | key |     bits 8 to 1 are disguised with bits 31 to 24
 *      +------------------------+-------+---------+------+-----+
 * </pre>
 *
 * <p>The peer's maximum segment size is one of eight; its window scale, or that there is none, and SACK are whole. So nothing has
 * to hide in timestamps: they are the clock's, measure the round trip, and need not be there. That both use them, the peer's
 * initial sequence number, all ports and the shift of our own windows are authenticated, too; with timestamps an echo must also
 * be of our clock, which has an offset of its own for every peer, so that a blind guess is right once in 2^38 instead of 2^23.
 *
 * <p>A key makes cookies for half a minute and is good for as long again. One per UDP channel; not synchronized, allocates a
 * key in half a minute.
 */
public final class SynCookies {

    /** How long a key makes cookies, and then is still good. */
    static final long KEY_LIFE_NANOS = 30_000_000_000L;

    /** How long a cookie is good at most. */
    public static final long MOST_LIFE_NANOS = 2 * KEY_LIFE_NANOS;

    /** Segments of a burst overtake each other by less. */
    private static final int REORDERING_MILLIS = 3_000;

    private static final int NANOS_PER_MILLI = 1_000_000;
    private static final int NO_SCALE = 15;

    /**
     * What a path is likely to carry, less all headers: 576 bytes, 1228, which passes everywhere, IPv6's least, a tunnel in a
     * tunnel, Ethernet with IPv6 and IPv4, jumbo frames, loopback.
     */
    private static final int[] MSS = {536, 1180, 1212, 1360, 1432, 1452, 8932, 65_467};

    /** What an acknowledgment of something unknown is. */
    public enum Verdict {
        /** It acknowledges a cookie of ours: the options are those of the handshake. */
        GOOD,
        /** It does not, but echoes a timestamp that we sent just now: perhaps it has overtaken the one that does. */
        EARLY,
        /** It does not. */
        BAD
    }

    private final Supplier<SipHash> secrets;
    private final SynSieve sieve;
    private final SpentCookies spent;
    private final SipHash[] keys = new SipHash[2];
    private final long[] madeNanos = new long[2];
    private int newest;
    private long sent;
    private long accepted;

    /**
     * Cookies of a channel.
     *
     * @param secrets makes a hash under a new key
     * @param wheel tells when spent ones are too old to come back
     */
    SynCookies(Supplier<SipHash> secrets, TimerWheel wheel) {
        this.secrets = secrets;
        sieve = new SynSieve(secrets);
        spent = new SpentCookies(wheel);
    }

    /**
     * {@return whether a SYN gets a cookie} Not if there are too many; but when it comes again.
     *
     * @param ports all four ports
     */
    public boolean affords(AddressWords from, long ports, Segment syn, long nowNanos) {
        return sieve.passes(from, ports, syn.seq(), nowNanos);
    }

    /**
     * {@return the initial sequence number of the SYN-ACK for a SYN}
     *
     * @param from the sender's address
     * @param ports all four ports, as {@link dev.tou.connection.ConnectionKey#packPorts} has three
     * @param agreed what the SYN's options and ours come to
     */
    public int make(AddressWords from, long ports, Segment syn, NegotiatedOptions agreed, long nowNanos) {
        if (keys[newest] == null || nowNanos - madeNanos[newest] >= KEY_LIFE_NANOS) {
            newest ^= 1;
            keys[newest] = secrets.get();
            madeNanos[newest] = nowNanos;
        }
        sent++;
        int memory = memoryOf(agreed);
        int mac = mac(keys[newest], from, ports, syn.seq(), memory, agreed);
        return mac << 9 | (memory ^ mac >>> 15) << 1 | newest;
    }

    /** {@return whether cookies have gone out that are still good, so that {@link #check} may find one} */
    public boolean areOut(long nowNanos) {
        return isGood(0, nowNanos) || isGood(1, nowNanos);
    }

    private boolean isGood(int key, long nowNanos) {
        return keys[key] != null && nowNanos - madeNanos[key] < MOST_LIFE_NANOS;
    }

    /**
     * {@return whether a segment acknowledges a cookie}
     *
     * @param ours options of which nothing is agreed yet; if the cookie is good, they are what was agreed
     * @param syn is filled with the options of the peer's SYN
     * @param clock what our timestamp clock for the peer shows now, in milliseconds
     */
    public Verdict check(
            AddressWords from,
            long ports,
            Segment ack,
            NegotiatedOptions ours,
            SegmentOptions syn,
            int clock,
            long nowNanos) {
        boolean timestamps = ack.options().has(SegmentOptions.TIMESTAMPS);
        int age = timestamps ? clock - ack.options().timestampEcho() : 0;
        int cookie = ack.ack() - 1;
        int key = cookie & 1;
        if (age >= 0 && age < MOST_LIFE_NANOS / NANOS_PER_MILLI && isGood(key, nowNanos)) {
            int memory = (cookie >>> 1 ^ cookie >>> 24) & 0xFF;
            recall(memory, ack.options(), syn);
            ours.accept(syn);
            // What we offer may have changed since: then the peer believes in something that is not so.
            boolean same = memoryOf(ours) == memory && ours.timestamps() == timestamps;
            if (same && mac(keys[key], from, ports, ack.seq() - 1, memory, ours) == cookie >>> 9) {
                return Verdict.GOOD;
            }
        }
        return timestamps && age >= 0 && age < REORDERING_MILLIS ? Verdict.EARLY : Verdict.BAD;
    }

    /** {@return whether the cookie that a segment brings back has made a connection before} Good as it is, it makes no other. */
    public boolean isSpent(ConnectionKey key, Segment ack) {
        return spent.contains(key, ack.seq(), ack.ack());
    }

    /** The cookie that a segment brings back makes a connection. */
    public void spend(ConnectionKey key, Segment ack, long nowNanos) {
        accepted++;
        spent.add(key, ack.seq(), ack.ack(), nowNanos);
    }

    /** The UDP channel is closed. */
    void end() {
        spent.end();
    }

    private static int memoryOf(NegotiatedOptions agreed) {
        int mss = MSS.length - 1;
        while (mss > 0 && MSS[mss] > agreed.peerMss()) {
            mss--;
        }
        int scale = agreed.scaling() ? agreed.peerScale() : NO_SCALE;
        return mss << 5 | scale << 1 | (agreed.sack() ? 1 : 0);
    }

    private static void recall(int memory, SegmentOptions ofAck, SegmentOptions syn) {
        syn.clear();
        syn.mss(MSS[memory >>> 5]);
        int scale = memory >>> 1 & 0xF;
        if (scale != NO_SCALE) {
            syn.windowScale(scale);
        }
        if ((memory & 1) != 0) {
            syn.sackPermitted();
        }
        if (ofAck.has(SegmentOptions.TIMESTAMPS)) {
            syn.timestamps(ofAck.timestampValue(), 0);
        }
    }

    private static int mac(
            SipHash key, AddressWords from, long ports, int peerIss, int memory, NegotiatedOptions agreed) {
        int options = memory << 5 | agreed.scale() << 1 | (agreed.timestamps() ? 1 : 0);
        return (int) (key.hash(from.hi(), from.lo(), ports, (long) peerIss << 32 | options) >>> 41);
    }

    /** {@return how many SYNs were answered with a cookie} */
    public long sent() {
        return sent;
    }

    /** {@return how many connections began with a cookie} */
    public long accepted() {
        return accepted;
    }
}
