// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import java.util.ArrayDeque;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Slabs that one train has left and the next one fills: the {@link SendBuffer}s of one event loop under load need a large one
 * every few microseconds, and a general allocator makes, clears and gives back much memory for that.
 *
 * <p>Spares are kept only while slabs are in use: when the last text of all connections is acknowledged, nothing is left here.
 * A slab that somebody else still holds does not come back.
 *
 * <p>Belongs to one event loop; not synchronized.
 */
public final class SlabPool {

    /** Smaller ones are no burden for the allocator. */
    static final int MIN_BYTES = 16 * 1024;

    /** The most that is kept, in bytes. */
    static final int MAX_SPARE_BYTES = 8 << 20;

    private final ArrayDeque<ByteBuf> spares = new ArrayDeque<>();
    private int spareBytes;
    private int inUse;

    /** {@return an empty slab of exactly {@code bytes}, which cannot grow} */
    ByteBuf take(ByteBufAllocator allocator, int bytes) {
        ByteBuf spare = bytes < MIN_BYTES ? null : spares.pollLast();
        if (spare != null) {
            spareBytes -= spare.capacity();
            if (spare.capacity() != bytes) {
                // Another connection's shape; there is hardly ever more than one among those that are busy.
                spare.release();
                spare = null;
            }
        }
        ByteBuf slab = spare == null ? allocator.directBuffer(bytes, bytes) : spare.clear();
        inUse++;
        return slab;
    }

    /** Takes a slab back, and the caller's reference with it. */
    void give(ByteBuf slab) {
        inUse--;
        int bytes = slab.capacity();
        if (bytes >= MIN_BYTES && slab.refCnt() == 1 && spareBytes + bytes <= MAX_SPARE_BYTES) {
            spares.addLast(slab);
            spareBytes += bytes;
        } else {
            slab.release();
        }
        if (inUse == 0) {
            releaseSpares();
        }
    }

    /** Frees the spares: memory is short. */
    public void releaseSpares() {
        for (ByteBuf spare = spares.pollLast(); spare != null; spare = spares.pollLast()) {
            spare.release();
        }
        spareBytes = 0;
    }

    /** {@return the memory of the spares, in bytes} */
    int spareBytes() {
        return spareBytes;
    }
}
