// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import dev.tou.bench.Transports;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * Runs a task in an event loop at a given moment of {@link System#nanoTime}. One task waits at a time; a later call
 * replaces it.
 *
 * <p>epoll's timers count nanoseconds, so the loop's own schedule will do. A selector counts milliseconds: a loop on NIO
 * would send up to half a millisecond late, and spin for the other half. There a thread of its own parks until the moment
 * has come and then wakes the loop.
 */
interface Alarm extends AutoCloseable {

    /** Runs {@code task} at {@code nanos}, or at once if that has passed. */
    void at(long nanos, Runnable task);

    @Override
    default void close() {}

    /** {@return the alarm that suits {@code loop}} */
    static Alarm of(Transports.Io io, EventLoop loop) {
        return io == Transports.Io.NIO ? new Parking(loop) : new Scheduled(loop);
    }

    /** By the loop's own timers. */
    record Scheduled(EventLoop loop) implements Alarm {
        @Override
        public void at(long nanos, Runnable task) {
            loop.schedule(task, Math.max(0, nanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }

    /** By a thread that waits outside the loop. */
    final class Parking implements Alarm {

        private record Appointment(long nanos, Runnable task) {}

        private final EventLoop loop;
        private final Thread thread;
        private final AtomicReference<Appointment> next = new AtomicReference<>();
        private volatile boolean ended;

        Parking(EventLoop loop) {
            this.loop = loop;
            this.thread = new DefaultThreadFactory("tou-alarm", true).newThread(this::run);
            thread.start();
        }

        @Override
        public void at(long nanos, Runnable task) {
            next.set(new Appointment(nanos, task));
            LockSupport.unpark(thread);
        }

        private void run() {
            while (!ended) {
                Appointment waiting = next.get();
                if (waiting == null) {
                    LockSupport.park(this);
                    continue;
                }
                long nanos = waiting.nanos() - System.nanoTime();
                if (nanos > 0) {
                    LockSupport.parkNanos(this, nanos);
                } else if (next.compareAndSet(waiting, null)) { // first of all: the task makes the next appointment
                    loop.execute(waiting.task());
                }
            }
        }

        @Override
        public void close() {
            ended = true;
            LockSupport.unpark(thread);
        }
    }
}
