// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import io.netty.buffer.ByteBuf;

/**
 * What a chunk of our own costs, and how large the next one should be.
 *
 * <p>Limits on received text are limits on memory, so they count chunks by their true size. Counted by payload, a peer
 * that sends single bytes would pay one byte for each buffer that it makes us keep.
 */
final class ChunkMemory {

    /** The most that a chunk is made for texts to come, in bytes; a single longer text gets a chunk of its length. */
    static final int MAX_GROWTH_BYTES = 64 * 1024;

    /** What a chunk costs besides its capacity, in bytes: the buffer object, its handle in the pool, and our reference. */
    static final int OVERHEAD_BYTES = 128;

    private ChunkMemory() {}

    /**
     * {@return the capacity of a new chunk, a multiple of {@code unitBytes}}
     *
     * @param neededBytes what must fit
     * @param wishBytes what one would like to fit, so that the texts that follow find room; bounded by
     *     {@link #MAX_GROWTH_BYTES}
     * @param unitBytes the smallest chunk, a power of two
     */
    static int capacity(int neededBytes, int wishBytes, int unitBytes) {
        int capacity = Math.max(neededBytes, Math.min(wishBytes, MAX_GROWTH_BYTES));
        return (capacity + unitBytes - 1) & -unitBytes;
    }

    /** {@return what {@code chunk} costs, in bytes, however little of it is in use} */
    static int trueSize(ByteBuf chunk) {
        return chunk.capacity() + OVERHEAD_BYTES;
    }
}
