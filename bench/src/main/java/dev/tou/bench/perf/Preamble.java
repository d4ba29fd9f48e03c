// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * The first bytes of a connection, which say what it is for: the control of a test, or one of its streams. A stream
 * names its test by the cookie that the server has given it, so that nobody else's bytes count.
 *
 * @param control whether it is the control connection
 * @param cookie of the test, {@value #COOKIE_CHARS} hexadecimal digits; empty for a control connection
 * @param stream number of the stream, 1 and up; 0 for a control connection
 */
record Preamble(boolean control, String cookie, int stream) {

    static final int COOKIE_CHARS = 32;

    private static final int MAGIC = 0x746F7550; // "touP"
    private static final int CONTROL = 'C';
    private static final int STREAM = 'S';
    private static final int SHORTEST_BYTES = Integer.BYTES + 1;
    private static final int STREAM_BYTES = SHORTEST_BYTES + COOKIE_CHARS + Short.BYTES;

    private static final SecureRandom RANDOM = new SecureRandom();

    static Preamble ofControl() {
        return new Preamble(true, "", 0);
    }

    static Preamble ofStream(String cookie, int stream) {
        return new Preamble(false, cookie, stream);
    }

    /** {@return a cookie that nobody can guess} */
    static String newCookie() {
        byte[] bytes = new byte[COOKIE_CHARS / 2];
        RANDOM.nextBytes(bytes);
        return ByteBufUtil.hexDump(bytes);
    }

    void write(ByteBuf out) {
        out.writeInt(MAGIC);
        out.writeByte(control ? CONTROL : STREAM);
        if (!control) {
            out.writeCharSequence(cookie, StandardCharsets.US_ASCII);
            out.writeShort(stream);
        }
    }

    /**
     * {@return the preamble that stands in {@code in}, taken from it, or null if more bytes are needed}
     *
     * @throws IllegalArgumentException if it is none
     */
    static Preamble read(ByteBuf in) {
        if (in.readableBytes() < SHORTEST_BYTES) {
            return null;
        }
        int at = in.readerIndex();
        int kind = in.getByte(at + Integer.BYTES);
        if (in.getInt(at) != MAGIC || kind != CONTROL && kind != STREAM) {
            throw new IllegalArgumentException("no preamble of tou perf");
        }
        if (kind == CONTROL) {
            in.skipBytes(SHORTEST_BYTES);
            return ofControl();
        }
        if (in.readableBytes() < STREAM_BYTES) {
            return null;
        }
        in.skipBytes(SHORTEST_BYTES);
        String cookie =
                in.readCharSequence(COOKIE_CHARS, StandardCharsets.US_ASCII).toString();
        return ofStream(cookie, in.readUnsignedShort());
    }
}
