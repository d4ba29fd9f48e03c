// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.timing;

import java.util.concurrent.TimeUnit;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Ticker;

/** The clock and the one pending task of a {@link TimerWheel}, on a Netty event loop. */
final class LoopScheduler implements TimerWheel.Scheduler {

    private final EventExecutor loop;
    private final Ticker ticker;
    private Future<?> pending;

    LoopScheduler(EventExecutor loop) {
        this.loop = loop;
        this.ticker = loop.ticker();
    }

    @Override
    public long nanoTime() {
        return ticker.nanoTime();
    }

    @Override
    public boolean inEventLoop() {
        return loop.inEventLoop();
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        pending = loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void cancel() {
        if (pending != null) {
            pending.cancel(false);
            pending = null;
        }
    }

    @Override
    public void report(Throwable cause) {
        // The loop logs what a task throws; the future of a scheduled task would swallow it.
        loop.execute(() -> rethrow(cause));
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void rethrow(Throwable cause) throws E {
        throw (E) cause;
    }
}
