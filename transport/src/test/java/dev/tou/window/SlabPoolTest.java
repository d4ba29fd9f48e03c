// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SlabPoolTest {

    private static final int BYTES = 64_768;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final SlabPool pool = new SlabPool();

    @AfterEach
    void nothingIsKeptWhenNothingIsInUse() {
        assertThat(pool.spareBytes()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void aSlabComesBackEmptyWhileOthersAreInUse() {
        ByteBuf other = pool.take(allocator, BYTES);
        ByteBuf slab = pool.take(allocator, BYTES).writerIndex(BYTES);
        pool.give(slab);
        assertThat(pool.spareBytes()).isEqualTo(BYTES);

        ByteBuf again = pool.take(allocator, BYTES);

        assertThat(again).isSameAs(slab);
        assertThat(again.writerIndex()).isZero();
        pool.give(again);
        pool.give(other);
    }

    @Test
    void whatSomebodyHoldsDoesNotComeBack() {
        ByteBuf other = pool.take(allocator, BYTES);
        ByteBuf slab = pool.take(allocator, BYTES).writerIndex(BYTES);
        ByteBuf datagram = slab.retainedSlice(0, 100);
        pool.give(slab);
        assertThat(pool.spareBytes()).isZero();
        assertThat(datagram.refCnt()).isEqualTo(1);
        datagram.release();
        pool.give(other);
    }

    @Test
    void anotherSizeIsNotTakenForIt() {
        ByteBuf other = pool.take(allocator, BYTES);
        pool.give(pool.take(allocator, BYTES));
        ByteBuf larger = pool.take(allocator, BYTES + 1);
        assertThat(larger.capacity()).isEqualTo(BYTES + 1);
        assertThat(pool.spareBytes()).isZero();
        pool.give(larger);
        pool.give(other);
    }

    @Test
    void smallOnesAndTooManyAreLeftToTheAllocator() {
        ByteBuf other = pool.take(allocator, BYTES);
        pool.give(pool.take(allocator, SlabPool.MIN_BYTES - 1));
        assertThat(pool.spareBytes()).isZero();
        ByteBuf[] many = new ByteBuf[SlabPool.MAX_SPARE_BYTES / BYTES + 10];
        for (int i = 0; i < many.length; i++) {
            many[i] = pool.take(allocator, BYTES);
        }
        for (ByteBuf slab : many) {
            pool.give(slab);
        }
        assertThat(pool.spareBytes()).isBetween(SlabPool.MAX_SPARE_BYTES - BYTES, SlabPool.MAX_SPARE_BYTES);
        pool.give(other);
    }
}
