// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * The thread on which one transfer waits for the disk, so that the event loop does not: a loop that waits acknowledges
 * nothing.
 *
 * <p>What has been read but not yet written is bounded: above {@link #HIGH_BYTES} the channel stops reading, which closes
 * the advertised window and so slows the sender; below {@link #LOW_BYTES} it reads on.
 */
final class DiskThread {

    static final long HIGH_BYTES = 8 << 20;
    static final long LOW_BYTES = 2 << 20;

    private final Channel channel;
    private final AtomicLong pendingBytes = new AtomicLong();
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new DefaultThreadFactory("tou-disk", true));

    DiskThread(Channel channel) {
        this.channel = channel;
        thread.allowCoreThreadTimeOut(true); // it ends when the transfer is over, however that comes about
    }

    /** Runs {@code work} after everything handed over before; the outcome is told in the channel's event loop. */
    <T> void call(Callable<T> work, Consumer<T> onResult, Consumer<Throwable> onFailure) {
        thread.execute(() -> {
            try {
                T result = work.call();
                tell(() -> onResult.accept(result));
            } catch (Throwable e) {
                tell(() -> onFailure.accept(e));
            }
        });
    }

    /** Gives {@code piece}, which is released afterwards, to {@code sink} on the thread; only a failure is told. */
    void write(Consumer<ByteBuf> sink, ByteBuf piece, Consumer<Throwable> onFailure) {
        int bytes = piece.readableBytes();
        if (pendingBytes.addAndGet(bytes) > HIGH_BYTES) {
            channel.config().setAutoRead(false);
        }
        thread.execute(() -> {
            try {
                sink.accept(piece);
            } catch (Throwable e) {
                tell(() -> onFailure.accept(e));
            } finally {
                piece.release();
                written(bytes);
            }
        });
    }

    private void written(int bytes) {
        long after = pendingBytes.addAndGet(-bytes);
        if (after <= LOW_BYTES && after + bytes > LOW_BYTES) {
            tell(() -> channel.config().setAutoRead(true));
        }
    }

    private void tell(Runnable outcome) {
        try {
            channel.eventLoop().execute(outcome);
        } catch (RejectedExecutionException e) {
            // the receiver has ended; the reception discards what is unfinished
        }
    }

    /** {@return whether bytes still wait for the disk} */
    boolean isBehind() {
        return pendingBytes.get() > 0;
    }
}
