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
 * SYN anew never does; and one that repeats a few takes nobody's place, because each is answered once a second at most and, once
 * it is known, only from the share of those that come again.
 *
 * <p>SYNs are remembered for 8 to 16 seconds in two bitmaps (a Bloom filter of four functions, under a secret key), because clients
 * repeat theirs after 1, 2, 4 and 8; they take eight MiB, from the first flood on. Of 140 000 new SYNs a second one in 4000 is
 * taken for a repetition, of 500 000 one in 50. Belongs to one event loop.
 */
final class SynSieve {

    /** How many are answered that come for the first time, and how many others, in a second; more than a loop can accept. */
    static final int PER_SECOND = 10_000;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_SYN = NANOS_PER_SECOND / PER_SECOND;

    /** How long each bitmap is filled; and after none was refused for so long, the flood is over. */
    static final long TURN_NANOS = 8 * NANOS_PER_SECOND;

    private static final int BITS = 1 << 25;
    private static final int ANSWERED_BITS = 1 << 20;
    private static final int FUNCTIONS = 4;

    /** So many a second, after a second's worth at once: everybody comes back after an outage. */
    private static final class Share {

        private long nanos;
        private boolean used;

        boolean take(long nowNanos) {
            long full = nowNanos - NANOS_PER_SECOND;
            if (!used || nanos - full < 0) {
                used = true;
                nanos = full;
            }
            boolean left = nanos - nowNanos < 0;
            if (left) {
                nanos += NANOS_PER_SYN;
            }
            return left;
        }
    }

    private final Supplier<SipHash> secrets;
    private final Share first = new Share();
    private final Share repeated = new Share();
    private SipHash hash;
    private long[] young;
    private long[] old;
    private long turnedNanos;

    /** Of those that are known, which have been answered since that time. */
    private long[] answered;

    private long answeredSinceNanos;
    private long refusedNanos;

    /** @param secrets makes a hash under a new key */
    SynSieve(Supplier<SipHash> secrets) {
        this.secrets = secrets;
    }

    /** {@return whether the SYN is answered} During a flood it is remembered, too. */
    boolean passes(AddressWords from, long ports, int seq, long nowNanos) {
        boolean flooded = hash != null && nowNanos - refusedNanos < TURN_NANOS;
        if (!flooded && first.take(nowNanos)) {
            return true;
        }
        turn(nowNanos);
        long mixed = hash.hash(from.hi(), from.lo(), ports, seq);
        boolean known = remember(mixed);
        boolean passes = !isSet(answered, mixed) && (known ? repeated : first).take(nowNanos);
        if (passes) {
            set(answered, mixed);
        } else {
            refusedNanos = nowNanos;
        }
        return passes;
    }

    private boolean remember(long mixed) {
        return set(young, mixed) | isSet(old, mixed);
    }

    private static boolean isSet(long[] bits, long mixed) {
        int at = (int) mixed;
        int step = step(mixed);
        for (int i = 0; i < FUNCTIONS; i++, at += step) {
            int word = at >>> 6 & bits.length - 1;
            if ((bits[word] >>> at & 1) == 0) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether all were set before} */
    private static boolean set(long[] bits, long mixed) {
        int at = (int) mixed;
        int step = step(mixed);
        boolean all = true;
        for (int i = 0; i < FUNCTIONS; i++, at += step) {
            int word = at >>> 6 & bits.length - 1;
            all &= (bits[word] >>> at & 1) != 0;
            bits[word] |= 1L << at;
        }
        return all;
    }

    private static int step(long mixed) {
        return (int) (mixed >>> Integer.SIZE) | 1;
    }

    private void turn(long nowNanos) {
        if (hash == null) {
            hash = secrets.get();
            young = new long[BITS / Long.SIZE];
            old = new long[BITS / Long.SIZE];
            answered = new long[ANSWERED_BITS / Long.SIZE];
            turnedNanos = nowNanos;
            answeredSinceNanos = nowNanos;
        }
        if (nowNanos - answeredSinceNanos >= NANOS_PER_SECOND) {
            Arrays.fill(answered, 0);
            answeredSinceNanos = nowNanos;
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
