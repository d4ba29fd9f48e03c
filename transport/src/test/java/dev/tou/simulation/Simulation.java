// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

import io.netty.util.concurrent.Future;

/**
 * Turns the crank of a {@link SimulatedNetwork}: lets everything happen that is due at this instant, network and event
 * loops in a fixed order, then jumps to the next instant at which anything is due.
 *
 * <p>A loop that is never idle at one instant, or a simulation that never ends, fails with the seed in the message.
 */
public final class Simulation {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int MAX_PASSES_PER_INSTANT = 1_000_000;
    /** How long a loop that is shutting down naps between looks at its quiet period. */
    private static final long SHUTDOWN_NAP_NANOS = 100_000_000;

    private final SimulatedNetwork network;
    private final List<Runnable> checks = new ArrayList<>();
    private long maxSteps = 500_000_000;
    private long steps;

    public Simulation(SimulatedNetwork network) {
        this.network = network;
    }

    /** Runs {@code check} after each instant: the place for invariants. */
    public Simulation afterEachStep(Runnable check) {
        checks.add(check);
        return this;
    }

    /** Sets how many instants a run may have before it counts as endless. */
    public Simulation maxSteps(long steps) {
        maxSteps = steps;
        return this;
    }

    /** {@return how many instants there have been} */
    public long steps() {
        return steps;
    }

    /** Runs until nothing is left to happen: no datagram on its way, no timer set. A far timer is jumped to. */
    public void runUntilIdle() {
        do {
            runInstant();
        } while (jump(Long.MAX_VALUE - 1));
    }

    /** Runs until {@code done} or until {@code limit} of virtual time has passed, and says which it was. */
    public boolean runUntil(BooleanSupplier done, Duration limit) {
        long endNanos = network.nowNanos() + limit.toNanos();
        runInstant();
        while (!done.getAsBoolean()) {
            if (!jump(endNanos)) {
                pass(endNanos);
                return false;
            }
            runInstant();
        }
        return true;
    }

    /** Runs for {@code duration} of virtual time, to its very end. */
    public void advance(Duration duration) {
        long endNanos = network.nowNanos() + duration.toNanos();
        do {
            runInstant();
        } while (jump(endNanos));
        pass(endNanos);
        runInstant();
    }

    // A host that stalled within a task may have taken the clock further than that.
    private void pass(long untilNanos) {
        network.ticker().advanceTo(Math.max(network.nowNanos(), untilNanos));
    }

    /**
     * Stops a host at its next timer, after its loop has looked at its sockets and before the timers run: a collection of
     * garbage at the worst moment. What comes meanwhile lies in the sockets when the timers, all late now, have their turn.
     */
    public void stallBeforeNextTimer(SimHost host, Duration length) {
        long timerNanos = nextTimerNanos(host, network.nowNanos());
        if (timerNanos == Long.MAX_VALUE) {
            throw new IllegalStateException("no timer is set on " + host);
        }
        network.at(
                Duration.ofNanos(timerNanos),
                () -> host.eventLoop().execute(() -> {
                    // A nanosecond more, so that the others run until the very end without this one.
                    host.stall(length.plusNanos(1));
                    advance(length);
                }));
    }

    /** Runs until {@code done}; fails the test with {@code what} if that takes longer than {@code limit}. */
    public void expect(String what, BooleanSupplier done, Duration limit) {
        if (!runUntil(done, limit)) {
            throw new AssertionError("not within " + limit + ": " + what + "; " + describe());
        }
    }

    /** Runs until the future is done and returns it if it succeeded, as {@code sync()} does with real threads. */
    public <V, F extends Future<V>> F await(F future) {
        expect("future done: " + future, future::isDone, PATIENCE);
        if (!future.isSuccess()) {
            throw new IllegalStateException("failed: " + future + "; " + describe(), future.cause());
        }
        return future;
    }

    /** {@return what to say when something fails: the seed, first of all} */
    public String describe() {
        return "seed " + network.seed() + ", at " + network.nowNanos() + " ns, trace "
                + Long.toHexString(network.traceHash());
    }

    private void runInstant() {
        if (++steps > maxSteps) {
            throw new IllegalStateException("no end after " + maxSteps + " steps; " + describe());
        }
        int passes = 0;
        boolean busy;
        do {
            if (++passes > MAX_PASSES_PER_INSTANT) {
                throw new IllegalStateException("never idle; " + describe());
            }
            busy = network.runDueEvents();
            for (SimHost host : network.hosts()) {
                busy |= !host.isStalled() && runLoops(host);
            }
        } while (busy);
        for (int i = 0; i < checks.size(); i++) {
            checks.get(i).run();
        }
    }

    private static boolean runLoops(SimHost host) {
        boolean busy = false;
        List<SimEventLoop> loops = host.loops();
        for (int i = 0; i < loops.size(); i++) {
            busy |= loops.get(i).runUntilQueueIsEmpty() > 0;
        }
        return busy;
    }

    /** Moves the clock to the next instant at which anything is due, or says that there is none until then. */
    private boolean jump(long latestNanos) {
        long now = network.nowNanos();
        long next = network.nextEventNanos();
        for (SimHost host : network.hosts()) {
            next = Math.min(next, host.isStalled() ? host.stalledUntilNanos() : nextTimerNanos(host, now));
        }
        if (next > latestNanos) {
            return false;
        }
        network.ticker().advanceTo(Math.max(now, next));
        return true;
    }

    private static long nextTimerNanos(SimHost host, long now) {
        long next = Long.MAX_VALUE;
        List<SimEventLoop> loops = host.loops();
        for (int i = 0; i < loops.size(); i++) {
            SimEventLoop loop = loops.get(i);
            if (loop.isTerminated()) {
                continue;
            }
            next = Math.min(next, loop.isShuttingDown() ? now + SHUTDOWN_NAP_NANOS : loop.nextTimerNanos());
        }
        return next;
    }
}
