// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.ScheduledFuture;

/** A loop that the {@link Simulation} runs, and that says when it next wants to run. */
public final class SimEventLoop extends ManualIoEventLoop {
    /** Far away, but not so far that adding it to the clock would overflow. */
    private static final long UNTIL_QUEUE_IS_EMPTY = Long.MAX_VALUE >> 1;

    private final SimHost host;
    private final Map<Long, Integer> timers = new HashMap<>();

    SimEventLoop(IoEventLoopGroup parent, SimHost host) {
        super(
                parent,
                Thread.currentThread(),
                SimIoHandler.newFactory(),
                host.network().ticker());
        this.host = host;
    }

    /** {@return the host on which it runs; what chooses datagram channels by event loop asks this one for them} */
    public SimHost host() {
        return host;
    }

    /** {@return how many channels and tasks it dealt with; 0 says that it is idle at this instant} */
    int runUntilQueueIsEmpty() {
        return runNow(UNTIL_QUEUE_IS_EMPTY);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        timers.merge(unit.toNanos(delay), 1, Integer::sum);
        return super.schedule(task, delay, unit);
    }

    /** {@return how often a task was to run after exactly so long} */
    public int timers(Duration delay) {
        return timers.getOrDefault(delay.toNanos(), 0);
    }

    /** {@return the virtual time of its next timer, or {@link Long#MAX_VALUE}} */
    long nextTimerNanos() {
        long deadline = nextScheduledTaskDeadlineNanos();
        return deadline == -1 ? Long.MAX_VALUE : deadline;
    }
}
