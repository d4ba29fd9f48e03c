// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReceiveBufferTest {

    private static final int KIB = 1024;

    private final AccountingAllocator allocator = new AccountingAllocator();
    private final ReceiveBuffer buffer = new ReceiveBuffer(new RingPool());
    private final List<ByteBuf> datagrams = new ArrayList<>();
    private int written;
    private int read;

    @AfterEach
    void nothingLeaks() {
        buffer.release();
        assertThat(buffer.readableBytes()).isZero();
        assertThat(buffer.memoryBytes()).isZero();
        assertThat(allocator.usedBytes()).as("chunks not released").isZero();
        assertThat(datagrams)
                .allSatisfy(datagram -> assertThat(datagram.refCnt()).isZero());
    }

    @Test
    void aTextThatIsReadInItsBurstIsNeverCopiedIntoAChunk() {
        buffer.append(datagram(1400));
        buffer.append(datagram(1400));
        assertThat(buffer.memoryBytes()).isEqualTo(2800);

        read(2800);
        buffer.compact(allocator);

        assertThat(allocator.allocations()).isZero();
        assertThat(datagrams)
                .allSatisfy(datagram -> assertThat(datagram.refCnt()).isZero());
        assertThat(buffer.memoryBytes()).isZero();
    }

    @Test
    void noDatagramOutlivesItsBurst() {
        ByteBuf large = Unpooled.buffer(64 * KIB).writeBytes(next(3));
        buffer.append(large.retainedSlice(0, 1));
        buffer.append(large.retainedSlice(1, 2));
        large.release();
        assertThat(large.refCnt()).isEqualTo(2);

        buffer.compact(allocator);

        assertThat(large.refCnt()).isZero();
        assertThat(allocator.usedBytes()).isEqualTo(KIB);
        assertThat(buffer.memoryBytes()).isEqualTo(KIB + ChunkMemory.OVERHEAD_BYTES);
        read(3);
        assertThat(allocator.usedBytes()).isZero();
    }

    @Test
    void aReadMayTakePartOfATextAndSeveralTexts() {
        buffer.append(datagram(10));
        buffer.append(datagram(20));
        read(5);
        assertThat(buffer.memoryBytes()).isEqualTo(25);
        assertThat(datagrams.get(0).refCnt()).isEqualTo(1);
        read(15);
        assertThat(datagrams.get(0).refCnt()).isZero();
        read(10);
        assertThat(buffer.readInto(Unpooled.buffer(), 1)).isZero();
    }

    @Test
    void aReadIsBoundedByTheCallerAndByTheDestination() {
        buffer.append(datagram(100));
        assertThat(buffer.readInto(Unpooled.buffer(8, 8), 100)).isEqualTo(8);
        assertThat(buffer.readInto(Unpooled.buffer(4), 40)).as("grown").isEqualTo(40);
        assertThat(buffer.readInto(Unpooled.buffer(8), 0)).isZero();
        assertThat(buffer.readableBytes()).isEqualTo(52);
    }

    @Test
    void anEmptyTextIsReleasedAtOnce() {
        buffer.append(datagram(0));
        buffer.appendOwned(datagram(0));
        assertThat(datagrams)
                .allSatisfy(datagram -> assertThat(datagram.refCnt()).isZero());
        assertThat(buffer.slots()).isZero();
    }

    @Test
    void theLastChunkIsFilledBeforeAnotherIsMade() {
        for (int burst = 0; burst < KIB; burst++) {
            buffer.append(datagram(1));
            buffer.compact(allocator);
        }
        assertThat(allocator.allocations()).isEqualTo(1);
        buffer.append(datagram(1));
        buffer.compact(allocator);
        assertThat(allocator.allocations()).isEqualTo(2);
        read(KIB + 1);
    }

    @Test
    void aChunkIsSizedToItsBurstUpTo64KiB() {
        for (int i = 0; i < 40; i++) {
            buffer.append(datagram(1000));
        }
        buffer.compact(allocator);
        assertThat(allocator.allocations()).isEqualTo(1);
        assertThat(allocator.usedBytes()).isEqualTo(40 * KIB);
        for (int i = 0; i < 200; i++) {
            buffer.append(datagram(1000));
        }
        buffer.compact(allocator);
        assertThat(allocator.allocations()).as("40 KiB, 3 x 64 KiB, a rest").isEqualTo(5);
        assertThat(allocator.usedBytes()).as("an eighth to spare").isBetween(240_000L, 270_000L + KIB);
        read(240_000);
    }

    @Test
    void aTextLongerThanAChunkIsCopiedWhole() {
        buffer.append(datagram(200_000));
        buffer.compact(allocator);
        assertThat(allocator.usedBytes()).isBetween(200_000L, 200_000L + KIB);
        read(200_000);
    }

    @Test
    void aMillionTextsOfOneByteCostAboutAMillionBytes() {
        ByteBuf text = Unpooled.buffer(1).writeByte(7);
        for (int i = 0; i < 1_000_000; i++) {
            buffer.append(text.retainedSlice());
            buffer.compact(allocator);
        }
        assertThat(text.refCnt()).isEqualTo(1);
        text.release();
        assertThat(buffer.readableBytes()).isEqualTo(1_000_000);
        assertThat(allocator.usedBytes()).isBetween(1_000_000L, 1_000_000L + 64 * KIB);
        assertThat(buffer.memoryBytes()).isBetween((int) allocator.usedBytes(), 1_100_000);
        assertThat(buffer.slots()).isLessThanOrEqualTo(64);
    }

    @Test
    void ownedChunksAreKeptAndSparseOnesPacked() {
        buffer.append(datagram(10));
        ByteBuf dense = chunk(256, 200);
        ByteBuf sparse = chunk(256, 1);
        buffer.appendOwned(dense);
        buffer.appendOwned(sparse);
        buffer.append(datagram(30));
        assertThat(buffer.memoryBytes()).isEqualTo(10 + 256 + ChunkMemory.OVERHEAD_BYTES + 1 + 30);

        buffer.compact(allocator);

        assertThat(dense.refCnt()).isEqualTo(1);
        assertThat(dense.readableBytes()).as("its room is used").isEqualTo(231);
        assertThat(sparse.refCnt()).isZero();
        assertThat(buffer.memoryBytes()).isEqualTo(KIB + 256 + 2 * ChunkMemory.OVERHEAD_BYTES);
        read(241);
    }

    @Test
    void theRingGrowsAsNeededAndALargeOneIsGivenUpWhenIdle() {
        for (int burst = 0; burst < 3; burst++) {
            for (int i = 0; i < 100; i++) {
                buffer.append(datagram(3));
            }
            assertThat(buffer.slots()).isEqualTo(128);
            read(300);
            assertThat(buffer.slots()).as("not before the end of the burst").isEqualTo(128);
            buffer.compact(allocator);
            assertThat(buffer.slots()).as("its own").isEqualTo(ReceiveBuffer.RETAINED_SLOTS);
        }
        for (int burst = 0; burst < 100; burst++) {
            for (int i = 0; i < 20; i++) {
                buffer.append(datagram(3));
            }
            read(60);
            buffer.compact(allocator);
            assertThat(buffer.slots()).as("a usual burst keeps its ring").isEqualTo(ReceiveBuffer.RETAINED_SLOTS);
        }
    }

    @Test
    void aLargeRingIsLentFromBurstToBurstAndFromConnectionToConnection() {
        RingPool pool = new RingPool();
        ReceiveBuffer first = new ReceiveBuffer(pool);
        ReceiveBuffer second = new ReceiveBuffer(pool);
        for (ReceiveBuffer each : List.of(first, second, first)) {
            for (int i = 0; i < 1000; i++) {
                each.append(datagram(1));
            }
            each.release();
            assertThat(each.slots()).isZero();
        }
        RingPool.Ring lent = pool.take(1024);
        assertThat(lent.text).as("empty").containsOnlyNulls();
        assertThat(pool.take(1024)).as("there was one").isNotSameAs(lent);
        pool.give(lent);
        assertThat(pool.take(512)).isSameAs(lent);
        pool.give(new RingPool.Ring(2 * RingPool.MAX_SLOTS));
        assertThat(pool.take(RingPool.MAX_SLOTS).slots())
                .as("too large to keep")
                .isEqualTo(RingPool.MAX_SLOTS);
    }

    @Test
    void theSmallestSpareMakesRoom() {
        RingPool pool = new RingPool();
        for (int slots : new int[] {64, 128, 256, 512, 1024, 32}) {
            pool.give(new RingPool.Ring(slots));
        }
        for (int slots : new int[] {1024, 512, 256, 128}) {
            assertThat(pool.take(1).slots()).isEqualTo(slots);
        }
    }

    @Test
    void anEmptiedBufferCanBeUsedAgain() {
        buffer.append(datagram(100));
        buffer.release();
        read = written;
        buffer.append(datagram(50));
        read(50);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aFailedCompactionLosesNothing(int allocations) {
        for (int i = 0; i < 300; i++) {
            buffer.append(datagram(1000));
        }
        allocator.failAfter(allocations);
        assertThatThrownBy(() -> buffer.compact(allocator)).isInstanceOf(OutOfMemoryError.class);
        assertThat(buffer.readableBytes()).isEqualTo(300_000);
        read(123_456);
        allocator.failAfter(Integer.MAX_VALUE);
        buffer.append(datagram(10));
        buffer.compact(allocator);
        assertThat(datagrams)
                .allSatisfy(datagram -> assertThat(datagram.refCnt()).isZero());
        read(300_010 - 123_456);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void bytesComeOutAsTheyWentIn(long seed) {
        Random random = new Random(seed);
        for (int step = 0; step < 20_000; step++) {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> buffer.append(datagram(random.nextInt(random.nextInt(10) == 0 ? 3000 : 40)));
                case 3 -> {
                    int length = random.nextInt(256);
                    buffer.appendOwned(chunk(length + random.nextInt(256), length));
                }
                case 4, 5 ->
                    read(Math.min(buffer.readableBytes(), random.nextInt(random.nextInt(20) == 0 ? 100_000 : 500)));
                default -> buffer.compact(allocator);
            }
            assertThat(buffer.readableBytes()).isEqualTo(written - read);
            datagrams.removeIf(datagram -> datagram.refCnt() == 0);
        }
        buffer.compact(allocator);
        assertThat(datagrams)
                .allSatisfy(datagram -> assertThat(datagram.refCnt()).isZero());
        assertThat((long) buffer.memoryBytes()).isGreaterThanOrEqualTo(allocator.usedBytes());
        read(buffer.readableBytes());
    }

    private void read(int bytes) {
        ByteBuf destination = Unpooled.buffer();
        assertThat(buffer.readInto(destination, bytes)).isEqualTo(bytes);
        byte[] expected = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            expected[i] = byteAt(read++);
        }
        assertThat(ByteBufUtil.getBytes(destination)).isEqualTo(expected);
    }

    private ByteBuf datagram(int bytes) {
        ByteBuf datagram = Unpooled.buffer(Math.max(1, bytes)).writeBytes(next(bytes));
        datagrams.add(datagram);
        return datagram;
    }

    private ByteBuf chunk(int capacity, int bytes) {
        return allocator.buffer(capacity, capacity).writeBytes(next(bytes));
    }

    private byte[] next(int bytes) {
        byte[] text = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            text[i] = byteAt(written++);
        }
        return text;
    }

    private static byte byteAt(int offset) {
        return (byte) (offset * 31 + (offset >>> 8));
    }
}
