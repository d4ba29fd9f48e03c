// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

import java.util.HexFormat;
import java.util.SplittableRandom;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Any bytes give a segment or a reason: noise, noise behind a plausible header, and segments of our own encoder with bytes
 * changed, cut off or added. The buffer throws when it is read behind its end, and counts how often it is read.
 */
class SegmentDecoderFuzzTest {

    private static final int OPTION_STEPS = 40;

    @Test
    void twoMillionInputs() {
        fuzz(2_000_000);
    }

    @Test
    @Tag("full")
    void aHundredMillionInputs() {
        fuzz(100_000_000);
    }

    private static void fuzz(int inputs) {
        long seed = Long.getLong("tou.seed", System.nanoTime());
        Fuzzer fuzzer = new Fuzzer(seed);
        for (int i = 0; i < inputs; i++) {
            try {
                fuzzer.next();
            } catch (Throwable failure) {
                throw new AssertionError("-Dtou.seed=" + seed + ", input " + i + ": " + fuzzer, failure);
            }
        }
        System.out.println("SegmentDecoderFuzzTest: -Dtou.seed=" + seed + ", " + inputs + " inputs, " + fuzzer.accepted
                + " of them segments");
        assertThat(fuzzer.accepted).as("inputs that get far").isGreaterThan(inputs / 10);
    }

    private static final class Fuzzer {

        private final SplittableRandom random;
        private final byte[] bytes = new byte[128];
        private final CountingBuffer datagram = new CountingBuffer(bytes);
        private final ByteBuf template = Unpooled.buffer(128).writerIndex(128);
        private final Segment segment = new Segment();
        private final Segment written = new Segment();
        private final SegmentDecoder.Rejection rejection = new SegmentDecoder.Rejection();
        private int from;
        private int length;
        private int accepted;

        Fuzzer(long seed) {
            random = new SplittableRandom(seed);
        }

        void next() {
            from = random.nextInt(8);
            length = random.nextInt(100);
            switch (random.nextInt(4)) {
                case 0 -> random.nextBytes(bytes);
                case 1 -> plausible();
                default -> mutated();
            }
            decode();
        }

        private void plausible() {
            random.nextBytes(bytes);
            length = 20 + random.nextInt(60);
            int words = 5 + random.nextInt(11);
            bytes[from + 12] = (byte) (words << 4);
            bytes[from + 13] = (byte) (random.nextBoolean() ? ControlBits.SYN : ControlBits.ACK);
            for (int at = from + 20; at < from + 60; at += 1 + random.nextInt(10)) {
                bytes[at] = (byte) random.nextInt(9);
                bytes[at + 1] = (byte) random.nextInt(20);
            }
        }

        private void mutated() {
            boolean syn = random.nextBoolean();
            written.header(
                    1 + random.nextInt(65535),
                    1 + random.nextInt(65535),
                    random.nextInt(),
                    random.nextInt(),
                    syn ? ControlBits.SYN : ControlBits.ACK,
                    random.nextInt(65536));
            SegmentOptions options = written.options();
            boolean timestamps = random.nextBoolean();
            if (timestamps) {
                options.timestamps(random.nextInt(), random.nextInt());
            }
            if (syn) {
                options.mss(random.nextInt(65536));
                options.sackPermitted();
                options.windowScale(random.nextInt(256));
                options.ackDelay(random.nextInt(256), random.nextInt(256));
            } else {
                for (int i = random.nextInt(SegmentEncoder.maxSackBlocks(timestamps) + 1); i > 0; i--) {
                    options.addSackBlock(random.nextInt(), random.nextInt());
                }
            }
            int header = SegmentEncoder.headerBytes(options);
            SegmentEncoder.write(template, 0, written, written.seq(), written.controlBits(), header);
            template.getBytes(0, bytes, from, header);
            length = header + random.nextInt(40);
            for (int i = random.nextInt(4); i > 0; i--) {
                bytes[from + 12 + random.nextInt(header - 12)] = (byte) random.nextInt();
            }
            if (random.nextInt(4) == 0) {
                length = random.nextInt(length);
            }
        }

        private void decode() {
            datagram.clear();
            datagram.writerIndex(from + length);
            datagram.readerIndex(from);
            datagram.reads = 0;
            int text = SegmentDecoder.decode(datagram, segment, rejection);
            if (text < 0) {
                check(rejection.reason() != null, "a reason");
            } else {
                accepted++;
                check(text >= 20 && text <= 60 && text <= length && text % 4 == 0, "where the text begins");
                check(segment.sourcePort() > 0 && segment.destinationPort() > 0, "ports");
                check(segment.window() >= 0 && segment.window() <= 0xFFFF, "a window");
                check(segment.options().sackBlocks() <= SegmentOptions.MAX_SACK_BLOCKS, "SACK blocks");
                check(segment.options().windowScale() <= 14, "a shift");
            }
            check(datagram.readerIndex() == from && datagram.writerIndex() == from + length, "indices");
            check(datagram.refCnt() == 1, "the reference count");
            // The header takes six reads, an option step at most two for kind and length, values at most ten in all.
            check(datagram.reads <= 6 + 2 * OPTION_STEPS + 10, "few steps");
        }

        private static void check(boolean holds, String what) {
            if (!holds) {
                throw new AssertionError(what);
            }
        }

        @Override
        public String toString() {
            return HexFormat.of().formatHex(bytes, from, from + length);
        }
    }

    /** Knows its end, which the array behind it does not, and counts. */
    private static final class CountingBuffer extends UnpooledHeapByteBuf {

        private int reads;

        CountingBuffer(byte[] bytes) {
            super(UnpooledByteBufAllocator.DEFAULT, bytes, bytes.length);
        }

        private void read(int index, int size) {
            reads++;
            if (index < readerIndex() || index + size > writerIndex()) {
                throw new IndexOutOfBoundsException(index + " of " + readerIndex() + " to " + writerIndex());
            }
        }

        @Override
        public short getUnsignedByte(int index) {
            read(index, 1);
            return super.getUnsignedByte(index);
        }

        @Override
        public int getUnsignedShort(int index) {
            read(index, 2);
            return super.getUnsignedShort(index);
        }

        @Override
        public int getInt(int index) {
            read(index, 4);
            return super.getInt(index);
        }
    }
}
