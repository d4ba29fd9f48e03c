// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.security.SecureRandom;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash for short messages that nobody can predict, or make collide,
 * without the key.
 *
 * <p>Two uses follow from that: initial sequence numbers and timestamp offsets (RFC 6528 section 3) and the tables of
 * connections, which an attacker who chooses ports and addresses must not be able to fill at one place.
 *
 * <p>A message is a sequence of 64-bit words and stands for their bytes in little-endian order, so the reference vectors
 * for lengths that are multiples of eight apply. Immutable, allocates nothing, may be shared between threads.
 */
public final class SipHash {

    private static final int COMPRESSION_ROUNDS = 2;
    private static final int FINAL_ROUNDS = 4;

    private final long v0;
    private final long v1;
    private final long v2;
    private final long v3;

    /**
     * @param k0 the first eight bytes of the 128-bit key, in little-endian order
     * @param k1 the others
     */
    public SipHash(long k0, long k1) {
        v0 = k0 ^ 0x736f6d6570736575L;
        v1 = k1 ^ 0x646f72616e646f6dL;
        v2 = k0 ^ 0x6c7967656e657261L;
        v3 = k1 ^ 0x7465646279746573L;
    }

    /** {@return a hash under a key of its own} */
    public static SipHash withRandomKey(SecureRandom random) {
        return new SipHash(random.nextLong(), random.nextLong());
    }

    /** {@return the hash of one word} */
    public long hash(long m0) {
        return hash(m0, 0, 0, 0, 1);
    }

    /** {@return the hash of two words} */
    public long hash(long m0, long m1) {
        return hash(m0, m1, 0, 0, 2);
    }

    /** {@return the hash of three words: a {@link ConnectionKey}} */
    public long hash(long m0, long m1, long m2) {
        return hash(m0, m1, m2, 0, 3);
    }

    /** {@return the hash of four words} */
    public long hash(long m0, long m1, long m2, long m3) {
        return hash(m0, m1, m2, m3, 4);
    }

    private long hash(long m0, long m1, long m2, long m3, int words) {
        long a = v0;
        long b = v1;
        long c = v2;
        long d = v3;
        // The words, then the length in bytes as the reference appends it, then the finalization.
        for (int step = 0; step <= words + 1; step++) {
            long word = 0;
            int rounds = COMPRESSION_ROUNDS;
            if (step < words) {
                word = step == 0 ? m0 : step == 1 ? m1 : step == 2 ? m2 : m3;
            } else if (step == words) {
                word = (long) words * Long.BYTES << 56;
            } else {
                c ^= 0xff;
                rounds = FINAL_ROUNDS;
            }
            d ^= word;
            for (int round = 0; round < rounds; round++) {
                a += b;
                b = Long.rotateLeft(b, 13) ^ a;
                a = Long.rotateLeft(a, 32);
                c += d;
                d = Long.rotateLeft(d, 16) ^ c;
                a += d;
                d = Long.rotateLeft(d, 21) ^ a;
                c += b;
                b = Long.rotateLeft(b, 17) ^ c;
                c = Long.rotateLeft(c, 32);
            }
            a ^= word;
        }
        return a ^ b ^ c ^ d;
    }
}
