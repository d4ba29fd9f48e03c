// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import io.netty.buffer.ByteBuf;

/**
 * A run of equal-size segments that lie behind each other in one slab, each with room for its header in front: what goes
 * to the UDP channel in one piece.
 *
 * <pre>
 *   offset
 *   | header | text ..... | header | text ..... | header | text .. |
 * </pre>
 *
 * <p>Reused and mutable. {@link #buffer} is borrowed from the {@link SendBuffer}, or {@linkplain #isCopy a copy} that the
 * receiver of the train owns.
 */
public final class Train {

    /** The largest UDP payload over IPv4, and so the most that goes to the channel in one piece, in bytes. */
    public static final int MAX_SEND_BYTES = 65_507;

    private ByteBuf buffer;
    private int offset;
    private int seq;
    private int segments;
    private int textBytes;
    private int lastTextBytes;
    private boolean copy;

    Train of(ByteBuf buffer, int offset, int seq, int textBytes) {
        this.buffer = buffer;
        this.offset = offset;
        this.seq = seq;
        this.textBytes = textBytes;
        segments = 1;
        lastTextBytes = textBytes;
        copy = false;
        return this;
    }

    Train copied() {
        copy = true;
        return this;
    }

    void add(int text) {
        assert lastTextBytes == textBytes && text <= textBytes;
        segments++;
        lastTextBytes = text;
    }

    /** {@return where headers and text lie} */
    public ByteBuf buffer() {
        return buffer;
    }

    /** {@return the index of the first header} */
    public int offset() {
        return offset;
    }

    /** {@return the sequence number of the first byte of text} */
    public int seq() {
        return seq;
    }

    /** {@return how many segments there are, at least 1} */
    public int segments() {
        return segments;
    }

    /** {@return the text of every segment but the last, in bytes} */
    public int textBytes() {
        return textBytes;
    }

    /** {@return the text of the last segment, in bytes, at most {@link #textBytes}} */
    public int lastTextBytes() {
        return lastTextBytes;
    }

    /** {@return all text, in bytes} */
    public int totalTextBytes() {
        return (segments - 1) * textBytes + lastTextBytes;
    }

    /** {@return the sequence number behind the text} */
    public int end() {
        return seq + totalTextBytes();
    }

    /** {@return whether the buffer was made for this train alone and must be released with it} */
    public boolean isCopy() {
        return copy;
    }
}
