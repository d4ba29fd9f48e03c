// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

import dev.tou.telemetry.DropReason;
import io.netty.buffer.ByteBuf;

/**
 * Bytes to segment, for {@link Encapsulation#TCP_HEADER}.
 *
 * <p>Total: any bytes give a segment or a reason, no exception, at most 40 option steps, nothing allocated.
 *
 * <p>RFC 9293: MUST-1, MUST-4, MUST-5, MUST-6, MUST-7, MUST-64, MUST-68.
 */
public final class SegmentDecoder {

    private static final int ALIGNED_TIMESTAMPS = 0x0101080A;
    private static final int CONTROL = ControlBits.SYN | ControlBits.ACK | ControlBits.RST | ControlBits.FIN;

    private SegmentDecoder() {}

    /**
     * Decodes a datagram.
     *
     * @param datagram the UDP payload; neither its indices nor its reference count change
     * @param segment filled in, but for its text, which starts at the returned offset
     * @param reasons where the reason goes when there is no segment
     * @return the offset of the text from the datagram's reader index, or -1 when it was malformed
     */
    public static int decode(ByteBuf datagram, Segment segment, Rejection reasons) {
        int base = datagram.readerIndex();
        int length = datagram.readableBytes();
        if (length < SegmentEncoder.HEADER_BYTES) {
            return reasons.reject(DropReason.TOO_SHORT);
        }
        int offsetAndBits = datagram.getUnsignedShort(base + 12);
        int headerBytes = (offsetAndBits >>> 12) * 4;
        if (headerBytes < SegmentEncoder.HEADER_BYTES || headerBytes > length) {
            return reasons.reject(DropReason.BAD_DATA_OFFSET);
        }
        int bits = offsetAndBits & 0xFF;
        if (!sensible(bits)) {
            return reasons.reject(DropReason.BAD_CONTROL_BITS);
        }
        int ports = datagram.getInt(base);
        if (ports >>> 16 == 0 || (ports & 0xFFFF) == 0) {
            return reasons.reject(DropReason.BAD_PORT);
        }
        int window = datagram.getUnsignedShort(base + 14);
        segment.header(
                ports >>> 16, ports & 0xFFFF, datagram.getInt(base + 4), datagram.getInt(base + 8), bits, window);
        if ((bits & ControlBits.URG) != 0) {
            segment.urgentPointer(datagram.getUnsignedShort(base + 18));
        }
        int optionsEnd = base + headerBytes;
        if (!options(datagram, base + SegmentEncoder.HEADER_BYTES, optionsEnd, segment)) {
            return reasons.reject(DropReason.BAD_OPTION);
        }
        return headerBytes;
    }

    /** Where {@link #decode} leaves its reason. */
    public static final class Rejection {
        private DropReason reason;

        /** {@return why the last datagram was rejected} */
        public DropReason reason() {
            return reason;
        }

        private int reject(DropReason why) {
            reason = why;
            return -1;
        }
    }

    // RFC 9293 section 3.10.7 has no case for these; SYN with data is legal, SYN with FIN only in T/TCP.
    private static boolean sensible(int bits) {
        return switch (bits & CONTROL) {
            case 0,
                    ControlBits.FIN,
                    ControlBits.SYN | ControlBits.FIN,
                    ControlBits.SYN | ControlBits.RST,
                    ControlBits.RST | ControlBits.FIN,
                    ControlBits.SYN | ControlBits.FIN | ControlBits.ACK,
                    ControlBits.SYN | ControlBits.RST | ControlBits.ACK,
                    ControlBits.SYN | ControlBits.RST | ControlBits.FIN,
                    ControlBits.SYN | ControlBits.RST | ControlBits.FIN | ControlBits.ACK -> false;
            default -> true;
        };
    }

    private static boolean options(ByteBuf in, int at, int end, Segment segment) {
        SegmentOptions options = segment.options();
        // Nearly every segment of a connection with timestamps: two no-operations, then the timestamps, aligned.
        if (end - at == 12 && in.getInt(at) == ALIGNED_TIMESTAMPS) {
            options.timestamps(in.getInt(at + 4), in.getInt(at + 8));
            return true;
        }
        boolean syn = segment.is(ControlBits.SYN);
        while (at < end) {
            int kind = in.getUnsignedByte(at);
            if (kind == SegmentEncoder.END_OF_OPTIONS) {
                return true;
            }
            if (kind == SegmentEncoder.NO_OPERATION) {
                at++;
                continue;
            }
            if (at + 1 >= end) {
                return false;
            }
            int length = in.getUnsignedByte(at + 1);
            if (length < 2 || at + length > end || !option(in, at, kind, length, syn, options)) {
                return false;
            }
            at += length;
        }
        return true;
    }

    // RFC 9293 section 3.2, MUST-6: an unknown option is ignored; one that we know must have its length.
    private static boolean option(ByteBuf in, int at, int kind, int length, boolean syn, SegmentOptions options) {
        switch (kind) {
            case SegmentEncoder.KIND_MSS -> {
                int mss = length == 4 ? in.getUnsignedShort(at + 2) : 0;
                if (syn && mss > 0) {
                    options.mss(mss);
                }
                return length == 4;
            }
            case SegmentEncoder.KIND_WINDOW_SCALE -> {
                if (syn && length == 3) {
                    options.windowScale(in.getUnsignedByte(at + 2));
                }
                return length == 3;
            }
            case SegmentEncoder.KIND_SACK_PERMITTED -> {
                if (syn) {
                    options.sackPermitted();
                }
                return length == 2;
            }
            case SegmentEncoder.KIND_SACK -> {
                for (int edge = at + 2; edge + 8 <= at + length; edge += 8) {
                    options.addSackBlock(in.getInt(edge), in.getInt(edge + 4));
                }
                return length >= 10 && (length - 2) % 8 == 0;
            }
            case SegmentEncoder.KIND_TIMESTAMPS -> {
                if (length == 10) {
                    options.timestamps(in.getInt(at + 2), in.getInt(at + 6));
                }
                return length == 10;
            }
            case SegmentEncoder.KIND_EXPERIMENT -> {
                boolean ours = length == 6 && in.getUnsignedShort(at + 2) == SegmentEncoder.EXPERIMENT_ID;
                if (syn && ours) {
                    options.ackDelay(in.getUnsignedByte(at + 4), in.getUnsignedByte(at + 5));
                }
                return true;
            }
            default -> {
                return true;
            }
        }
    }
}
