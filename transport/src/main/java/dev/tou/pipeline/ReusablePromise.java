// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.util.concurrent.AbstractFuture;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;

/**
 * A promise that can be used again after it has completed, so that a write needs no new one: a void promise in Netty's sense,
 * without listeners and without a result to wait for, that does tell its owner when it completes, and how.
 *
 * <p>A handler that wants to listen calls {@link #unvoid}, as with any promise that says it is void; this one completes then
 * with the new one.
 *
 * <p>Belongs to one event loop.
 */
abstract class ReusablePromise extends AbstractFuture<Void> implements ChannelPromise {

    private final Channel channel;
    private boolean open;
    private int parts;
    private int partsOver;
    private Throwable failure;

    ReusablePromise(Channel channel) {
        this.channel = channel;
    }

    /** Starts a new use. */
    final void reopen() {
        assert !open;
        open = true;
        parts = 1;
        partsOver = 0;
    }

    /** The operation consists of so many, which are all given this promise: it is over with the last, and fails with any. */
    final void parts(int operations) {
        parts = operations;
    }

    /** {@return of how many parts the operation consists} */
    final int parts() {
        return parts;
    }

    /** One of several parts has failed, by the order in which they came to an end; {@link #completed} follows. */
    void failed(int part) {}

    /** The operation is over; the promise may be reopened from here on. {@code cause} is null if it succeeded. */
    abstract void completed(Throwable cause);

    private boolean complete(Throwable cause) {
        if (!open) {
            return false;
        }
        if (cause != null) {
            failure = failure == null ? cause : failure;
            failed(partsOver);
        }
        if (++partsOver < parts) {
            return true;
        }
        open = false;
        Throwable first = failure;
        failure = null;
        completed(first);
        return true;
    }

    @Override
    public final boolean trySuccess() {
        return complete(null);
    }

    @Override
    public final boolean trySuccess(Void result) {
        return complete(null);
    }

    @Override
    public final boolean tryFailure(Throwable cause) {
        return complete(cause);
    }

    @Override
    public final ChannelPromise setSuccess() {
        complete(null);
        return this;
    }

    @Override
    public final ChannelPromise setSuccess(Void result) {
        return setSuccess();
    }

    @Override
    public final ChannelPromise setFailure(Throwable cause) {
        complete(cause);
        return this;
    }

    @Override
    public final ChannelPromise unvoid() {
        ChannelPromise listened = new DefaultChannelPromise(channel);
        listened.addListener(over -> complete(over.cause()));
        return listened;
    }

    @Override
    public final boolean isVoid() {
        return true;
    }

    @Override
    public final Channel channel() {
        return channel;
    }

    @Override
    public final boolean setUncancellable() {
        return true;
    }

    // --- what a void promise does not tell ---

    @Override
    public final boolean isDone() {
        return false;
    }

    @Override
    public final boolean isSuccess() {
        return false;
    }

    @Override
    public final boolean isCancellable() {
        return false;
    }

    @Override
    public final boolean isCancelled() {
        return false;
    }

    @Override
    public final boolean cancel(boolean mayInterruptIfRunning) {
        return false;
    }

    @Override
    public final Throwable cause() {
        return null;
    }

    @Override
    public final Void getNow() {
        return null;
    }

    // --- what a void promise refuses ---

    private static IllegalStateException isVoidPromise() {
        return new IllegalStateException("a void promise; listen to unvoid() instead");
    }

    @Override
    public final ChannelPromise addListener(GenericFutureListener<? extends Future<? super Void>> listener) {
        throw isVoidPromise();
    }

    @Override
    @SafeVarargs
    public final ChannelPromise addListeners(GenericFutureListener<? extends Future<? super Void>>... listeners) {
        throw isVoidPromise();
    }

    @Override
    public final ChannelPromise removeListener(GenericFutureListener<? extends Future<? super Void>> listener) {
        return this;
    }

    @Override
    @SafeVarargs
    public final ChannelPromise removeListeners(GenericFutureListener<? extends Future<? super Void>>... listeners) {
        return this;
    }

    @Override
    public final ChannelPromise sync() {
        throw isVoidPromise();
    }

    @Override
    public final ChannelPromise syncUninterruptibly() {
        throw isVoidPromise();
    }

    @Override
    public final ChannelPromise await() {
        throw isVoidPromise();
    }

    @Override
    public final ChannelPromise awaitUninterruptibly() {
        throw isVoidPromise();
    }

    @Override
    public final boolean await(long timeout, TimeUnit unit) {
        throw isVoidPromise();
    }

    @Override
    public final boolean await(long timeoutMillis) {
        throw isVoidPromise();
    }

    @Override
    public final boolean awaitUninterruptibly(long timeout, TimeUnit unit) {
        throw isVoidPromise();
    }

    @Override
    public final boolean awaitUninterruptibly(long timeoutMillis) {
        throw isVoidPromise();
    }
}
