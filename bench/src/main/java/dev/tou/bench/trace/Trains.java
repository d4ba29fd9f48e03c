// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.trace;

import java.nio.ByteBuffer;

import dev.tou.capture.DatagramWriter;

/**
 * Datagrams that a kernel has shown to a capture in one piece, before it cut them up (UDP GSO) or after it put them together (GRO):
 * TCP segments of one size behind each other. Each header tells where the next one is, by the sequence number that follows from it.
 */
final class Trains {

    private static final int HEADER_BYTES = 20;
    private static final int SEQ_AT = 4;
    private static final int DATA_OFFSET_AT = 12;

    private Trains() {}

    /**
     * {@return the size of each segment but the last, which may be shorter; {@code length} if it is a single one, or none}
     */
    static int stride(byte[] payload, int offset, int length) {
        if (length < 2 * HEADER_BYTES || !DatagramWriter.isSegment(payload, offset, length)) {
            return length;
        }
        ByteBuffer in = ByteBuffer.wrap(payload, offset, length).slice();
        int header = (in.get(DATA_OFFSET_AT) & 0xF0) >> 2;
        for (int stride = header + 1; stride + header <= length; stride++) {
            if (isTrain(in, header, stride)) {
                return stride;
            }
        }
        return length;
    }

    private static boolean isTrain(ByteBuffer in, int header, int stride) {
        int seq = in.getInt(SEQ_AT);
        for (int at = stride; at < in.limit(); at += stride) {
            seq += stride - header;
            boolean follows = at + header <= in.limit()
                    && in.getInt(at) == in.getInt(0)
                    && in.getInt(at + SEQ_AT) == seq
                    && in.get(at + DATA_OFFSET_AT) == in.get(DATA_OFFSET_AT);
            if (!follows) {
                return false;
            }
        }
        return true;
    }
}
