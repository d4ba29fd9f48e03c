// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.nio.ByteBuffer;

/**
 * One TCP segment as it lies in a datagram (RFC 9293 section 3.1).
 *
 * <p>Read and written here by the letter of the RFC, and not by the engine's own code: what a replay shows is a second opinion.
 *
 * @param window as in the header, not scaled
 */
record WireSegment(
        int sourcePort,
        int destinationPort,
        int seq,
        int ack,
        int flags,
        int window,
        WireOptions options,
        byte[] text) {

    private static final int HEADER_BYTES = 20;

    /** {@return the segment in a datagram, or null if it holds none} */
    static WireSegment read(byte[] datagram, int length) {
        if (length < HEADER_BYTES) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(datagram, 0, length);
        int source = in.getShort() & 0xFFFF;
        int destination = in.getShort() & 0xFFFF;
        int seq = in.getInt();
        int ack = in.getInt();
        int offsetAndFlags = in.getShort() & 0xFFFF;
        int window = in.getShort() & 0xFFFF;
        int textAt = (offsetAndFlags >>> 12) * 4;
        if (textAt < HEADER_BYTES || textAt > length) {
            return null;
        }
        byte[] options = new byte[textAt - HEADER_BYTES];
        byte[] text = new byte[length - textAt];
        in.position(HEADER_BYTES);
        in.get(options).get(text);
        return new WireSegment(
                source, destination, seq, ack, offsetAndFlags & 0xFF, window, new WireOptions(options), text);
    }

    /** {@return the datagram} The checksum stays 0, because UDP has one. */
    byte[] write() {
        byte[] padded = options.padded();
        int textAt = HEADER_BYTES + padded.length;
        return ByteBuffer.allocate(textAt + text.length)
                .putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putInt(seq)
                .putInt(ack)
                .putShort((short) (textAt / 4 << 12 | flags))
                .putShort((short) window)
                .putInt(0)
                .put(padded)
                .put(text)
                .array();
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** {@return whether exactly these flags are set; PSH does not count, because it changes nothing} */
    boolean is(int wanted) {
        return (flags & ~Flags.PSH) == wanted;
    }

    /** {@return the sequence number behind the segment: SYN and FIN count one each} */
    int end() {
        return seq + text.length + (has(Flags.SYN) ? 1 : 0) + (has(Flags.FIN) ? 1 : 0);
    }
}
