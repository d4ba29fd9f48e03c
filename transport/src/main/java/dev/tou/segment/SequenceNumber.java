// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

/**
 * Arithmetic on 32-bit sequence numbers, modulo 2^32 (RFC 9293 section 3.4).
 *
 * <p>The only place that knows about the wrap. A comparison is meaningful while the two numbers are less than 2^31 apart,
 * which the window limit of 2^30 bytes (RFC 7323 section 2.3) guarantees.
 */
public final class SequenceNumber {

    private SequenceNumber() {}

    /** {@return whether {@code a} comes before {@code b}} */
    public static boolean lt(int a, int b) {
        return a - b < 0;
    }

    /** {@return whether {@code a} comes before {@code b} or is the same} */
    public static boolean leq(int a, int b) {
        return a - b <= 0;
    }

    /** {@return whether {@code a} comes after {@code b}} */
    public static boolean gt(int a, int b) {
        return a - b > 0;
    }

    /** {@return whether {@code a} comes after {@code b} or is the same} */
    public static boolean geq(int a, int b) {
        return a - b >= 0;
    }

    /** {@return the later of two sequence numbers} */
    public static int max(int a, int b) {
        return a - b >= 0 ? a : b;
    }

    /** {@return the earlier of two sequence numbers} */
    public static int min(int a, int b) {
        return a - b <= 0 ? a : b;
    }

    /** {@return the unsigned decimal form, as Wireshark prints it} */
    public static String toString(int sequenceNumber) {
        return Integer.toUnsignedString(sequenceNumber);
    }
}
