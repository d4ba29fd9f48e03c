// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Has something done in a thread of its own, which nobody waits for any longer than he wants to: what the JDK does to ask another
 * process waits for it in native code, without a limit and without hearing interrupts.
 */
final class Deadline {

    private Deadline() {}

    /**
     * {@return what {@code work} returns}
     *
     * @param late gets what it returns when nobody waits any more; never null
     * @throws TimeoutException if it takes longer than {@code patience}
     * @throws ExecutionException with what {@code work} throws
     */
    static <T> T within(Duration patience, Callable<T> work, Consumer<T> late)
            throws TimeoutException, ExecutionException {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        T value = work.call();
                        if (!result.complete(value) && value != null) {
                            late.accept(value);
                        }
                    } catch (Throwable e) { // whatever it is, the caller hears of it
                        result.completeExceptionally(e);
                    }
                },
                "tou-inspect");
        thread.setDaemon(true);
        thread.start();
        try {
            return result.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            result.completeExceptionally(e);
            throw new TimeoutException("interrupted");
        } catch (TimeoutException e) {
            if (result.completeExceptionally(e)) {
                throw e;
            }
            return result.join(); // it has just been done
        }
    }
}
