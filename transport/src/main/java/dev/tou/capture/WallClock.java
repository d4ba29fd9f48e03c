// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.capture;

import java.time.Instant;

import io.netty.util.concurrent.Ticker;

/**
 * The time of day, for what people read; nothing of the engine depends on it. It is read once, and from then on follows the
 * ticker of event loops, so that packets of all loops are in order although somebody sets the clock.
 */
final class WallClock {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long offsetNanos;

    WallClock() {
        Instant now = Instant.now();
        offsetNanos = now.getEpochSecond() * NANOS_PER_SECOND
                + now.getNano()
                - Ticker.systemTicker().nanoTime();
    }

    /** {@return nanoseconds since 1970 by the loop's ticker; virtual time is told as it is} */
    long epochNanos(Ticker ticker) {
        return ticker == Ticker.systemTicker() ? ticker.nanoTime() + offsetNanos : ticker.nanoTime();
    }
}
