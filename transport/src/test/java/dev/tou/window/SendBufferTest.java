// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SendBufferTest {

    private static final int HEADER = 20;
    private static final int MSS = 100;
    private static final int SEQ = -250; // the third slot straddles the wrap

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final SendBuffer buffer = new SendBuffer(allocator, new SlabPool());
    private final Train train = new Train();

    @AfterEach
    void nothingIsLeft() {
        buffer.release();
        assertThat(buffer.memoryBytes()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private void open(int trainSegments) {
        buffer.open(SEQ, HEADER, MSS, trainSegments);
    }

    private void write(int bytes) {
        ByteBuf source = Unpooled.buffer(bytes);
        for (int i = 0; i < bytes; i++) {
            source.writeByte(at(buffer.bytes() + i));
        }
        buffer.append(source, bytes);
        source.release();
    }

    private static byte at(int position) {
        return (byte) (position * 31 + (position >> 8));
    }

    private Train next(int from, int most) {
        return buffer.nextTrain(SEQ + from, most, train);
    }

    private void assertText(int from) {
        for (int i = 0; i < train.segments(); i++) {
            int text = i == train.segments() - 1 ? train.lastTextBytes() : train.textBytes();
            for (int j = 0; j < text; j++) {
                assertThat(train.buffer().getByte(train.offset() + i * (HEADER + train.textBytes()) + HEADER + j))
                        .isEqualTo(at(from + i * train.textBytes() + j));
            }
        }
    }

    /** A burst of megabytes leaves nothing behind, and an index of usual size stays, because the next burst needs it. */
    @Test
    void aLargeIndexIsGivenBackOnceAllIsAcknowledged() {
        open(10);
        write(SendBuffer.RETAINED_SLOTS * MSS);
        assertThat(buffer.slots()).isEqualTo(SendBuffer.RETAINED_SLOTS);
        buffer.acknowledge(buffer.end());
        assertThat(buffer.slots()).isEqualTo(SendBuffer.RETAINED_SLOTS);
        write(3 * SendBuffer.RETAINED_SLOTS * MSS);
        buffer.acknowledge(buffer.end() - 1);
        assertThat(buffer.slots()).isEqualTo(4 * SendBuffer.RETAINED_SLOTS);
        buffer.giveBack();
        assertThat(buffer.slots()).as("in use").isEqualTo(4 * SendBuffer.RETAINED_SLOTS);
        buffer.acknowledge(buffer.end());
        assertThat(buffer.holdsMuch()).as("kept for the next burst").isTrue();
        buffer.giveBack();
        assertThat(buffer.slots()).isLessThan(100);
        int seq = buffer.end();
        write(250);
        assertThat(buffer.nextTrain(seq, 250, train).segments()).isEqualTo(3);
        assertThat(train.seq()).isEqualTo(seq);
    }

    @Nested
    class Trains {

        @Test
        void aWriteBecomesSlotsWithRoomForHeadersThatLieBehindEachOther() {
            open(64);
            write(1050);
            next(0, 1050);
            assertThat(train.isCopy()).isFalse();
            assertThat(train.segments()).isEqualTo(11);
            assertThat(train.textBytes()).isEqualTo(MSS);
            assertThat(train.lastTextBytes()).isEqualTo(50);
            assertThat(train.offset()).isZero();
            assertThat(train.seq()).isEqualTo(SEQ);
            assertThat(train.end()).isEqualTo(buffer.end()).isEqualTo(800);
            assertText(0);
            assertThat(train.end()).isEqualTo(buffer.end());
        }

        @Test
        void smallWritesFillOneSlot() {
            open(64);
            for (int i = 0; i < 10; i++) {
                write(15);
            }
            next(0, 150);
            assertThat(train.segments()).isEqualTo(2);
            assertThat(train.lastTextBytes()).isEqualTo(50);
            assertText(0);
        }

        @Test
        void aSlotThatWasSentWholeGetsNoMoreText() {
            open(64);
            write(30);
            next(0, 30);
            write(30);
            next(30, 30);
            assertThat(train.isCopy()).isFalse();
            assertThat(train.textBytes()).isEqualTo(30);
            assertThat(train.offset()).isEqualTo(HEADER + 30);
            assertText(30);
        }

        @Test
        void aTrainIsNoLongerThanAsked() {
            open(64);
            write(1000);
            next(0, 350);
            assertThat(train.totalTextBytes()).isEqualTo(300);
            next(300, 50);
            assertThat(train.isCopy()).as("part of a slot").isTrue();
            assertThat(train.totalTextBytes()).isEqualTo(50);
            assertText(300);
            train.buffer().release();
            next(350, 650);
            assertThat(train.isCopy()).as("the rest of the slot").isTrue();
            assertThat(train.totalTextBytes()).isEqualTo(50);
            assertText(350);
            train.buffer().release();
            next(400, 600);
            assertThat(train.isCopy()).as("whole slots again").isFalse();
            assertThat(train.segments()).isEqualTo(6);
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 7, 64})
        void aTrainHasNoMoreSegmentsThanAllowed(int most) {
            open(most);
            write(6400);
            int sent = 0;
            while (sent < 6400) {
                next(sent, 6400 - sent);
                assertThat(train.segments()).isLessThanOrEqualTo(most);
                assertText(sent);
                sent += train.totalTextBytes();
            }
        }

        @Test
        void aTrainFitsADatagramOfIpv4() {
            buffer.open(SEQ, 32, 8_940, 64);
            ByteBuf source = Unpooled.buffer(200_000).writeZero(200_000);
            buffer.append(source, 200_000);
            source.release();
            next(0, 200_000);
            assertThat(train.segments()).isEqualTo(7);
            assertThat(train.segments() * (32 + 8_940)).isLessThanOrEqualTo(65_507);
        }

        @Test
        void onlyTheLastSegmentOfATrainIsShorter() {
            open(64);
            write(30);
            next(0, 30);
            write(250);
            next(30, 250);
            assertThat(train.textBytes()).isEqualTo(100);
            assertThat(train.segments()).isEqualTo(3);
            assertThat(train.lastTextBytes()).isEqualTo(50);
            assertText(30);
        }
    }

    /** A datagram may wait in a socket, and what it says must not change. */
    @Nested
    class ATrainThatIsHeld {

        private ByteBuf held;

        @AfterEach
        void letGo() {
            held.release();
        }

        private void sendAndHold() {
            open(64);
            write(1000);
            next(0, 500);
            held = train.buffer().retainedSlice(train.offset(), 5 * (HEADER + MSS));
        }

        @Test
        void isNotHandedOutInPlaceAgain() {
            sendAndHold();
            for (int from = 0; from < 500; from += MSS) {
                buffer.retransmission(SEQ + from, MSS, train);
                assertThat(train.isCopy()).isTrue();
                assertThat(train.buffer()).isNotSameAs(held.unwrap());
                assertText(from);
                train.buffer().release();
            }
        }

        @Test
        void isHandedOutInPlaceOnceItHasLeft() {
            sendAndHold();
            held.release();
            buffer.retransmission(SEQ + 2 * MSS, MSS, train);
            assertThat(train.isCopy()).isFalse();
            assertThat(train.offset()).isEqualTo(2 * (HEADER + MSS));
            assertText(200);
            held = Unpooled.EMPTY_BUFFER.retain();
        }

        @Test
        void isNotTouchedByTextThatFollows() {
            sendAndHold();
            byte[] before = new byte[held.readableBytes()];
            held.getBytes(0, before);
            write(5000);
            next(500, 1000);
            byte[] after = new byte[held.readableBytes()];
            held.getBytes(0, after);
            assertThat(after).isEqualTo(before);
        }

        @Test
        void outlivesItsAcknowledgment() {
            sendAndHold();
            byte[] before = new byte[held.readableBytes()];
            held.getBytes(0, before);
            next(500, 500);
            buffer.acknowledge(SEQ + 1000);
            assertThat(buffer.memoryBytes()).isZero();
            write(3000);
            byte[] after = new byte[held.readableBytes()];
            held.getBytes(0, after);
            assertThat(after).as("the slab is not used again").isEqualTo(before);
        }
    }

    @Nested
    class Retransmission {

        @Test
        void aWholeSlotIsSentWhereItLies() {
            open(64);
            write(300);
            next(0, 300);
            buffer.retransmission(SEQ + 200, 100, train);
            assertThat(train.isCopy()).isFalse();
            assertThat(train.seq()).isEqualTo(SEQ + 200);
            assertThat(train.segments()).isEqualTo(1);
            assertText(200);
        }

        @Test
        void aPartOfASlotIsCopied() {
            open(64);
            write(300);
            next(0, 300);
            buffer.acknowledge(SEQ + 130);
            buffer.retransmission(SEQ + 130, 70, train);
            assertThat(train.isCopy()).isTrue();
            assertThat(train.offset()).isZero();
            assertThat(train.buffer().readableBytes()).isEqualTo(HEADER + 70);
            assertText(130);
            train.buffer().release();
        }

        @Test
        void aPieceAcrossSlotsAndSlabsIsCopied() {
            open(1); // a slab for every slot
            write(300);
            buffer.copy(SEQ + 50, 200, train);
            assertThat(train.totalTextBytes()).isEqualTo(200);
            assertText(50);
            train.buffer().release();
        }

        @Test
        void aBareFinIsAHeaderAlone() {
            open(64);
            buffer.retransmission(SEQ, 0, train);
            assertThat(train.isCopy()).isTrue();
            assertThat(train.totalTextBytes()).isZero();
            assertThat(train.buffer().readableBytes()).isEqualTo(HEADER);
            train.buffer().release();
        }
    }

    @Nested
    class Memory {

        @Test
        void anEmptyBufferHoldsNone() {
            open(64);
            assertThat(buffer.memoryBytes()).isZero();
            write(1);
            assertThat(buffer.memoryBytes())
                    .as("2048, and what completes the last slot")
                    .isBetween(2048, 2048 + HEADER + MSS);
            next(0, 1);
            buffer.acknowledge(SEQ + 1);
            assertThat(buffer.memoryBytes()).isZero();
            assertThat(allocator.metric().usedDirectMemory()).isZero();
        }

        @Test
        void slabsGrowFromASmallOneToATrain() {
            open(64);
            int slab = 0;
            for (int i = 0; i < 300; i++) {
                int before = buffer.memoryBytes();
                write(MSS);
                int grown = buffer.memoryBytes() - before;
                if (grown > 0) {
                    assertThat(grown).isBetween(slab, 64 * (HEADER + MSS));
                    slab = grown;
                }
            }
            assertThat(slab).isEqualTo(64 * (HEADER + MSS));
        }

        @Test
        void aSlabIsFreedWithItsLastSlot() {
            open(2); // 240 bytes a slab
            write(600);
            assertThat(buffer.memoryBytes()).isEqualTo(720);
            next(0, 200);
            next(200, 200);
            buffer.acknowledge(SEQ + 199);
            assertThat(buffer.memoryBytes()).isEqualTo(720);
            buffer.acknowledge(SEQ + 200);
            assertThat(buffer.memoryBytes()).isEqualTo(480);
            buffer.acknowledge(SEQ + 200);
            buffer.acknowledge(SEQ + 100);
            assertThat(buffer.bytes()).as("an old acknowledgment").isEqualTo(400);
            assertThat(buffer.memoryBytes()).isEqualTo(480);
        }

        @Test
        void theIndexGrowsWhereverItBegins() {
            open(3);
            for (int from = 0; from < 5; from++) {
                write(MSS);
                next(from * MSS, MSS);
            }
            buffer.acknowledge(SEQ + 350);
            write(2000);
            for (int sent = 500; sent < 2500; sent += train.totalTextBytes()) {
                buffer.nextTrain(SEQ + sent, 2500 - sent, train);
            }
            buffer.retransmission(SEQ + 350, 50, train);
            assertThat(train.totalTextBytes()).isEqualTo(50);
            train.buffer().release();
            buffer.acknowledge(SEQ + 2500);
            assertThat(buffer.bytes()).isZero();
        }

        @Test
        void anAcknowledgmentOfOurFinIsNotTextBehindTheEnd() {
            open(64);
            write(10);
            next(0, 10);
            buffer.acknowledge(SEQ + 11);
            assertThat(buffer.bytes()).isZero();
            assertThat(buffer.memoryBytes()).isZero();
        }
    }

    /** The path MTU has changed. */
    @Nested
    class OtherSegments {

        @Test
        void newTextIsLaidOutForThem() {
            open(64);
            write(250);
            buffer.segmentTextBytes(300);
            write(650);
            next(0, 900);
            assertThat(train.isCopy()).as("what lies there stays").isFalse();
            assertThat(train.segments()).isEqualTo(2);
            assertThat(train.textBytes()).isEqualTo(MSS);
            assertText(0);
            next(200, 700);
            assertThat(train.segments()).isEqualTo(3);
            assertThat(train.textBytes()).as("an open slot grows").isEqualTo(300);
            assertThat(train.totalTextBytes()).isEqualTo(700);
            assertText(200);
        }

        @Test
        void oldSlotsStillFillATrain() {
            open(64);
            write(6400);
            buffer.segmentTextBytes(40_000);
            next(0, 6400);
            assertThat(train.segments()).isEqualTo(64);
        }

        @Test
        void largerSlotsLeaveInPieces() {
            open(64);
            write(190);
            buffer.segmentTextBytes(40);
            next(0, 190);
            assertThat(train.isCopy()).isTrue();
            assertThat(train.segments()).isEqualTo(3);
            assertThat(train.textBytes()).isEqualTo(40);
            assertThat(train.totalTextBytes()).isEqualTo(MSS);
            assertText(0);
            train.buffer().release();
            write(60);
            next(100, 150);
            assertThat(train.totalTextBytes()).isEqualTo(90);
            assertText(100);
            train.buffer().release();
            next(190, 60);
            assertThat(train.textBytes()).isEqualTo(40);
            assertText(190);
        }

        @Test
        void whatWasSentAsOneIsSentAgainAsSeveral() {
            open(64);
            write(200);
            next(0, 200);
            buffer.segmentTextBytes(30);
            buffer.retransmission(SEQ + 100, 100, train);
            assertThat(train.segments()).isEqualTo(4);
            assertThat(train.textBytes()).isEqualTo(30);
            assertThat(train.lastTextBytes()).isEqualTo(10);
            assertText(100);
            train.buffer().release();
        }

        @Test
        void aProbeIsOneSegmentOfManySlots() {
            open(64);
            write(1000);
            buffer.probe(SEQ, 450, train);
            assertThat(train.segments()).isEqualTo(1);
            assertThat(train.totalTextBytes()).isEqualTo(450);
            assertText(0);
            train.buffer().release();
            next(450, 550);
            assertThat(train.isCopy()).as("the rest of a slot").isTrue();
            assertThat(train.totalTextBytes()).isEqualTo(50);
            train.buffer().release();
            next(500, 500);
            assertThat(train.isCopy()).isFalse();
            assertText(500);
        }

        @Test
        void aLoneSmallWriteTakesLittleMemoryHoweverLargeSegmentsAre() {
            buffer.open(SEQ, 32, 65_475, 64);
            write(100);
            assertThat(buffer.memoryBytes()).isLessThanOrEqualTo(SendBuffer.LONE_SLAB_BYTES);
        }

        /** Netty's traffic shaping test met it: 2 x 1024 bytes in one flush left as 2016 and 32. */
        @Test
        void aFewSmallWritesMakeOneLargeSegment() {
            buffer.open(SEQ, 32, 65_475, 64);
            int seq = buffer.end();
            write(1024);
            write(1024);
            assertThat(buffer.nextTrain(seq, 2048, train).segments()).isOne();
            assertThat(train.totalTextBytes()).isEqualTo(2048);
        }
    }
}
