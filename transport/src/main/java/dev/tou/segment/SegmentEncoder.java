// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

import io.netty.buffer.ByteBuf;

/**
 * Segment to bytes, for {@link Encapsulation#TCP_HEADER}.
 *
 * <p>Headers are written in place, in front of text that already lies where it will be sent from. The order of options on a
 * SYN is the one of Linux: MSS, SACK permitted, timestamps, window scale, then ours.
 *
 * <p>RFC 9293: MUST-2, MUST-65, MUST-69.
 */
public final class SegmentEncoder {

    /** A header without options. */
    public static final int HEADER_BYTES = 20;
    /** The longest header: a data offset of 15 words. */
    public static final int MAX_HEADER_BYTES = 60;
    /** The timestamps option with its padding. */
    public static final int TIMESTAMPS_BYTES = 12;

    /**
     * The experiment identifier of our own option (RFC 6994): "to". It carries two octets, the longest delay of an
     * acknowledgment and the one for a lone segment with PSH, in milliseconds.
     */
    public static final int EXPERIMENT_ID = 0x746F;

    static final int END_OF_OPTIONS = 0;
    static final int NO_OPERATION = 1;
    static final int KIND_MSS = 2;
    static final int KIND_WINDOW_SCALE = 3;
    static final int KIND_SACK_PERMITTED = 4;
    static final int KIND_SACK = 5;
    static final int KIND_TIMESTAMPS = 8;
    static final int KIND_EXPERIMENT = 253;

    private SegmentEncoder() {}

    /** {@return the bytes of the header, options padded to whole words, 20 to 60} */
    public static int headerBytes(SegmentOptions options) {
        int bytes = 0;
        if (options.has(SegmentOptions.MSS)) {
            bytes += 4;
        }
        boolean sackPermitted = options.has(SegmentOptions.SACK_PERMITTED);
        boolean timestamps = options.has(SegmentOptions.TIMESTAMPS);
        if (timestamps) {
            bytes += TIMESTAMPS_BYTES;
        } else if (sackPermitted) {
            bytes += 4;
        }
        if (options.has(SegmentOptions.WINDOW_SCALE)) {
            bytes += 4;
        }
        if (options.has(SegmentOptions.ACK_DELAY)) {
            bytes += 8;
        }
        if (options.has(SegmentOptions.SACK)) {
            bytes += 4 + 8 * options.sackBlocks();
        }
        return HEADER_BYTES + bytes;
    }

    /**
     * {@return how many SACK blocks fit beside the other options of an acknowledgment}
     *
     * @param timestamps whether the segment carries timestamps
     */
    public static int maxSackBlocks(boolean timestamps) {
        return timestamps ? 3 : SegmentOptions.MAX_SACK_BLOCKS;
    }

    /**
     * Writes the header of one segment.
     *
     * @param out where to write; its writer index does not matter and does not change
     * @param at the index of the header's first byte
     * @param seq the sequence number, which differs between the segments of a train
     * @param controlBits likewise
     */
    public static void write(ByteBuf out, int at, Segment segment, int seq, int controlBits, int headerBytes) {
        out.setInt(at, segment.sourcePort() << 16 | segment.destinationPort());
        out.setInt(at + 4, seq);
        out.setInt(at + 8, (controlBits & ControlBits.ACK) != 0 ? segment.ack() : 0);
        out.setInt(at + 12, headerBytes << 26 | controlBits << 16 | segment.window());
        // Checksum and urgent pointer: UDP's checksum covers the segment, and nothing here is ever urgent.
        out.setInt(at + 16, 0);
        if (headerBytes > HEADER_BYTES) {
            writeOptions(out, at + HEADER_BYTES, segment.options());
        }
    }

    private static void writeOptions(ByteBuf out, int at, SegmentOptions options) {
        if (options.has(SegmentOptions.MSS)) {
            out.setInt(at, KIND_MSS << 24 | 4 << 16 | options.mss());
            at += 4;
        }
        boolean sackPermitted = options.has(SegmentOptions.SACK_PERMITTED);
        if (options.has(SegmentOptions.TIMESTAMPS)) {
            // The two bytes of padding are where SACK-permitted fits.
            out.setShort(at, sackPermitted ? KIND_SACK_PERMITTED << 8 | 2 : NO_OPERATION << 8 | NO_OPERATION);
            out.setShort(at + 2, KIND_TIMESTAMPS << 8 | 10);
            out.setInt(at + 4, options.timestampValue());
            out.setInt(at + 8, options.timestampEcho());
            at += TIMESTAMPS_BYTES;
        } else if (sackPermitted) {
            out.setInt(at, NO_OPERATION << 24 | NO_OPERATION << 16 | KIND_SACK_PERMITTED << 8 | 2);
            at += 4;
        }
        if (options.has(SegmentOptions.WINDOW_SCALE)) {
            out.setInt(at, NO_OPERATION << 24 | KIND_WINDOW_SCALE << 16 | 3 << 8 | options.windowScale());
            at += 4;
        }
        if (options.has(SegmentOptions.ACK_DELAY)) {
            out.setInt(at, KIND_EXPERIMENT << 24 | 6 << 16 | EXPERIMENT_ID);
            out.setByte(at + 4, options.ackDelayMillis());
            out.setByte(at + 5, options.pushAckDelayMillis());
            out.setShort(at + 6, NO_OPERATION << 8 | END_OF_OPTIONS);
            at += 8;
        }
        if (options.has(SegmentOptions.SACK)) {
            int blocks = options.sackBlocks();
            out.setInt(at, NO_OPERATION << 24 | NO_OPERATION << 16 | KIND_SACK << 8 | (2 + 8 * blocks));
            at += 4;
            for (int i = 0; i < blocks; i++, at += 8) {
                out.setInt(at, options.sackLeft(i));
                out.setInt(at + 4, options.sackRight(i));
            }
        }
    }
}
