// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A header from bytes and to bytes, and a burst of full segments that become one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SegmentBenchmark {

    private static final int BURST = 40;
    private static final int HEADER_BYTES = SegmentEncoder.HEADER_BYTES + SegmentEncoder.TIMESTAMPS_BYTES;
    private static final int TEXT_BYTES = 1440;

    private final Segment merged = new Segment();
    private final Segment next = new Segment();
    private final SegmentDecoder.Rejection rejection = new SegmentDecoder.Rejection();
    private final ByteBuf[] burst = new ByteBuf[BURST];
    private final ByteBuf header = Unpooled.directBuffer(SegmentEncoder.MAX_HEADER_BYTES);
    private final Segment outgoing = new Segment();
    private final Segment selective = new Segment();
    private final ByteBuf acknowledgment = Unpooled.directBuffer(SegmentEncoder.MAX_HEADER_BYTES);

    @Setup
    public void prepare() {
        outgoing.header(8080, 40_000, 1, 2, ControlBits.ACK, 4096).options().timestamps(3, 4);
        for (int i = 0; i < BURST; i++) {
            burst[i] = Unpooled.directBuffer(HEADER_BYTES + TEXT_BYTES).writerIndex(HEADER_BYTES + TEXT_BYTES);
            SegmentEncoder.write(burst[i], 0, outgoing, i * TEXT_BYTES, ControlBits.ACK, HEADER_BYTES);
        }
        SegmentOptions options =
                selective.header(8080, 40_000, 1, 2, ControlBits.ACK, 4096).options();
        options.timestamps(3, 4);
        for (int block = 1; block <= SegmentEncoder.maxSackBlocks(true); block++) {
            options.addSackBlock(block * 10_000, block * 10_000 + TEXT_BYTES);
        }
        int bytes = SegmentEncoder.headerBytes(options);
        SegmentEncoder.write(acknowledgment.writerIndex(bytes), 0, selective, 1, ControlBits.ACK, bytes);
    }

    @TearDown(Level.Trial)
    public void release() {
        for (ByteBuf datagram : burst) {
            datagram.release();
        }
        header.release();
        acknowledgment.release();
    }

    @Benchmark
    public int decodeData() {
        return SegmentDecoder.decode(burst[0].setIndex(0, HEADER_BYTES + TEXT_BYTES), next, rejection);
    }

    @Benchmark
    public int decodeSelectiveAcknowledgment() {
        return SegmentDecoder.decode(acknowledgment, next, rejection);
    }

    @Benchmark
    public ByteBuf encodeData() {
        SegmentEncoder.write(header, 0, outgoing, 5, ControlBits.ACK, HEADER_BYTES);
        return header;
    }

    @Benchmark
    public ByteBuf encodeSelectiveAcknowledgment() {
        int bytes = SegmentEncoder.headerBytes(selective.options());
        SegmentEncoder.write(header, 0, selective, 5, ControlBits.ACK, bytes);
        return header;
    }

    /** Decodes, takes over the text and merges; figures are for one segment. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public int mergeBurst() {
        receive(burst[0], merged);
        for (int i = 1; i < BURST; i++) {
            receive(burst[i], next);
            if (!merged.merge(next)) {
                throw new AssertionError("not merged");
            }
        }
        int bytes = merged.text().bytes();
        merged.text().clear();
        return bytes;
    }

    private void receive(ByteBuf datagram, Segment segment) {
        datagram.setIndex(0, HEADER_BYTES + TEXT_BYTES).retain();
        int textAt = SegmentDecoder.decode(datagram, segment, rejection);
        segment.received(datagram.skipBytes(textAt));
    }
}
