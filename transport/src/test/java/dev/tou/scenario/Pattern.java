// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.util.Arrays;
import java.util.SplittableRandom;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** The bytes of every stream: a random block, repeated. Its length is prime, so no segment size divides it. */
final class Pattern {

    private static final int PERIOD = 65_521;
    private static final int LONGEST = 65_521;
    private static final ByteBuf BLOCKS = blocks();

    private Pattern() {}

    private static ByteBuf blocks() {
        byte[] block = new byte[PERIOD];
        new SplittableRandom(PERIOD).nextBytes(block);
        byte[] twice = Arrays.copyOf(block, PERIOD + LONGEST);
        System.arraycopy(block, 0, twice, PERIOD, LONGEST);
        return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(twice).asReadOnly());
    }

    /** {@return the bytes from {@code offset} on, at most so many} */
    static ByteBuf slice(long offset, long bytes) {
        return BLOCKS.slice((int) (offset % PERIOD), (int) Math.min(bytes, LONGEST));
    }

    /** Fails unless these are the bytes of the stream from {@code offset} on. */
    static void check(ByteBuf bytes, long offset) {
        int checked = 0;
        while (checked < bytes.readableBytes()) {
            int from = (int) ((offset + checked) % PERIOD);
            int length = Math.min(LONGEST, bytes.readableBytes() - checked);
            if (!ByteBufUtil.equals(BLOCKS, from, bytes, bytes.readerIndex() + checked, length)) {
                throw new AssertionError("wrong bytes within " + length + " from offset " + (offset + checked));
            }
            checked += length;
        }
    }
}
