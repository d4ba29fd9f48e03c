// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Buffers of one size, and an end to the burst when those that it has filled add up to so much. Text is borrowed from the
 * buffer that it was read into until the end of its burst, and a datagram of one byte borrows the whole of it: a thousand of
 * them would hold 64 MiB. What is full of text reaches the limit of messages first, so only small ones make shorter bursts.
 */
final class BoundedReads extends DefaultMaxMessagesRecvByteBufAllocator {

    /** What the buffers of one burst may add up to. */
    static final int MAX_BYTES = 8 << 20;

    private final int bufferBytes;
    private final int maxBuffers;

    /**
     * Buffers of this size.
     *
     * @param messages the most datagrams of a burst, several of which may be in one buffer
     */
    BoundedReads(int bufferBytes, int messages) {
        super(messages);
        this.bufferBytes = bufferBytes;
        maxBuffers = Math.max(1, MAX_BYTES / bufferBytes);
    }

    @Override
    @SuppressWarnings("deprecation") // Netty's own interface asks for the handle under its old name.
    public Handle newHandle() {
        return new CountingHandle();
    }

    private final class CountingHandle extends MaxMessageHandle {

        private int buffers;

        @Override
        public int guess() {
            return bufferBytes;
        }

        @Override
        public void reset(ChannelConfig config) {
            super.reset(config);
            buffers = 0;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator alloc) {
            buffers++;
            return super.allocate(alloc);
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return buffers < maxBuffers && super.continueReading(maybeMoreData);
        }
    }
}
