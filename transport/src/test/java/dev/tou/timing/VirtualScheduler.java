// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.timing;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** A loop of one task whose clock starts where the test wants it, near the wrap of a long for instance. */
final class VirtualScheduler implements TimerWheel.Scheduler {

    final List<Throwable> reported = new ArrayList<>();
    private long nowNanos;
    private Runnable task;
    private long taskNanos;

    /** A wheel that asks for a pass again and again without a reason would keep a real loop at 100 %. */
    private static final int MAX_PASSES_AT_ONE_INSTANT = 1000;

    private int passes;
    private long lastPassNanos;

    /** How often a task was given to the loop. */
    long schedules;

    VirtualScheduler(long nowNanos) {
        this.nowNanos = nowNanos;
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
        assertThat(this.task).as("one pending task at most").isNull();
        assertThat(delayNanos).isNotNegative();
        this.task = task;
        this.taskNanos = nowNanos + delayNanos;
        schedules++;
    }

    @Override
    public void cancel() {
        task = null;
    }

    @Override
    public void report(Throwable cause) {
        reported.add(cause);
    }

    boolean isScheduled() {
        return task != null;
    }

    /** {@return how far away the pending task is} */
    long delayNanos() {
        return taskNanos - nowNanos;
    }

    /** The clock moves and the loop does not run: a garbage collection, a blocking handler. */
    void stall(long nanos) {
        nowNanos += nanos;
    }

    /** One pass of the loop at the present instant. */
    boolean runOnce() {
        if (task == null || taskNanos - nowNanos > 0) {
            return false;
        }
        passes = nowNanos == lastPassNanos ? passes + 1 : 0;
        lastPassNanos = nowNanos;
        assertThat(passes).as("passes at one instant").isLessThan(MAX_PASSES_AT_ONE_INSTANT);
        Runnable due = task;
        task = null;
        due.run();
        return true;
    }

    /** The loop runs at every deadline that lies on the way, with as many passes as it takes. */
    void advance(long nanos) {
        long endNanos = nowNanos + nanos;
        while (task != null && taskNanos - endNanos <= 0) {
            nowNanos = taskNanos - nowNanos > 0 ? taskNanos : nowNanos;
            runOnce();
        }
        nowNanos = endNanos;
    }
}
