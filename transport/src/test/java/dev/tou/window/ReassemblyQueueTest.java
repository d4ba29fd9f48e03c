// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import java.nio.charset.StandardCharsets;

import dev.tou.segment.SegmentOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReassemblyQueueTest {

    /** The first byte expected; the tests write sequence numbers relative to it, and most of them wrap as signed numbers. */
    private static final int ORIGIN = Integer.MAX_VALUE - 4;

    private static final int CHUNK = Run.CHUNK_UNIT_BYTES + ChunkMemory.OVERHEAD_BYTES;

    private final AccountingAllocator allocator = new AccountingAllocator();
    private final ReceiveBuffer buffer = new ReceiveBuffer(new RingPool());
    private ReassemblyQueue queue = new ReassemblyQueue(ReassemblyQueue.DEFAULT_MAX_RUNS, 1 << 20);

    @AfterEach
    void nothingLeaks() {
        queue.release();
        buffer.release();
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.runs()).isZero();
        assertThat(queue.heldBytes()).isZero();
        assertThat(queue.memoryBytes()).isZero();
        assertThat(allocator.usedBytes()).as("chunks not released").isZero();
    }

    @Nested
    class Holding {

        @Test
        void aGapIsKeptOpenUntilItsTextComes() {
            assertThat(insert(3, "def")).isEqualTo(3);
            assertThat(queue.runs()).isEqualTo(1);
            assertThat(queue.heldBytes()).isEqualTo(3);
            assertThat(queue.deliver(seq(0), buffer)).isZero();
            assertThat(deliver(0, "abc")).isEqualTo(6);
            assertThat(delivered()).isEqualTo("abcdef");
            assertThat(queue.isEmpty()).isTrue();
        }

        @Test
        void theTextIsNeitherConsumedNorRetained() {
            ByteBuf text = text("..def").skipBytes(2);
            queue.insert(seq(3), text, allocator);
            assertThat(text.refCnt()).isEqualTo(1);
            assertThat(text.readerIndex()).isEqualTo(2);
            assertThat(text.readableBytes()).isEqualTo(3);
            text.release();
        }

        @Test
        void touchingTextsBecomeOneRunInOneChunk() {
            insert(10, "k");
            insert(11, "l");
            insert(12, "m");
            assertThat(queue.runs()).isEqualTo(1);
            assertThat(queue.memoryBytes()).isEqualTo(Run.OVERHEAD_BYTES + CHUNK);
            assertThat(queue.deliver(seq(10), buffer)).isEqualTo(3);
            assertThat(delivered()).isEqualTo("klm");
        }

        @Test
        void textInFrontFillsTheRoomOfTheChunkThatWasPutThere() {
            insert(300, "z");
            for (int i = 299; i > 43; i--) {
                insert(i, "y");
            }
            assertThat(queue.runs()).isEqualTo(1);
            assertThat(queue.memoryBytes())
                    .as("one chunk behind, one in front")
                    .isEqualTo(Run.OVERHEAD_BYTES + 2 * CHUNK);
            insert(43, "x");
            assertThat(queue.memoryBytes()).isEqualTo(Run.OVERHEAD_BYTES + 3 * CHUNK);
            assertThat(queue.deliver(seq(43), buffer)).isEqualTo(258);
            assertThat(delivered()).isEqualTo("x" + "y".repeat(256) + "z");
        }

        @Test
        void aSegmentMayBridgeManyRuns() {
            insert(2, "c");
            insert(5, "fg");
            insert(9, "j");
            insert(20, "u");
            assertThat(insert(1, "BCDEFGHIJKL")).as("b de hi kl").isEqualTo(7);
            assertThat(queue.runs()).isEqualTo(2);
            assertThat(queue.heldBytes()).isEqualTo(12);
            assertThat(queue.deliver(seq(1), buffer)).isEqualTo(11);
            assertThat(delivered()).isEqualTo("BcDEfgHIjKL");
        }

        @Test
        void joiningCopiesNoChunkOfSize() {
            insert(1000, "a".repeat(300));
            insert(2000, "c".repeat(300));
            int allocations = allocator.allocations();
            assertThat(insert(1300, "b".repeat(700))).isEqualTo(700);
            assertThat(allocator.allocations()).as("one for the gap").isEqualTo(allocations + 1);
            assertThat(queue.runs()).isEqualTo(1);
            int chunks = 512 + 512 + 512; // the text for the gap begins in the room of the first
            assertThat(queue.memoryBytes()).isEqualTo(Run.OVERHEAD_BYTES + 3 * ChunkMemory.OVERHEAD_BYTES + chunks);
            assertThat(queue.deliver(seq(1000), buffer)).isEqualTo(1300);
            assertThat(delivered()).isEqualTo("a".repeat(300) + "b".repeat(700) + "c".repeat(300));
        }

        @Test
        void joiningCopiesNoChunkOfSizeEvenIfThereIsRoom() {
            insert(1000, "a".repeat(3000));
            insert(4000, "b".repeat(100));
            insert(4101, "d".repeat(300));
            long used = allocator.usedBytes();
            int allocations = allocator.allocations();
            assertThat(insert(4100, "c")).isEqualTo(1);
            assertThat(allocator.allocations()).as("there was room").isEqualTo(allocations);
            assertThat(allocator.usedBytes()).isEqualTo(used);
            assertThat(queue.runs()).isEqualTo(1);
            assertThat(queue.deliver(seq(1000), buffer)).isEqualTo(3401);
            assertThat(delivered()).isEqualTo("a".repeat(3000) + "b".repeat(100) + "c" + "d".repeat(300));
        }

        @Test
        void aTrickleThatJoinsIsPackedIntoOneChunk() {
            for (int i = 1; i < 200; i += 2) {
                insert(i, "o");
            }
            assertThat(queue.memoryBytes()).isEqualTo(100 * (Run.OVERHEAD_BYTES + CHUNK));
            for (int i = 2; i < 200; i += 2) {
                insert(i, "e");
            }
            assertThat(queue.memoryBytes()).isEqualTo(Run.OVERHEAD_BYTES + CHUNK);
            assertThat(allocator.usedBytes()).isEqualTo(Run.CHUNK_UNIT_BYTES);
            assertThat(queue.deliver(seq(1), buffer)).isEqualTo(199);
            assertThat(delivered()).isEqualTo("oe".repeat(99) + "o");
        }

        @Test
        void chunksGrowWithTheirRun() {
            int at = 1;
            for (int i = 0; i < 1000; i++) {
                at += insert(at, "x".repeat(1000));
            }
            assertThat(allocator.allocations()).isLessThan(40);
            assertThat(queue.memoryBytes()).isBetween(1_000_000, 1_000_000 + 70 * 1024);
        }

        @Test
        void anEmptyTextChangesNothing() {
            assertThat(insert(3, "")).isZero();
            assertThat(queue.isEmpty()).isTrue();
            assertThat(queue.refusals()).isZero();
        }
    }

    @Nested
    class FirstByteWins {

        @Test
        void whereALaterSegmentOverlapsTheHead() {
            insert(4, "efgh");
            assertThat(insert(2, "CDEF")).isEqualTo(2);
            queue.deliver(seq(2), buffer);
            assertThat(delivered()).isEqualTo("CDefgh");
        }

        @Test
        void whereALaterSegmentOverlapsTheTail() {
            insert(4, "efgh");
            assertThat(insert(6, "GHIJ")).isEqualTo(2);
            queue.deliver(seq(4), buffer);
            assertThat(delivered()).isEqualTo("efghIJ");
        }

        @Test
        void whereALaterSegmentCoversARun() {
            insert(4, "ef");
            assertThat(insert(2, "CDEFGH")).isEqualTo(4);
            queue.deliver(seq(2), buffer);
            assertThat(delivered()).isEqualTo("CDefGH");
        }

        @Test
        void whereALaterSegmentIsHeldAlready() {
            insert(4, "efgh");
            assertThat(insert(5, "FG")).isZero();
            assertThat(insert(4, "EFGH")).isZero();
            assertThat(queue.refusals()).as("nothing was refused").isZero();
            queue.deliver(seq(4), buffer);
            assertThat(delivered()).isEqualTo("efgh");
        }

        @Test
        void alsoAgainstTheSegmentThatClosesTheGap() {
            insert(2, "cd");
            insert(6, "g");
            insert(12, "m");
            assertThat(deliver(0, "ABCDEFGHI")).isEqualTo(9);
            assertThat(delivered()).isEqualTo("ABcdEFgHI");
            assertThat(queue.runs()).isEqualTo(1);
        }
    }

    @Nested
    class Delivering {

        @Test
        void theSegmentThatClosesAGapIsNotCopied() {
            insert(3, "def");
            int allocations = allocator.allocations();
            ByteBuf text = text("abcd");
            assertThat(queue.deliver(seq(0), text, buffer)).isEqualTo(6);
            assertThat(allocator.allocations()).isEqualTo(allocations);
            assertThat(text.refCnt()).as("waits for the end of the burst").isEqualTo(1);
            buffer.compact(allocator);
            assertThat(text.refCnt()).isZero();
            assertThat(delivered()).isEqualTo("abcdef");
        }

        @Test
        void aSegmentMayEndWithinTheSecondRun() {
            insert(2, "c");
            insert(4, "efgh");
            insert(9, "j");
            assertThat(deliver(0, "ABCDEF")).isEqualTo(8);
            assertThat(delivered()).isEqualTo("ABcDefgh");
            assertThat(queue.runs()).isEqualTo(1);
        }

        @Test
        void aTextThatOnlyTouchesTheNextRunBringsIt() {
            insert(2, "c");
            assertThat(deliver(0, "ab")).isEqualTo(3);
            assertThat(delivered()).isEqualTo("abc");
        }

        @Test
        void staleTextIsDropped() {
            insert(1, "bc");
            insert(5, "fgh");
            insert(9, "j");
            assertThat(queue.deliver(seq(6), buffer)).as("b c are stale, f too").isEqualTo(2);
            assertThat(delivered()).isEqualTo("gh");
            assertThat(queue.runs()).isEqualTo(1);
            assertThat(queue.deliver(seq(20), buffer)).isZero();
            assertThat(queue.isEmpty()).isTrue();
        }

        @Test
        void staleTextMaySpanChunks() {
            insert(1, "a".repeat(256));
            insert(257, "b".repeat(256));
            assertThat(queue.deliver(seq(300), buffer)).isEqualTo(213);
            assertThat(delivered()).isEqualTo("b".repeat(213));
        }

        @Test
        void nothingHeldIsTheCommonCase() {
            assertThat(queue.deliver(seq(0), buffer)).isZero();
            assertThat(deliver(0, "abc")).isEqualTo(3);
            assertThat(delivered()).isEqualTo("abc");
            assertThat(allocator.allocations()).isZero();
        }
    }

    @Nested
    class Limits {

        @Test
        void oneGapTooManyIsRefused() {
            queue = new ReassemblyQueue(3, 1 << 20);
            insert(2, "c");
            insert(4, "e");
            insert(6, "g");
            assertThat(insert(8, "i")).isZero();
            assertThat(queue.refusals()).isEqualTo(1);
            assertThat(insert(5, "f")).as("closes one").isEqualTo(1);
            assertThat(insert(8, "i")).isEqualTo(1);
            assertThat(queue.runs()).isEqualTo(3);
        }

        @Test
        void memoryIsCountedByTrueSize() {
            insert(2, "c");
            assertThat(queue.memoryBytes())
                    .isEqualTo(Run.OVERHEAD_BYTES + CHUNK)
                    .isGreaterThan(256);
            assertThat(queue.heldBytes()).isEqualTo(1);
        }

        @Test
        void whatNeedsMoreMemoryThanTheLimitIsRefused() {
            queue.memoryLimitBytes(2 * (Run.OVERHEAD_BYTES + CHUNK));
            insert(2, "c");
            assertThat(insert(4, "e")).isEqualTo(1);
            assertThat(insert(6, "g")).isZero();
            assertThat(queue.refusals()).isEqualTo(1);
            assertThat(insert(5, "f".repeat(255))).as("fits the last chunk").isEqualTo(255);
            assertThat(insert(260, "h")).isZero();
            assertThat(queue.memoryBytes()).isEqualTo(2 * (Run.OVERHEAD_BYTES + CHUNK));
        }

        @Test
        void aLowerLimitKeepsWhatIsHeld() {
            insert(2, "c");
            queue.memoryLimitBytes(0);
            assertThat(insert(10, "k")).isZero();
            assertThat(insert(3, "d")).as("costs nothing").isEqualTo(1);
            assertThat(deliver(0, "ab")).as("never refused").isEqualTo(4);
            assertThat(delivered()).isEqualTo("abcd");
        }

        @Test
        void releaseTellsWhatWasDropped() {
            insert(2, "cd");
            insert(6, "g");
            assertThat(queue.release()).isEqualTo(3);
            SegmentOptions acknowledgment = new SegmentOptions();
            queue.report(acknowledgment, 4);
            assertThat(acknowledgment.has(SegmentOptions.SACK)).isFalse();
            assertThat(insert(2, "cd")).isEqualTo(2);
        }

        @Test
        void limitsAreChecked() {
            assertThatIllegalArgumentException().isThrownBy(() -> new ReassemblyQueue(0, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> new ReassemblyQueue(1, -1));
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 1, 2, 3})
        void anAllocationThatFailsBreaksNothing(int allocations) {
            insert(1000, "a".repeat(256));
            insert(2000, "b".repeat(256));
            insert(3000, "c".repeat(256));
            allocator.failAfter(allocations);
            assertThatThrownBy(() -> insert(500, "x".repeat(3000))).isInstanceOf(OutOfMemoryError.class);
            allocator.failAfter(Integer.MAX_VALUE);
            assertThat((long) queue.memoryBytes()).isGreaterThanOrEqualTo(allocator.usedBytes());
            int held = queue.heldBytes();
            assertThat(insert(500, "x".repeat(3000))).isEqualTo(3000 - held);
            assertThat(queue.runs()).isEqualTo(1);
            queue.deliver(seq(500), buffer);
            assertThat(delivered())
                    .isEqualTo("x".repeat(500)
                            + "a".repeat(256)
                            + "x".repeat(744)
                            + "b".repeat(256)
                            + "x".repeat(744)
                            + "c".repeat(256)
                            + "x".repeat(244));
        }

        @Test
        void aFirstAllocationThatFailsLeavesAnEmptyQueue() {
            allocator.failAfter(0);
            assertThatThrownBy(() -> insert(5, "x")).isInstanceOf(OutOfMemoryError.class);
            assertThat(queue.isEmpty()).isTrue();
            assertThat(queue.memoryBytes()).isZero();
            allocator.failAfter(Integer.MAX_VALUE);
            assertThat(insert(5, "x")).isEqualTo(1);
        }
    }

    /** RFC 2018 section 4. */
    @Nested
    class SelectiveAcknowledgment {

        @Test
        void nothingHeldMakesNoBlock() {
            assertThat(blocks(4)).isEmpty();
        }

        @Test
        void theFirstBlockHoldsTheSegmentThatCameLast() {
            insert(10, "kl");
            insert(20, "uv");
            insert(15, "p");
            assertThat(blocks(4)).containsExactly(15, 16, 20, 22, 10, 12);
            insert(12, "m");
            assertThat(blocks(4)).containsExactly(10, 13, 15, 16, 20, 22);
            insert(19, "t");
            assertThat(blocks(4)).containsExactly(19, 22, 10, 13, 15, 16);
        }

        @Test
        void alsoWhenThatSegmentIsADuplicate() {
            insert(10, "kl");
            insert(20, "uv");
            insert(10, "l");
            assertThat(blocks(4)).containsExactly(10, 12, 20, 22);
        }

        @Test
        void joinedRunsMakeOneBlock() {
            insert(10, "k");
            insert(12, "m");
            insert(30, "E");
            insert(14, "o");
            insert(11, "lmn");
            assertThat(blocks(4)).containsExactly(10, 15, 30, 31);
        }

        @Test
        void aDeliveredRunIsNotReported() {
            insert(2, "c");
            insert(6, "g");
            insert(4, "e");
            deliver(0, "abcd");
            assertThat(blocks(4)).containsExactly(6, 7);
        }

        @Test
        void onlyTheMostRecentBlocksFit() {
            for (int i = 1; i < 20; i++) {
                insert(10 * i, "x");
            }
            assertThat(blocks(3)).containsExactly(190, 191, 180, 181, 170, 171);
            assertThat(blocks(0)).isEmpty();
        }

        private int[] blocks(int max) {
            SegmentOptions acknowledgment = new SegmentOptions();
            queue.report(acknowledgment, max);
            int[] relative = new int[2 * acknowledgment.sackBlocks()];
            for (int i = 0; i < acknowledgment.sackBlocks(); i++) {
                relative[2 * i] = acknowledgment.sackLeft(i) - ORIGIN;
                relative[2 * i + 1] = acknowledgment.sackRight(i) - ORIGIN;
            }
            return relative;
        }
    }

    private static int seq(int offset) {
        return ORIGIN + offset;
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private int insert(int offset, String text) {
        ByteBuf buf = text(text);
        try {
            return queue.insert(seq(offset), buf, allocator);
        } finally {
            buf.release();
        }
    }

    private int deliver(int offset, String text) {
        return queue.deliver(seq(offset), text(text), buffer);
    }

    private String delivered() {
        ByteBuf destination = Unpooled.buffer();
        buffer.readInto(destination, Integer.MAX_VALUE);
        return destination.toString(StandardCharsets.US_ASCII);
    }
}
