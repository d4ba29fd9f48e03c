// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

import java.util.Arrays;

import io.netty.buffer.ByteBuf;

/**
 * The text of a received segment: slices of the datagrams that it came in, in sequence order.
 *
 * <p>Segments of one flow that arrive in order in one burst are merged, so a text may have many pieces; they are never
 * copied to make one. This object owns one reference to each piece until {@link #take} or {@link #clear}.
 */
public final class SegmentText {

    private ByteBuf[] pieces = new ByteBuf[8];
    private int count;
    private int bytes;

    /** {@return the length of the text in bytes} */
    public int bytes() {
        return bytes;
    }

    /** {@return how many pieces hold the text} */
    public int pieces() {
        return count;
    }

    /** {@return piece {@code i}, readable part only; the text keeps its reference} */
    public ByteBuf piece(int i) {
        return pieces[i];
    }

    /** Appends a piece and takes over the caller's reference to it. An empty one is released at once. */
    public void add(ByteBuf piece) {
        if (!piece.isReadable()) {
            piece.release();
            return;
        }
        if (count == pieces.length) {
            pieces = Arrays.copyOf(pieces, 2 * count);
        }
        pieces[count++] = piece;
        bytes += piece.readableBytes();
    }

    /** Drops the first {@code n} bytes: they have been received before. */
    public void trimFront(int n) {
        assert n >= 0 && n <= bytes : n + " of " + bytes;
        bytes -= n;
        int whole = 0;
        while (n > 0 && n >= pieces[whole].readableBytes()) {
            n -= pieces[whole].readableBytes();
            pieces[whole++].release();
        }
        if (n > 0) {
            pieces[whole].skipBytes(n);
        }
        if (whole > 0) {
            System.arraycopy(pieces, whole, pieces, 0, count - whole);
            Arrays.fill(pieces, count - whole, count, null);
            count -= whole;
        }
    }

    /** Drops the last {@code n} bytes: they lie beyond the window. */
    public void trimBack(int n) {
        assert n >= 0 && n <= bytes : n + " of " + bytes;
        bytes -= n;
        while (n > 0 && n >= pieces[count - 1].readableBytes()) {
            n -= pieces[--count].readableBytes();
            pieces[count].release();
            pieces[count] = null;
        }
        if (n > 0) {
            ByteBuf last = pieces[count - 1];
            last.writerIndex(last.writerIndex() - n);
        }
    }

    /** {@return piece {@code i} with its reference, which the caller now owns; {@link #forget} must follow} */
    public ByteBuf take(int i) {
        ByteBuf piece = pieces[i];
        pieces[i] = null;
        return piece;
    }

    /** Empties the text after every piece was {@linkplain #take taken}. */
    public void forget() {
        count = 0;
        bytes = 0;
    }

    /** Releases every piece that is left. */
    public void clear() {
        for (int i = 0; i < count; i++) {
            if (pieces[i] != null) {
                pieces[i].release();
                pieces[i] = null;
            }
        }
        forget();
    }

    /** Moves all pieces of {@code other} behind this text's own. */
    void append(SegmentText other) {
        for (int i = 0; i < other.count; i++) {
            add(other.take(i));
        }
        other.forget();
    }
}
