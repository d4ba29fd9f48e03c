// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.timing;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Timers of many connections on one wheel, on a clock that the benchmark moves. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TimerWheelBenchmark {

    private static final long RTO_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long DELAYED_ACK_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    /** Connections with an armed timer; the cost of one should not depend on it. */
    @Param({"1", "10000"})
    public int connections;

    private final Clock clock = new Clock();
    private TimerWheel wheel;
    private Node[] nodes;
    private int turn;

    @Setup
    public void prepare() {
        wheel = new TimerWheel(clock);
        nodes = new Node[connections];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < connections; i++) {
            nodes[i] = new Node(wheel);
            nodes[i].arm(TcpTimer.KEEPALIVE, clock.nanoTime() + random.nextLong(TimeUnit.HOURS.toNanos(2)));
        }
    }

    private Node next() {
        turn = turn + 1 == nodes.length ? 0 : turn + 1;
        return nodes[turn];
    }

    /** What every acknowledgment does while more is in flight. */
    @Benchmark
    public void armLater() {
        clock.nowNanos += 1000;
        nodes[0].arm(TcpTimer.RETRANSMISSION, clock.nowNanos + RTO_NANOS);
    }

    /** What a request and its response do: the only near timer comes and goes. */
    @Benchmark
    public void armAndDisarm() {
        clock.nowNanos += 1000;
        Node node = next();
        node.arm(TcpTimer.RETRANSMISSION, clock.nowNanos + RTO_NANOS);
        node.disarm(TcpTimer.RETRANSMISSION);
    }

    /** A timer that does expire, and the wake-up for it. */
    @Benchmark
    public int armAndExpire() {
        Node node = next();
        node.arm(TcpTimer.DELAYED_ACK, clock.nowNanos + DELAYED_ACK_NANOS);
        clock.advance(DELAYED_ACK_NANOS + TimerWheel.TICK_NANOS);
        return node.expired;
    }

    private static final class Node extends ConnectionTimer {

        private int expired;

        Node(TimerWheel wheel) {
            super(wheel);
        }

        @Override
        protected void onExpiry(long nowNanos) {
            for (TcpTimer timer; (timer = pollExpired(nowNanos)) != null; ) {
                expired++;
                if (timer == TcpTimer.KEEPALIVE) {
                    arm(timer, nowNanos + TimeUnit.HOURS.toNanos(2));
                }
            }
        }
    }

    /** An event loop with one task and no thread. */
    private static final class Clock implements TimerWheel.Scheduler {

        private long nowNanos;
        private Runnable task;
        private long taskNanos;

        void advance(long nanos) {
            long target = nowNanos + nanos;
            while (task != null && taskNanos <= target) {
                Runnable due = task;
                task = null;
                nowNanos = Math.max(nowNanos, taskNanos);
                due.run();
            }
            nowNanos = target;
        }

        @Override
        public long nanoTime() {
            return nowNanos;
        }

        @Override
        public boolean inEventLoop() {
            return true;
        }

        @Override
        public void schedule(Runnable task, long delayNanos) {
            this.task = task;
            taskNanos = nowNanos + delayNanos;
        }

        @Override
        public void cancel() {
            task = null;
        }

        @Override
        public void report(Throwable cause) {
            throw new AssertionError(cause);
        }
    }
}
