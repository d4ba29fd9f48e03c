// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import dev.tou.connection.AddressWords;
import dev.tou.connection.ConnectionKey;
import dev.tou.connection.SipHash;
import dev.tou.segment.SequenceNumber;

/**
 * The connections of one UDP channel that are in TIME-WAIT: closed by both ends, and remembered for two maximum segment
 * lifetimes, so that the peer's FIN can be acknowledged again and old segments do not meet a new connection of the same name
 * (RFC 9293 sections 3.6.1 and 3.10.7.4).
 *
 * <p>A record holds what that takes and nothing else: the name, RCV.NXT, SND.NXT, the timestamps, when an acknowledgment was
 * last sent, and a deadline: at most 64 bytes for an IPv4 peer and 96 for an IPv6 peer once there are a few thousand, all
 * indexes included. Every record lives equally long, so the order of expiry is the order of arrival; {@link #restart} puts a
 * record at the end. When there are too many, the oldest is destroyed: whoever adds should say so in a log, because that
 * connection loses its protection.
 *
 * <p>What an incoming segment does to a record is decided above; this class contributes the rule when a SYN may open the
 * connection again (RFC 6191), and the rate of acknowledgments. A reset must be ignored (RFC 1337 section 4, fix F1): it
 * would assassinate the record.
 *
 * <p>A <em>slot</em> names a record until the next {@link #add}, {@link #remove} or {@link #expire}. Finding and changing
 * allocate nothing. Deadlines are kept in whole milliseconds, rounded up. Belongs to one event loop; not synchronized.
 */
public final class TimeWaitTable {

    /** A record answers segments that carry nothing new once in this time; RFC 5961 section 7 asks for a limit. */
    public static final long ACK_INTERVAL_MILLIS = 500;

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** A thousand ticks of the timestamps' clock, longer than the wait between most paths' two ends. */
    private static final long REUSE_NANOS = 1_000 * NANOS_PER_MILLI;

    /** Milliseconds are kept in 32 bits and compared by subtraction. */
    private static final long MAX_TIME_WAIT_NANOS = (1L << 30) * NANOS_PER_MILLI;

    private static final int TIMESTAMPS = 1;
    private static final int ACKNOWLEDGED = 2;

    private final SipHash hash;
    private final int maxRecords;
    private final long timeWaitNanos;
    private final TimeWaitRecords ipv4 = new TimeWaitRecords(1);
    private final TimeWaitRecords ipv6 = new TimeWaitRecords(4);

    /** When the first of the present records was added; the milliseconds count from here. */
    private long originNanos;

    /** The latest time that this table was told, in milliseconds since the origin. */
    private long latestMillis;

    /**
     * @param maxRecords the option {@code MAX_TIME_WAIT}; with 0 nothing is ever remembered
     * @param timeWaitNanos two maximum segment lifetimes, more than 0, at most 12 days
     * @param hash a hash under a secret key
     */
    public TimeWaitTable(int maxRecords, long timeWaitNanos, SipHash hash) {
        if (maxRecords < 0) {
            throw new IllegalArgumentException("maxRecords: " + maxRecords + " (expected: >= 0)");
        }
        if (timeWaitNanos <= 0 || timeWaitNanos > MAX_TIME_WAIT_NANOS) {
            throw new IllegalArgumentException("timeWaitNanos: " + timeWaitNanos + " (expected: 1 to 2^30 ms)");
        }
        this.maxRecords = maxRecords;
        this.timeWaitNanos = timeWaitNanos;
        this.hash = Objects.requireNonNull(hash, "hash");
    }

    /**
     * Remembers a connection that did not use timestamps.
     *
     * @return whether a record had to be destroyed because there are too many
     */
    public boolean add(ConnectionKey key, int rcvNxt, int sndNxt, long nowNanos) {
        return add(key.remoteHi(), key.remoteLo(), key.ports(), rcvNxt, sndNxt, 0, 0, 0, nowNanos);
    }

    /**
     * Remembers a connection that used timestamps. A record of the same name is replaced.
     *
     * @param tsRecent the last timestamp taken from the peer, TS.Recent of RFC 7323
     * @param tsOffset what is added to the clock in the timestamps that we send
     * @return whether a record had to be destroyed because there are too many
     */
    public boolean add(ConnectionKey key, int rcvNxt, int sndNxt, int tsRecent, int tsOffset, long nowNanos) {
        return add(
                key.remoteHi(), key.remoteLo(), key.ports(), rcvNxt, sndNxt, TIMESTAMPS, tsRecent, tsOffset, nowNanos);
    }

    private boolean add(
            long hi,
            long lo,
            long ports,
            int rcvNxt,
            int sndNxt,
            int flags,
            int tsRecent,
            int tsOffset,
            long nowNanos) {
        if (maxRecords == 0) {
            return true;
        }
        int old = find(hi, lo, ports);
        if (old >= 0) {
            remove(old);
        }
        boolean full = size() == maxRecords;
        if (full) {
            remove(oldestSlot());
        }
        if (size() == 0) {
            originNanos = nowNanos;
            latestMillis = 0;
        }
        TimeWaitRecords records = recordsFor(hi, lo);
        int record = records.add((int) hash.hash(hi, lo, ports), hi, lo, ports);
        records.setFlags(record, flags);
        records.set(record, TimeWaitRecords.RCV_NXT, rcvNxt);
        records.set(record, TimeWaitRecords.SND_NXT, sndNxt);
        records.set(record, TimeWaitRecords.TS_RECENT, tsRecent);
        records.set(record, TimeWaitRecords.TS_OFFSET, tsOffset);
        records.set(record, TimeWaitRecords.DEADLINE_MILLIS, deadlineMillis(nowNanos));
        return full;
    }

    /** {@return the slot of a connection, or -1} */
    public int find(ConnectionKey key) {
        return find(key.remoteHi(), key.remoteLo(), key.ports());
    }

    /** {@return the slot of the connection that a datagram is for, or -1}; the parts are those of {@link ConnectionKey} */
    public int find(long hi, long lo, int remoteUdpPort, int localTcpPort, int remoteTcpPort) {
        return find(hi, lo, ConnectionKey.packPorts(remoteUdpPort, localTcpPort, remoteTcpPort));
    }

    private int find(long hi, long lo, long ports) {
        TimeWaitRecords records = recordsFor(hi, lo);
        if (records.size() == 0) {
            return TimeWaitRecords.NONE;
        }
        return slot(records, records.find((int) hash.hash(hi, lo, ports), hi, lo, ports));
    }

    /** The peer's FIN came again: two maximum segment lifetimes from now (RFC 9293 section 3.10.7.4, eighth step). */
    public void restart(int slot, long nowNanos) {
        TimeWaitRecords records = recordsOf(slot);
        records.moveToEnd(record(slot));
        records.set(record(slot), TimeWaitRecords.DEADLINE_MILLIS, deadlineMillis(nowNanos));
    }

    /** All that a record holds; the deadline on the clock of all event loops. */
    record Memory(
            long hi,
            long lo,
            long ports,
            int rcvNxt,
            int sndNxt,
            boolean timestamps,
            int tsRecent,
            int tsOffset,
            long deadlineNanos) {}

    /** {@return everything that is remembered, in the order of expiry; for the few records of a client's own port} */
    List<Memory> recall() {
        List<Memory> all = new ArrayList<>(size());
        recall(ipv4, all);
        recall(ipv6, all);
        return all;
    }

    private void recall(TimeWaitRecords records, List<Memory> all) {
        for (int record = records.oldest(); record != TimeWaitRecords.NONE; record = records.newerThan(record)) {
            all.add(recall(slot(records, record)));
        }
    }

    /** {@return all that a record holds} */
    Memory recall(int slot) {
        TimeWaitRecords records = recordsOf(slot);
        int record = record(slot);
        return new Memory(
                records.hi(record),
                records.lo(record),
                records.ports(record),
                rcvNxt(slot),
                sndNxt(slot),
                hasTimestamps(slot),
                tsRecent(slot),
                tsOffset(slot),
                deadlineNanos(slot));
    }

    /** Remembers what another table did, for as long. Before anything else: records expire in the order in which they came. */
    void remember(List<Memory> all) {
        assert size() == 0;
        all.forEach(one -> add(one, one.deadlineNanos() - timeWaitNanos));
    }

    /** Remembers a connection again, from now on. {@return whether a record had to be destroyed because there are too many} */
    boolean add(Memory one, long nowNanos) {
        return add(
                one.hi(),
                one.lo(),
                one.ports(),
                one.rcvNxt(),
                one.sndNxt(),
                one.timestamps() ? TIMESTAMPS : 0,
                one.tsRecent(),
                one.tsOffset(),
                nowNanos);
    }

    /** Forgets a connection: a new one takes its name. */
    public void remove(int slot) {
        recordsOf(slot).remove(record(slot));
    }

    /** Forgets all connections whose time is over; a constant amount of work for each. {@return how many they were} */
    public int expire(long nowNanos) {
        return expire(nowNanos, Integer.MAX_VALUE);
    }

    /** Forgets connections whose time is over, up to a number. {@return how many they were} */
    public int expire(long nowNanos, int most) {
        if (size() == 0) {
            return 0;
        }
        int now = (int) millis(nowNanos);
        int count = expire(ipv4, now, most);
        return count + expire(ipv6, now, most - count);
    }

    private static int expire(TimeWaitRecords records, int now, int most) {
        int count = 0;
        while (count < most
                && records.size() > 0
                && records.get(records.oldest(), TimeWaitRecords.DEADLINE_MILLIS) - now <= 0) {
            records.remove(records.oldest());
            count++;
        }
        return count;
    }

    /** {@return when the oldest record expires, or {@link Long#MAX_VALUE} if there is none} */
    public long nextDeadlineNanos() {
        return size() == 0 ? Long.MAX_VALUE : deadlineNanos(oldestSlot());
    }

    private int oldestSlot() {
        int a = ipv4.oldest();
        int b = ipv6.oldest();
        boolean fromIpv4 = b == TimeWaitRecords.NONE
                || a != TimeWaitRecords.NONE
                        && ipv4.get(a, TimeWaitRecords.DEADLINE_MILLIS) - ipv6.get(b, TimeWaitRecords.DEADLINE_MILLIS)
                                <= 0;
        return fromIpv4 ? slot(ipv4, a) : slot(ipv6, b);
    }

    /** {@return the number of connections in TIME-WAIT} */
    public int size() {
        return ipv4.size() + ipv6.size();
    }

    /** {@return the next sequence number expected from the peer: its FIN plus one} */
    public int rcvNxt(int slot) {
        return recordsOf(slot).get(record(slot), TimeWaitRecords.RCV_NXT);
    }

    /** {@return the next sequence number of ours: our FIN plus one} */
    public int sndNxt(int slot) {
        return recordsOf(slot).get(record(slot), TimeWaitRecords.SND_NXT);
    }

    /** {@return whether the connection used timestamps} */
    public boolean hasTimestamps(int slot) {
        return (recordsOf(slot).flags(record(slot)) & TIMESTAMPS) != 0;
    }

    /** {@return the last timestamp taken from the peer; 0 without timestamps} */
    public int tsRecent(int slot) {
        return recordsOf(slot).get(record(slot), TimeWaitRecords.TS_RECENT);
    }

    /** An acceptable segment carried a newer timestamp (RFC 7323 section 4.3). */
    public void updateTsRecent(int slot, int tsRecent) {
        assert hasTimestamps(slot);
        recordsOf(slot).set(record(slot), TimeWaitRecords.TS_RECENT, tsRecent);
    }

    /** {@return what is added to the millisecond clock in the timestamps that we send; 0 without timestamps} */
    public int tsOffset(int slot) {
        return recordsOf(slot).get(record(slot), TimeWaitRecords.TS_OFFSET);
    }

    /** {@return when the record expires, rounded up to a millisecond} */
    public long deadlineNanos(int slot) {
        int deadline = recordsOf(slot).get(record(slot), TimeWaitRecords.DEADLINE_MILLIS);
        return originNanos + (latestMillis + (deadline - (int) latestMillis)) * NANOS_PER_MILLI;
    }

    /**
     * Whether the record may answer a segment now; if so, it is taken to do it. Two ends that both believe the other to be
     * wrong fall silent this way.
     */
    public boolean mayAcknowledge(int slot, long nowNanos) {
        TimeWaitRecords records = recordsOf(slot);
        int record = record(slot);
        int now = (int) millis(nowNanos);
        int flags = records.flags(record);
        if ((flags & ACKNOWLEDGED) != 0
                && now - records.get(record, TimeWaitRecords.LAST_ACK_MILLIS) < ACK_INTERVAL_MILLIS) {
            return false;
        }
        records.setFlags(record, flags | ACKNOWLEDGED);
        records.set(record, TimeWaitRecords.LAST_ACK_MILLIS, now);
        return true;
    }

    /**
     * {@return whether a SYN may open the connection again: it is certainly newer than everything of the old one (RFC 6191
     * section 2)} Otherwise it is a segment like others: one that the record acknowledges, within {@link #mayAcknowledge its limit}.
     *
     * @param seq the SYN's sequence number
     * @param timestamps whether the new connection would use timestamps: the SYN has them, and we allow them
     * @param tsVal the SYN's timestamp, if so
     */
    public boolean admits(int slot, int seq, boolean timestamps, int tsVal) {
        boolean newerSequence = SequenceNumber.gt(seq, rcvNxt(slot));
        if (!timestamps) {
            return newerSequence;
        }
        if (!hasTimestamps(slot)) {
            return true;
        }
        int newer = tsVal - tsRecent(slot);
        return newer > 0 || newer == 0 && newerSequence;
    }

    /**
     * {@return whether a new connection of ours may take the record's name before its time: the old one used timestamps, and
     * ended so long ago that ours have moved on (RFC 6191 section 2)} Its initial sequence number must be beyond
     * {@link #sndNxt}.
     */
    public boolean isReusable(int slot, long nowNanos) {
        return hasTimestamps(slot) && reusableInNanos(slot, nowNanos) <= 0;
    }

    /** {@return in what time the old connection will have ended long enough ago for that, if it used timestamps} */
    long reusableInNanos(int slot, long nowNanos) {
        return deadlineNanos(slot) - nowNanos - (timeWaitNanos - REUSE_NANOS);
    }

    /** {@return the memory that a record takes at present, with its share of all indexes and slack; 0 if there is none} */
    public double bytesPerRecord() {
        long bytes = (ipv4.size() == 0 ? 0 : ipv4.footprintBytes()) + (ipv6.size() == 0 ? 0 : ipv6.footprintBytes());
        return size() == 0 ? 0 : (double) bytes / size();
    }

    private int deadlineMillis(long nowNanos) {
        millis(nowNanos);
        long deadline = nowNanos - originNanos + timeWaitNanos;
        return (int) ((deadline + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
    }

    /** {@return the time in milliseconds since the origin}, and remembers it. */
    private long millis(long nowNanos) {
        latestMillis = Math.max(latestMillis, (nowNanos - originNanos) / NANOS_PER_MILLI);
        return latestMillis;
    }

    private TimeWaitRecords recordsFor(long hi, long lo) {
        return AddressWords.isIpv4(hi, lo) ? ipv4 : ipv6;
    }

    /** A slot is the number of a record, and in its lowest bit the family. */
    private int slot(TimeWaitRecords records, int record) {
        return record == TimeWaitRecords.NONE ? TimeWaitRecords.NONE : record << 1 | (records == ipv6 ? 1 : 0);
    }

    private TimeWaitRecords recordsOf(int slot) {
        return (slot & 1) == 0 ? ipv4 : ipv6;
    }

    private static int record(int slot) {
        return slot >> 1;
    }
}
