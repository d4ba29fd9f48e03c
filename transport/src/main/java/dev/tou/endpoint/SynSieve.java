// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.Arrays;
import java.util.function.Supplier;

import dev.tou.connection.AddressWords;
import dev.tou.connection.SipHash;

/**
 * Which SYNs get a cookie when more come than can be answered. An answer costs many times what reading the SYN has cost; a loop that
 * answers all does not come to read the segments of its connections, which then overflow the socket. So beyond a number a second
 * only those are answered that come a second time, as an honest client's do after a second. A flood that forges each
 * SYN anew never does.
 *
 * <p>SYNs are remembered for two to four seconds in two bitmaps (a Bloom filter of four functions, under a secret key), which take
 * two MiB, from the first flood on. Of 140 000 SYNs a second one in 2500 is taken for a repetition, of 500 000 one in 25. Belongs to one event loop.
 */
final class SynSieve {

    /** How many are answered that come for the first time, and how many others, in a second; more than a loop can accept. */
    static final int PER_SECOND = 10_000;

    private static final long NANOS_PER_SYN = 1_000_000_000L / PER_SECOND;
    private static final long BURST_NANOS = 100 * NANOS_PER_SYN;

    /** How long each bitmap is filled. */
    static final long TURN_NANOS = 2_000_000_000L;

    private static final int BITS = 1 << 23;
    private static final int FUNCTIONS = 4;

    private final Supplier<SipHash> secrets;
    private SipHash hash;
    private long[] young;
    private long[] old;
    private long turnedNanos;
    private long firstNanos;
    private long repeatedNanos;
    private boolean used;

    /** @param secrets makes a hash under a new key */
    SynSieve(Supplier<SipHash> secrets) {
        this.secrets = secrets;
    }

    /** {@return whether the SYN is answered} If it is not, it is remembered. */
    boolean passes(AddressWords from, long ports, int seq, long nowNanos) {
        if (!used) {
            used = true;
            firstNanos = nowNanos - BURST_NANOS;
            repeatedNanos = firstNanos;
        }
        firstNanos = refilled(firstNanos, nowNanos);
        if (firstNanos - nowNanos < 0) {
            firstNanos += NANOS_PER_SYN;
            return true;
        }
        if (!isRepeated(from, ports, seq, nowNanos)) {
            return false;
        }
        repeatedNanos = refilled(repeatedNanos, nowNanos);
        if (repeatedNanos - nowNanos >= 0) {
            return false;
        }
        repeatedNanos += NANOS_PER_SYN;
        return true;
    }

    private static long refilled(long nanos, long nowNanos) {
        return nowNanos - nanos > BURST_NANOS ? nowNanos - BURST_NANOS : nanos;
    }

    private boolean isRepeated(AddressWords from, long ports, int seq, long nowNanos) {
        turn(nowNanos);
        long mixed = hash.hash(from.hi(), from.lo(), ports, seq);
        int at = (int) mixed;
        int step = (int) (mixed >>> Integer.SIZE) | 1;
        boolean inYoung = true;
        boolean inOld = true;
        for (int i = 0; i < FUNCTIONS; i++, at += step) {
            int bit = at & BITS - 1;
            inOld = inOld && (old[bit >>> 6] >>> bit & 1) != 0;
            inYoung = inYoung && (young[bit >>> 6] >>> bit & 1) != 0;
            young[bit >>> 6] |= 1L << bit;
        }
        return inYoung || inOld;
    }

    private void turn(long nowNanos) {
        if (hash == null) {
            hash = secrets.get();
            young = new long[BITS / Long.SIZE];
            old = new long[BITS / Long.SIZE];
            turnedNanos = nowNanos;
        }
        long age = nowNanos - turnedNanos;
        if (age < TURN_NANOS) {
            return;
        }
        long[] emptied = old;
        Arrays.fill(emptied, 0);
        if (age >= 2 * TURN_NANOS) {
            Arrays.fill(young, 0);
        }
        old = young;
        young = emptied;
        turnedNanos = nowNanos;
    }
}
