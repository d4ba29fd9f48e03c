// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The application's bytes become trains and are acknowledged, as in bulk: some trains are always in flight. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = "-Dio.netty.allocator.useCachedMagazinesForNonEventLoopThreads=true") // as event loops have it
public class SendBufferBenchmark {

    private static final int HEADER_BYTES = 32;
    private static final int TEXT_BYTES = 1440;
    private static final int TRAIN_SEGMENTS = 44;
    private static final int TRAIN_BYTES = TRAIN_SEGMENTS * TEXT_BYTES;
    private static final int TRAINS_IN_FLIGHT = 16;

    private final ByteBuf written = Unpooled.directBuffer(TRAIN_BYTES);
    private final Train train = new Train();
    private SendBuffer buffer;
    private int sndUna;
    private int sndNxt;

    @Setup
    public void prepare() {
        buffer = new SendBuffer(ByteBufAllocator.DEFAULT, new SlabPool());
        buffer.open(0, HEADER_BYTES, TEXT_BYTES, 64);
        for (int i = 0; i < TRAINS_IN_FLIGHT; i++) {
            writeAndSend();
        }
    }

    @TearDown
    public void release() {
        buffer.release();
        written.release();
    }

    private void writeAndSend() {
        buffer.append(written.setIndex(0, TRAIN_BYTES), TRAIN_BYTES);
        while (sndNxt != buffer.end()) {
            sndNxt = buffer.nextTrain(sndNxt, buffer.end() - sndNxt, train).end();
        }
    }

    /** Copies 63 KB in, gives them out and frees as much; figures are for one segment of 1440 bytes. */
    @Benchmark
    @OperationsPerInvocation(TRAIN_SEGMENTS)
    public int writeSendAcknowledge() {
        writeAndSend();
        sndUna += TRAIN_BYTES;
        buffer.acknowledge(sndUna);
        return buffer.memoryBytes();
    }
}
