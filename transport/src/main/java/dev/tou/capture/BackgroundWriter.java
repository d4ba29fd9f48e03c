// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.capture;

import java.io.Closeable;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes what event loops want written to a thread that writes it: the loops never wait for a disk. What the thread has not
 * written yet is bounded; beyond that {@link #hasRoom} says no, and whoever asked counts what is lost.
 *
 * <p>The thread writes a hundred times a second what has come, and tells the output to flush, so a process that is killed has lost
 * the last hundredth. It sleeps while nothing comes.
 *
 * @param <E> what is written
 */
public final class BackgroundWriter<E extends BackgroundWriter.Entry> implements Closeable {

    /** Something to be written. */
    public interface Entry {

        /** {@return about how much memory it holds until it is written, in bytes; always the same} */
        int bytes();
    }

    /**
     * Where entries go. All calls come from the writer's thread. The first that throws is the last but {@link #close}: what comes
     * after it is thrown away, and {@link BackgroundWriter#hasRoom} says no.
     *
     * @param <E> what is written
     */
    public interface Output<E> extends Closeable {

        /** Writes one entry. */
        void write(E entry) throws IOException;

        /** Hands all that was written to the operating system. */
        void flush() throws IOException;

        /** Writes the last words, behind the last entry. */
        void end() throws IOException;

        /** Hears once, after {@link #close}, that it has thrown, and so is not complete. */
        default void failed(IOException why) {}
    }

    private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Output<E> output;
    private final long limitBytes;
    private final Queue<E> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final Thread thread;
    private volatile boolean idle;
    private volatile boolean closing;
    private volatile IOException failure;

    /**
     * Starts the thread.
     *
     * @param name of the thread
     * @param limitBytes how much may wait, in bytes
     */
    public BackgroundWriter(String name, long limitBytes, Output<E> output) {
        this.output = output;
        this.limitBytes = limitBytes;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** {@return whether so many bytes more may wait; not a promise, where several threads ask at once} */
    public boolean hasRoom(int bytes) {
        return !closing && failure == null && waitingBytes.get() + bytes <= limitBytes;
    }

    /** Has an entry written, after {@link #hasRoom}. Any thread; never waits. */
    public void put(E entry) {
        long waiting = waitingBytes.addAndGet(entry.bytes());
        queue.add(entry);
        if (idle || waiting > limitBytes / 2) {
            LockSupport.unpark(thread);
        }
    }

    /** {@return what the output has thrown, or null} */
    public IOException failure() {
        return failure;
    }

    private void run() {
        try (output) {
            while (true) {
                boolean last = closing;
                if (writeAll()) {
                    output.flush();
                }
                if (last) {
                    output.end();
                    return;
                }
                pause();
            }
        } catch (IOException | RuntimeException | Error e) {
            IOException why = e instanceof IOException io ? io : new IOException(e);
            failure = why;
            queue.clear();
            output.failed(why);
        }
    }

    private boolean writeAll() throws IOException {
        boolean any = false;
        for (E entry = queue.poll(); entry != null; entry = queue.poll()) {
            output.write(entry);
            waitingBytes.addAndGet(-entry.bytes());
            any = true;
        }
        return any;
    }

    private void pause() {
        LockSupport.parkNanos(this, BATCH_NANOS);
        idle = true;
        // Whoever puts something now sees that the thread is idle, or is seen.
        while (queue.isEmpty() && !closing) {
            LockSupport.park(this);
        }
        idle = false;
    }

    /**
     * Writes all that waits, and the last words. Waits for the disk, so not for event loops.
     *
     * @throws IOException what the output has thrown, now or before
     */
    @Override
    public void close() throws IOException {
        closing = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            LockSupport.unpark(thread);
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
    }
}
