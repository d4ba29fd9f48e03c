// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The options of a segment (RFC 9293 section 3.2, RFC 7323, RFC 2018), as bytes, and as words for a reader. */
final class WireOptions {

    static final WireOptions NONE = new WireOptions(new byte[0]);

    private static final int NO_OPERATION = 1;
    private static final int MSS = 2;
    private static final int WINDOW_SCALE = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK = 5;
    private static final int TIMESTAMPS = 8;
    private static final int EXPERIMENT = 253;

    /** RFC 7323 section 2.3: more is taken for 14. */
    private static final int LARGEST_SHIFT = 14;

    private final byte[] bytes;

    WireOptions(byte[] bytes) {
        this.bytes = bytes;
    }

    WireOptions mss(int value) {
        return plus(MSS, ByteBuffer.allocate(2).putShort((short) value));
    }

    WireOptions windowScale(int shift) {
        return plus(WINDOW_SCALE, ByteBuffer.allocate(1).put((byte) shift));
    }

    WireOptions sackPermitted() {
        return plus(SACK_PERMITTED, ByteBuffer.allocate(0));
    }

    WireOptions timestamps(int value, int echo) {
        return plus(TIMESTAMPS, ByteBuffer.allocate(8).putInt(value).putInt(echo));
    }

    private WireOptions plus(int kind, ByteBuffer value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(bytes);
        out.write(kind);
        out.write(2 + value.capacity());
        out.writeBytes(value.array());
        return new WireOptions(out.toByteArray());
    }

    /** {@return the bytes up to the end of a word of four} */
    byte[] padded() {
        byte[] padded = Arrays.copyOf(bytes, (bytes.length + 3) / 4 * 4);
        Arrays.fill(padded, bytes.length, padded.length, (byte) NO_OPERATION);
        return padded;
    }

    /** {@return the value of the timestamps option, or 0 if there is none} */
    int timestamp() {
        ByteBuffer value = value(TIMESTAMPS);
        return value == null ? 0 : value.getInt();
    }

    /** {@return the shift that a SYN offers for its windows, or -1 if it offers none} */
    int shift() {
        ByteBuffer value = value(WINDOW_SCALE);
        return value == null ? -1 : Math.min(value.get(), LARGEST_SHIFT);
    }

    private ByteBuffer value(int wanted) {
        for (int at = 0; at + 1 < bytes.length && bytes[at] != 0; at += bytes[at] == NO_OPERATION ? 1 : bytes[at + 1]) {
            if (bytes[at] == NO_OPERATION) {
                continue;
            }
            int length = bytes[at + 1];
            if (length < 2 || at + length > bytes.length) {
                return null;
            }
            if ((bytes[at] & 0xFF) == wanted) {
                return ByteBuffer.wrap(bytes, at + 2, length - 2);
            }
        }
        return null;
    }

    /** {@return all that a SYN offers, such as {@code mss 1460, sack, ts, wscale 7}} */
    String offers() {
        List<String> words = new ArrayList<>();
        ByteBuffer value = value(MSS);
        if (value != null) {
            words.add("mss " + (value.getShort() & 0xFFFF));
        }
        if (value(SACK_PERMITTED) != null) {
            words.add("sack");
        }
        if (value(TIMESTAMPS) != null) {
            words.add("ts");
        }
        value = value(WINDOW_SCALE);
        if (value != null) {
            words.add("wscale " + value.get());
        }
        if (value(EXPERIMENT) != null) {
            words.add("tou");
        }
        return words.isEmpty() ? "no options" : String.join(", ", words);
    }

    /** {@return the pairs of sequence numbers of the SACK blocks} */
    int[] sackBlocks() {
        ByteBuffer value = value(SACK);
        int[] edges = new int[value == null ? 0 : value.remaining() / 8 * 2];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = value.getInt();
        }
        return edges;
    }
}
