// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.util.concurrent.TimeUnit;

import io.netty.util.concurrent.MockTicker;

/**
 * The one clock of a simulation. It moves only when the driver moves it.
 *
 * <p>It counts how often it is read at one instant: a task that submits itself again for ever would otherwise hang the
 * loop without any sign, and a loop reads its ticker after each task.
 */
final class VirtualTicker implements MockTicker {
    private static final int READS_PER_INSTANT = 20_000_000;

    private volatile long nowNanos;
    private int reads;

    @Override
    public long nanoTime() {
        if (++reads > READS_PER_INSTANT) {
            reads = 0;
            throw new IllegalStateException("time stands still at " + nowNanos + " ns: a loop is never idle");
        }
        return nowNanos;
    }

    @Override
    public void advance(long amount, TimeUnit unit) {
        advanceTo(nowNanos + unit.toNanos(amount));
    }

    void advanceTo(long nanos) {
        if (nanos < nowNanos) {
            throw new IllegalArgumentException("time cannot go back from " + nowNanos + " to " + nanos);
        }
        nowNanos = nanos;
        reads = 0;
    }

    @Override
    public void sleep(long delay, TimeUnit unit) {
        throw new UnsupportedOperationException("nobody sleeps in virtual time");
    }
}
