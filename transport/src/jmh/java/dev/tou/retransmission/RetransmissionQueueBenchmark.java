// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What is booked for each segment that is sent, and taken off when it is acknowledged. Figures are for one segment. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RetransmissionQueueBenchmark {

    private static final int TRAIN_SEGMENTS = 44;
    private static final int TEXT_BYTES = 1440;

    /** Segments in flight; the cost of one should not depend on it. */
    @Param({"64", "4096"})
    public int window;

    private final Acknowledged acknowledged = new Acknowledged();
    private RetransmissionQueue queue;
    private int sndUna;
    private int sndNxt;
    private long nowNanos;

    @Setup
    public void prepare() {
        queue = new RetransmissionQueue();
        while (queue.size() < window) {
            send();
        }
    }

    private void send() {
        nowNanos += 20_000;
        int first = queue.end();
        for (int i = 0; i < TRAIN_SEGMENTS; i++) {
            queue.append(sndNxt, TEXT_BYTES, nowNanos);
            sndNxt += TEXT_BYTES;
        }
        queue.left(first, TRAIN_SEGMENTS, true, nowNanos);
    }

    @Benchmark
    @OperationsPerInvocation(TRAIN_SEGMENTS)
    public int sendAndAcknowledge() {
        send();
        sndUna += TRAIN_SEGMENTS * TEXT_BYTES;
        acknowledged.begin(0, 0);
        queue.acknowledge(sndUna, nowNanos, acknowledged);
        return acknowledged.bytes();
    }

    /** The oldest segment is missing, and every other one is reported by a block that grows. */
    @Benchmark
    @OperationsPerInvocation(TRAIN_SEGMENTS)
    public int reportByGrowingBlock() {
        send();
        int left = sndNxt - (TRAIN_SEGMENTS - 1) * TEXT_BYTES;
        int bytes = 0;
        for (int right = left + TEXT_BYTES; right - sndNxt <= 0; right += TEXT_BYTES) {
            bytes += queue.sack(left, right, acknowledged);
        }
        sndUna += TRAIN_SEGMENTS * TEXT_BYTES;
        acknowledged.begin(0, 0);
        queue.acknowledge(sndUna, nowNanos, acknowledged);
        return bytes;
    }
}
