// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

import dev.tou.segment.SegmentOptions;
import dev.tou.segment.SequenceNumber;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The reassembly queue against a bitmap: random segments in a window of 2^17 bytes around the wrap of the sequence number, as
 * an unsigned or as a signed one, every one with bytes of its own, so that a byte taken from the wrong segment is seen.
 */
class ReassemblyQueueOracleTest {

    private static final int SPAN = 1 << 17;
    private static final int ROUNDS = 60;

    private final AccountingAllocator allocator = new AccountingAllocator();

    @Test
    void agreesWithABitmap() {
        long base = Long.getLong("tou.seed", new Random().nextLong());
        for (int round = 0; round < ROUNDS; round++) {
            long seed = base + round;
            try {
                new Oracle(seed).run();
            } catch (Throwable failure) {
                throw new AssertionError("-Dtou.seed=" + seed, failure);
            }
        }
        System.out.println("ReassemblyQueueOracleTest: -Dtou.seed=" + base + ", " + ROUNDS + " rounds");
    }

    private final class Oracle {

        private final Random random;
        private final int origin;
        private final int maxRuns;
        private final int memoryLimit;
        private final int maxLength;
        private final boolean tidy;
        private final ReassemblyQueue queue;
        private final ReceiveBuffer buffer = new ReceiveBuffer(new RingPool());
        private final byte[] bytes = new byte[SPAN];
        private final BitSet held = new BitSet(SPAN);
        private final List<ByteBuf> segments = new ArrayList<>();
        private int next;
        private int read;
        private int lastAt;

        Oracle(long seed) {
            random = new Random(seed);
            origin = (random.nextBoolean() ? 0 : Integer.MIN_VALUE) - random.nextInt(SPAN);
            maxRuns = random.nextBoolean() ? 256 : 1 + random.nextInt(20);
            memoryLimit = random.nextBoolean() ? 1 << 24 : 2000 + random.nextInt(100_000);
            maxLength = random.nextBoolean() ? 40 : 4000;
            tidy = random.nextBoolean();
            queue = new ReassemblyQueue(maxRuns, memoryLimit);
        }

        void run() {
            for (int step = 0; step < 3000 && next < SPAN - 1; step++) {
                int choice = random.nextInt(100);
                if (choice < (tidy ? 80 : 95)) {
                    insert();
                } else if (choice < 97) {
                    deliverWithText();
                } else if (choice < 98) {
                    lose();
                } else {
                    readAndCompact();
                }
                check();
            }
            buffer.compact(allocator);
            assertThat(segments)
                    .allSatisfy(segment -> assertThat(segment.refCnt()).isZero());
            readAndCompact();
            assertThat(queue.release()).isEqualTo(held.cardinality());
            buffer.release();
            assertThat(allocator.usedBytes()).as("leaked").isZero();
            assertThat(queue.memoryBytes()).isZero();
        }

        /** Somewhere in the window; often near the last segment, often at its end, sometimes repeated. */
        private void insert() {
            int reach = tidy ? 20 * maxLength : SPAN;
            int at = switch (random.nextInt(4)) {
                case 0 -> lastAt + random.nextInt(maxLength) - maxLength / 2;
                case 1 -> held.isEmpty() ? next + 1 : held.nextClearBit(held.nextSetBit(0));
                default -> next + 1 + random.nextInt(reach);
            };
            at = Math.min(Math.max(at, next + 1), SPAN - 1);
            int length = Math.min(1 + random.nextInt(maxLength), SPAN - at);
            lastAt = at + length;
            ByteBuf text = segment(length);
            int expected = length - held.get(at, at + length).cardinality();
            int runsBefore = queue.runs();
            long refusalsBefore = queue.refusals();
            long stepsBefore = queue.steps();

            int added = queue.insert(origin + at, text, allocator);

            boolean refused = queue.refusals() > refusalsBefore;
            assertThat(added).isEqualTo(refused ? 0 : expected);
            assertThat(refused && maxRuns == 256 && memoryLimit == 1 << 24 && runsBefore < 256)
                    .isFalse();
            assertThat(text.refCnt()).isEqualTo(1);
            assertThat(text.readableBytes()).isEqualTo(length);
            int joined = Math.max(1, runsBefore - queue.runs() + 1);
            int logRuns = 32 - Integer.numberOfLeadingZeros(runsBefore);
            if (!refused) {
                assertThat(queue.steps() - stepsBefore).isLessThanOrEqualTo(2L * logRuns + joined + 1);
                hold(at, text);
                checkFirstBlock(at, length);
            }
            text.release();
        }

        private void hold(int at, ByteBuf text) {
            for (int i = 0; i < text.readableBytes(); i++) {
                if (!held.get(at + i)) {
                    held.set(at + i);
                    bytes[at + i] = text.getByte(text.readerIndex() + i);
                }
            }
        }

        private void deliverWithText() {
            int length = Math.min(random.nextInt(maxLength), SPAN - next);
            ByteBuf text = segment(length);
            hold(next, text);
            int expected = held.nextClearBit(next) - next;
            assertThat(queue.deliver(origin + next, text, buffer)).isEqualTo(expected);
            held.clear(next, next + expected);
            next += expected;
        }

        /** Pretends that rcv.nxt moved past held text without it. */
        private void lose() {
            if (next != read || buffer.readableBytes() > 0) {
                return;
            }
            int skipped = Math.min(random.nextInt(maxLength), SPAN - next);
            held.clear(next, next + skipped);
            next += skipped;
            int expected = held.nextClearBit(next) - next;
            assertThat(queue.deliver(origin + next, buffer)).isEqualTo(expected);
            held.clear(next, next + expected);
            read += skipped;
            next += expected;
        }

        private void readAndCompact() {
            ByteBuf destination = Unpooled.buffer();
            int length = buffer.readInto(destination, random.nextInt(3) == 0 ? random.nextInt(1000) : SPAN);
            for (int i = 0; i < length; i++) {
                if (destination.getByte(i) != bytes[read + i]) {
                    throw new AssertionError("byte " + (read + i) + " of the stream is wrong");
                }
            }
            read += length;
            buffer.compact(allocator);
            assertThat((long) buffer.memoryBytes() + queue.memoryBytes()).isGreaterThanOrEqualTo(allocator.usedBytes());
            segments.removeIf(segment -> segment.refCnt() == 0);
            assertThat(segments).as("datagrams that outlived the burst").isEmpty();
        }

        private void check() {
            int runs = 0;
            for (int at = held.nextSetBit(0); at >= 0; at = held.nextSetBit(held.nextClearBit(at))) {
                runs++;
            }
            assertThat(queue.runs()).isEqualTo(runs).isLessThanOrEqualTo(maxRuns);
            assertThat(queue.heldBytes()).isEqualTo(held.cardinality());
            assertThat(queue.isEmpty()).isEqualTo(runs == 0);
            assertThat(queue.memoryBytes()).isBetween(queue.heldBytes(), memoryLimit);
            assertThat(buffer.readableBytes()).isEqualTo(next - read);
        }

        private void checkFirstBlock(int at, int length) {
            SegmentOptions acknowledgment = new SegmentOptions();
            queue.report(acknowledgment, 4);
            int blocks = acknowledgment.sackBlocks();
            int[] edges = new int[2 * blocks];
            for (int i = 0; i < blocks; i++) {
                edges[2 * i] = acknowledgment.sackLeft(i);
                edges[2 * i + 1] = acknowledgment.sackRight(i);
            }
            assertThat(blocks).isEqualTo(Math.min(4, queue.runs()));
            int left = held.previousClearBit(at) + 1;
            assertThat(edges[0]).as("left edge").isEqualTo(origin + left);
            assertThat(edges[1]).as("right edge").isEqualTo(origin + held.nextClearBit(at));
            for (int i = 0; i < blocks; i++) {
                int from = edges[2 * i] - origin;
                int to = edges[2 * i + 1] - origin;
                assertThat(SequenceNumber.lt(edges[2 * i], edges[2 * i + 1])).isTrue();
                assertThat(held.nextClearBit(from)).as("a whole run").isEqualTo(to);
                assertThat(from == 0 || !held.get(from - 1)).as("a whole run").isTrue();
                for (int j = 0; j < i; j++) {
                    assertThat(edges[2 * j]).as("twice").isNotEqualTo(edges[2 * i]);
                }
            }
        }

        private ByteBuf segment(int length) {
            byte[] random = new byte[length];
            this.random.nextBytes(random);
            ByteBuf segment = Unpooled.buffer(Math.max(1, length)).writeBytes(random);
            segments.add(segment);
            return segment;
        }
    }
}
