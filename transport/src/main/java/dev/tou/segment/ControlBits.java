// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

/**
 * The control bits of a segment as {@code int} masks, in the order of the header (RFC 9293 section 3.1).
 *
 * <p>Plain masks instead of an enum set: a segment's bits are tested several times on its way, and nothing may be
 * allocated there.
 */
public final class ControlBits {

    /** No more data from the sender. */
    public static final int FIN = 0x01;
    /** Synchronize sequence numbers. */
    public static final int SYN = 0x02;
    /** Reset the connection. */
    public static final int RST = 0x04;
    /** The sender asks that what it sent so far be handed to the application. */
    public static final int PSH = 0x08;
    /** The acknowledgment field is significant. */
    public static final int ACK = 0x10;
    /** The urgent pointer field is significant. Received and ignored, never sent. */
    public static final int URG = 0x20;
    /** ECN echo (RFC 3168). Never sent: no Netty transport can read the mark that it answers. */
    public static final int ECE = 0x40;
    /** Congestion window reduced (RFC 3168). Never sent. */
    public static final int CWR = 0x80;

    private static final String[] NAMES = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};

    private ControlBits() {}

    /** {@return the names of the bits that are set, joined by commas, or {@code none}} */
    public static String toString(int bits) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < NAMES.length; i++) {
            if ((bits & 1 << i) != 0) {
                names.append(names.isEmpty() ? "" : ",").append(NAMES[i]);
            }
        }
        return names.isEmpty() ? "none" : names.toString();
    }
}
