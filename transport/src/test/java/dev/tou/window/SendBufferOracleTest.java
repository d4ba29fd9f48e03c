// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The send buffer against an array of bytes: random writes, trains, parts of slots, retransmissions and acknowledgments around
 * the wrap of the sequence number, while random datagrams are held back. Headers are written in front of the text of every
 * train, as the codec does, and after every step each datagram that is held back is compared with what it was when it was
 * handed over.
 */
class SendBufferOracleTest {

    private static final int ROUNDS = 150;
    private static final int STEPS = 400;

    @Test
    void agreesWithAnArrayOfBytes() {
        long base = Long.getLong("tou.seed", new Random().nextLong());
        for (int round = 0; round < ROUNDS; round++) {
            long seed = base + round;
            try {
                new Oracle(seed).run();
            } catch (Throwable failure) {
                throw new AssertionError("-Dtou.seed=" + seed, failure);
            }
        }
        System.out.println("SendBufferOracleTest: -Dtou.seed=" + base + ", " + ROUNDS + " rounds");
    }

    /** A segment that was sent, by its place in the stream. */
    private record Sent(int from, int length) {}

    /** A datagram on its way: what it shares with the send buffer, and what it must say. */
    private record Datagram(ByteBuf shared, byte[] content) {}

    private static final class Oracle {

        private final Random random;
        private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
        private final SlabPool slabs = new SlabPool();
        private final SendBuffer buffer = new SendBuffer(allocator, slabs);
        private final Train train = new Train();
        private final int origin;
        private final int headerBytes;
        private int slotBytes;
        private final int trainSegments;
        private final int largestWrite;
        private final List<Sent> outstanding = new ArrayList<>();
        private final ArrayDeque<Datagram> held = new ArrayDeque<>();
        private int una;
        private int nxt;
        private int end;

        Oracle(long seed) {
            random = new Random(seed);
            origin = (random.nextBoolean() ? 0 : Integer.MIN_VALUE) - random.nextInt(1 << 16);
            headerBytes = random.nextBoolean() ? 20 : 32;
            slotBytes = segmentBytes();
            trainSegments = 1 + random.nextInt(64);
            largestWrite = random.nextBoolean() ? 2 * slotBytes : 20 * slotBytes;
            buffer.open(origin, headerBytes, slotBytes, trainSegments);
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(9)) {
                    case 0, 1 -> write();
                    case 2, 3 -> send();
                    case 4 -> sendAgain();
                    case 5 -> letGo(random.nextInt(held.size() + 1));
                    case 6 -> acknowledge();
                    case 7 -> {
                        if (random.nextInt(10) == 0) {
                            changeSegments();
                        } else if (random.nextInt(4) == 0) {
                            probe();
                        }
                    }
                    default -> {
                        if (random.nextInt(20) == 0) {
                            acknowledge(end - una);
                        }
                    }
                }
                check();
            }
            letGo(held.size());
            if (random.nextBoolean()) {
                while (nxt < end) {
                    send();
                }
                acknowledge(end - una);
                letGo(held.size());
            } else {
                buffer.release();
            }
            assertThat(buffer.memoryBytes()).isZero();
            assertThat(buffer.bytes()).isZero();
            assertThat(allocator.metric().usedDirectMemory()).as("leaked").isZero();
        }

        private void write() {
            int length = random.nextInt(largestWrite + 1);
            ByteBuf source = Unpooled.buffer(length + 3);
            for (int i = 0; i < length + 3; i++) {
                source.writeByte(byteAt(end + i));
            }
            buffer.append(source, length);
            assertThat(source.readableBytes()).isEqualTo(3);
            source.release();
            end += length;
        }

        private int segmentBytes() {
            return random.nextInt(4) == 0 ? 1 + random.nextInt(20) : 100 + random.nextInt(1400);
        }

        private void changeSegments() {
            slotBytes = segmentBytes();
            buffer.segmentTextBytes(slotBytes);
        }

        private void probe() {
            int text = 2 * slotBytes;
            if (end - nxt >= text) {
                buffer.probe(origin + nxt, text, train);
                assertThat(train.segments()).isEqualTo(1);
                outstanding.add(new Sent(nxt, text));
                nxt += text;
                leave();
            }
        }

        private void send() {
            if (nxt == end) {
                return;
            }
            int most = 1 + random.nextInt(random.nextBoolean() ? end - nxt : Math.min(end - nxt, slotBytes));
            buffer.nextTrain(origin + nxt, most, train);
            assertThat(train.seq()).isEqualTo(origin + nxt);
            assertThat(train.segments()).isBetween(1, trainSegments);
            assertThat(train.segments() * (headerBytes + train.textBytes())).isLessThanOrEqualTo(65_507);
            assertThat(train.textBytes()).isBetween(1, slotBytes);
            assertThat(train.lastTextBytes()).isBetween(1, train.textBytes());
            assertThat(train.totalTextBytes()).isBetween(1, most);
            for (int i = 0; i < train.segments(); i++) {
                outstanding.add(new Sent(nxt + i * train.textBytes(), textOf(i)));
            }
            nxt += train.totalTextBytes();
            assertThat(train.end()).isEqualTo(origin + nxt);
            leave();
        }

        private void sendAgain() {
            if (outstanding.isEmpty()) {
                return;
            }
            Sent again = outstanding.get(random.nextInt(outstanding.size()));
            buffer.retransmission(origin + again.from, again.length, train);
            assertThat(train.seq()).isEqualTo(origin + again.from);
            assertThat(train.segments()).isEqualTo((again.length + slotBytes - 1) / slotBytes);
            assertThat(train.totalTextBytes()).isEqualTo(again.length);
            if (!train.isCopy()) {
                assertThat(train.buffer().refCnt())
                        .as("references to a slab whose header is about to be rewritten")
                        .isEqualTo(1);
            }
            leave();
        }

        /** What the codec does: headers in front of the text, then a slice that the channel owns. */
        private void leave() {
            int stride = headerBytes + train.textBytes();
            for (int i = 0; i < train.segments(); i++) {
                int at = train.offset() + i * stride;
                for (int j = 0; j < headerBytes; j++) {
                    train.buffer().setByte(at + j, random.nextInt());
                }
                int from = train.seq() - origin + i * train.textBytes();
                for (int j = 0; j < textOf(i); j++) {
                    if (train.buffer().getByte(at + headerBytes + j) != byteAt(from + j)) {
                        throw new AssertionError("byte " + (from + j) + " of the stream is wrong");
                    }
                }
            }
            int length = (train.segments() - 1) * stride + headerBytes + train.lastTextBytes();
            ByteBuf shared = train.buffer().retainedSlice(train.offset(), length);
            byte[] content = new byte[length];
            shared.getBytes(0, content);
            held.add(new Datagram(shared, content));
            if (train.isCopy()) {
                train.buffer().release();
            }
            if (random.nextInt(3) > 0) {
                letGo(1);
            }
        }

        private int textOf(int segment) {
            return segment == train.segments() - 1 ? train.lastTextBytes() : train.textBytes();
        }

        private void letGo(int count) {
            for (int i = 0; i < count; i++) {
                Datagram left = random.nextBoolean() ? held.pollFirst() : held.pollLast();
                left.shared.release();
            }
        }

        private void acknowledge() {
            acknowledge(random.nextInt(nxt - una + 1));
        }

        private void acknowledge(int bytes) {
            una += Math.min(bytes, nxt - una);
            buffer.acknowledge(origin + una);
            outstanding.removeIf(sent -> sent.from + sent.length <= una);
            outstanding.replaceAll(sent -> sent.from < una ? new Sent(una, sent.from + sent.length - una) : sent);
        }

        private void check() {
            assertThat(buffer.bytes()).isEqualTo(end - una);
            assertThat(buffer.end()).isEqualTo(origin + end);
            assertThat(buffer.end()).isEqualTo(origin + end);
            for (Datagram datagram : held) {
                byte[] now = new byte[datagram.content.length];
                datagram.shared.getBytes(0, now);
                assertThat(now).as("a datagram that is on its way").isEqualTo(datagram.content);
            }
            if (held.isEmpty()) {
                assertThat((long) buffer.memoryBytes() + slabs.spareBytes())
                        .isEqualTo(allocator.metric().usedDirectMemory());
            }
            if (una == end) {
                assertThat(buffer.memoryBytes()).isZero();
            }
        }

        private static byte byteAt(int position) {
            return (byte) (position * 0x9E3779B1 >>> 24);
        }
    }
}
