// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;

import static org.assertj.core.api.Assertions.assertThat;

/** Keeps what a receiver tells of its transfers, in order, for a test to wait for. */
public final class Heard implements ReceiveListener {

    private static final long PATIENCE_SECONDS = 60;

    /** The bytes of a file begin to come, from {@code offset} on. */
    record Begun(long offset) {}

    /** A connection did not come to a transfer. */
    record Rejected(Failure failure) {}

    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

    @Override
    public void onBegin(TransferProgress transfer) {
        events.add(new Begun(transfer.resumedAt()));
    }

    @Override
    public void onKept(TransferProgress transfer, Path file, Sha256 digest) {
        events.add(digest);
    }

    @Override
    public void onFailed(HostAndPort peer, Failure failure) {
        events.add(failure);
    }

    @Override
    public void onRejected(HostAndPort peer, Failure failure) {
        events.add(new Rejected(failure));
    }

    /** {@return the next event, once it comes: a {@link Begun}, a {@link Sha256}, a {@link Failure} or a {@link Rejected}} */
    <T> T next(Class<T> type) throws InterruptedException {
        Object next = next();
        assertThat(next).isInstanceOf(type);
        return type.cast(next);
    }

    /** {@return the next event that ends a transfer, or one that does not come to be} */
    <T> T end(Class<T> type) throws InterruptedException {
        Object next = next();
        while (next instanceof Begun) {
            next = next();
        }
        assertThat(next).isInstanceOf(type);
        return type.cast(next);
    }

    private Object next() throws InterruptedException {
        Object next = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(next)
                .as("what the receiver tells within " + PATIENCE_SECONDS + " s")
                .isNotNull();
        return next;
    }

    /** {@return whether all that was told has been asked for} */
    boolean isSilent() {
        return events.isEmpty();
    }
}
