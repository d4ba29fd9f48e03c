// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

/** Counts the bytes that are allocated and not released, and runs out of memory when told to. */
final class AccountingAllocator extends AbstractByteBufAllocator {

    private final UnpooledByteBufAllocator heap = new UnpooledByteBufAllocator(false);
    private int allocationsLeft = Integer.MAX_VALUE;
    private int allocations;

    AccountingAllocator() {
        super(false);
    }

    /** Lets {@code allocations} more succeed. */
    void failAfter(int allocations) {
        allocationsLeft = allocations;
    }

    /** {@return the capacities of all buffers that were not released, in bytes} */
    long usedBytes() {
        return heap.metric().usedHeapMemory();
    }

    int allocations() {
        return allocations;
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        if (allocationsLeft == 0) {
            throw new OutOfMemoryError("as the test asked for");
        }
        allocationsLeft--;
        allocations++;
        return heap.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        throw new UnsupportedOperationException("not counted");
    }
}
