// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A million tiny segments out of order (CVE-2018-5390, "SegmentSmack", and CVE-2018-6922): bounded memory, and a bounded
 * cost for each segment. Cost is counted in runs looked at, never timed.
 */
class ReassemblyQueueAttackTest {

    private static final int SEGMENTS = 1_000_000;
    private static final int WINDOW = 1 << 20;
    private static final int MEMORY_LIMIT = 256 * 1024;
    private static final int ORIGIN = Integer.MAX_VALUE - WINDOW / 2;

    /** Where the attacker puts the next byte. */
    private enum Attack {
        EVERY_OTHER_BYTE {
            @Override
            int offset(int i, Random random) {
                return 1 + 2 * i % (WINDOW - 2);
            }
        },
        BACKWARDS {
            @Override
            int offset(int i, Random random) {
                return WINDOW - 1 - i % (WINDOW - 1);
            }
        },
        EVERY_OTHER_BYTE_BACKWARDS {
            @Override
            int offset(int i, Random random) {
                return WINDOW - 1 - 2 * i % (WINDOW - 2);
            }
        },
        /** Opens 200 gaps, closes them all, and goes on behind them. */
        GAPS_THEN_FILLINGS {
            @Override
            int offset(int i, Random random) {
                int place = i % 400;
                return 1 + (i / 400 * 400 + (place < 200 ? 2 * place : 2 * place - 399)) % (WINDOW - 500);
            }
        },
        FORWARDS {
            @Override
            int offset(int i, Random random) {
                return 1 + i % (WINDOW - 1);
            }
        },
        ANYWHERE {
            @Override
            int offset(int i, Random random) {
                return 1 + random.nextInt(WINDOW - 1);
            }
        },
        ANYWHERE_NEAR {
            @Override
            int offset(int i, Random random) {
                return 1 + random.nextInt(600);
            }
        };

        abstract int offset(int i, Random random);
    }

    @ParameterizedTest
    @EnumSource
    void memoryAndCostStayBounded(Attack attack) {
        AccountingAllocator allocator = new AccountingAllocator();
        ReassemblyQueue queue = new ReassemblyQueue(ReassemblyQueue.DEFAULT_MAX_RUNS, MEMORY_LIMIT);
        Random random = new Random(1);
        ByteBuf text = Unpooled.buffer(1).writeByte(1);
        long worst = 0;
        long held = 0;
        for (int i = 0; i < SEGMENTS; i++) {
            long before = queue.steps();
            held += queue.insert(ORIGIN + attack.offset(i, random), text, allocator);
            worst = Math.max(worst, queue.steps() - before);
            if (queue.memoryBytes() > MEMORY_LIMIT || queue.memoryBytes() < allocator.usedBytes()) {
                throw new AssertionError("segment " + i + ": " + queue.memoryBytes() + " bytes counted, "
                        + allocator.usedBytes() + " in buffers");
            }
        }
        assertThat(worst)
                .as("2 log2(1024) to find the place, and at most 2 runs joined")
                .isLessThanOrEqualTo(2 * 10 + 3);
        assertThat(queue.runs()).isLessThanOrEqualTo(ReassemblyQueue.DEFAULT_MAX_RUNS);
        assertThat(queue.heldBytes()).isEqualTo((int) held).isPositive();

        // The connection lives on: the text from the first gap to the end of the window is delivered, once.
        ReceiveBuffer buffer = new ReceiveBuffer(new RingPool());
        ByteBuf missing = Unpooled.buffer(WINDOW).writeZero(WINDOW);
        assertThat(queue.deliver(ORIGIN, missing, buffer)).isEqualTo(WINDOW);
        assertThat(queue.isEmpty()).isTrue();
        buffer.compact(allocator);
        assertThat(missing.refCnt()).isZero();
        assertThat(buffer.readableBytes()).isEqualTo(WINDOW);
        assertThat(ones(buffer)).as("first byte wins").isEqualTo(held);
        assertThat(allocator.usedBytes()).isZero();
        assertThat(text.refCnt()).isEqualTo(1);
    }

    private static long ones(ReceiveBuffer buffer) {
        ByteBuf all = Unpooled.buffer(WINDOW);
        buffer.readInto(all, WINDOW);
        long ones = 0;
        while (all.isReadable()) {
            ones += all.readByte();
        }
        return ones;
    }
}
