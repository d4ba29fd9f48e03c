// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.util.function.LongConsumer;

/** Passes on how far something is, but not more often than four times a second: enough for an end that waits. */
final class SignOfLife implements LongConsumer {

    private static final long EVERY_NANOS = 250_000_000L;

    private final LongConsumer receiver;
    private long lastNanos = System.nanoTime();

    SignOfLife(LongConsumer receiver) {
        this.receiver = receiver;
    }

    @Override
    public void accept(long bytes) {
        long now = System.nanoTime();
        if (now - lastNanos >= EVERY_NANOS) {
            lastNanos = now;
            receiver.accept(bytes);
        }
    }
}
