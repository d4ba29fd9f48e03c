// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A 64-bit digest of everything that happened on the wire, in order.
 *
 * <p>Two runs of one seed must end with the same number; when they do not, something reads a wall clock, an identity
 * hash or an unseeded random number. Not cryptographic: it must keep up with a million datagrams per second.
 */
final class TraceHash {
    private static final long PRIME = 0x9E3779B97F4A7C15L;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private long value = 0xcbf29ce484222325L;

    void add(long word) {
        value = mix(value, word);
    }

    long value() {
        return value;
    }

    /** {@return the digest of a payload} Four lanes, because one chain of multiplications would be the bottleneck. */
    static long of(byte[] bytes, int offset, int length) {
        long a = length;
        long b = 1;
        long c = 2;
        long d = 3;
        int i = offset;
        int end = offset + length;
        for (; i + 32 <= end; i += 32) {
            a = mix(a, (long) LONGS.get(bytes, i));
            b = mix(b, (long) LONGS.get(bytes, i + 8));
            c = mix(c, (long) LONGS.get(bytes, i + 16));
            d = mix(d, (long) LONGS.get(bytes, i + 24));
        }
        for (; i + 8 <= end; i += 8) {
            a = mix(a, (long) LONGS.get(bytes, i));
        }
        for (; i < end; i++) {
            b = mix(b, bytes[i]);
        }
        return mix(mix(mix(a, b), c), d);
    }

    private static long mix(long hash, long word) {
        return Long.rotateLeft((hash ^ word) * PRIME, 29);
    }
}
