// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import java.util.concurrent.TimeUnit;

import dev.tou.segment.SegmentOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Segments that come out of order, until the missing ones arrive. Figures are for one segment, all copies included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = "-Dio.netty.allocator.useCachedMagazinesForNonEventLoopThreads=true") // as event loops have it
public class ReassemblyQueueBenchmark {

    private static final int TEXT_BYTES = 1440;
    private static final int SEGMENTS = 256;

    /** How many segments lie between two losses. */
    @Param({"2", "16", "256"})
    public int lossInterval;

    private final ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    private final ByteBuf text = Unpooled.directBuffer(TEXT_BYTES).writerIndex(TEXT_BYTES);
    private final ByteBuf application = Unpooled.directBuffer(SEGMENTS * TEXT_BYTES);
    private final SegmentOptions acknowledgment = new SegmentOptions();
    private ReassemblyQueue queue;
    private ReceiveBuffer received;

    @Setup
    public void prepare() {
        queue = new ReassemblyQueue(ReassemblyQueue.DEFAULT_MAX_RUNS, 1 << 24);
        received = new ReceiveBuffer(new RingPool());
    }

    @TearDown
    public void release() {
        queue.release();
        received.release();
        text.release();
        application.release();
    }

    /** Everything comes once, the lost ones last, and each that comes is reported in an acknowledgment. */
    @Benchmark
    @OperationsPerInvocation(SEGMENTS)
    public int loseAndRepair() {
        for (int i = 0; i < SEGMENTS; i++) {
            if (i % lossInterval != 0) {
                queue.insert(i * TEXT_BYTES, text, allocator);
                acknowledgment.clear();
                queue.report(acknowledgment, 3);
            }
        }
        int next = 0;
        while (next < SEGMENTS * TEXT_BYTES) {
            next += queue.deliver(next, text.setIndex(0, TEXT_BYTES).retainedSlice(), received);
        }
        application.clear();
        return received.readInto(application, next);
    }
}
