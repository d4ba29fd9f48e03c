// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.capture;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The checksum of IP, UDP and TCP: the complement of the ones' complement sum of all 16-bit words (RFC 1071). */
final class Checksum {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private Checksum() {}

    /** {@return a sum of the words, to be added to others and folded; a last odd byte counts as the first of a word} */
    static long sum(byte[] bytes, int offset, int length) {
        long sum = 0;
        int at = offset;
        // Two words at once: the carry from one into the other is what folding does with it.
        for (int end = offset + (length & ~3); at < end; at += Integer.BYTES) {
            sum += (int) INT.get(bytes, at) & 0xFFFF_FFFFL;
        }
        for (int end = offset + length, shift = 8; at < end; at++, shift ^= 8) {
            sum += (long) (bytes[at] & 0xFF) << shift;
        }
        return sum;
    }

    /** {@return the checksum of what has this sum} */
    static short of(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xFFFF) + (folded >>> 16);
        }
        return (short) ~folded;
    }
}
