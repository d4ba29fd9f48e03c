// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.concurrent.TimeUnit;

import io.netty.util.concurrent.Future;

/**
 * A close that waits until the peer has everything, or until its time is over; the event loop does not wait. One per channel,
 * used at most once.
 */
final class Linger {

    private Runnable closing;
    private Future<?> timeout;

    /** {@return whether a close waits} */
    boolean isWaiting() {
        return closing != null;
    }

    /**
     * Begins to wait.
     *
     * @param close what {@link #end} runs
     * @param seconds the longest time, or 0 if somebody else limits it
     */
    void begin(TouSocketChannel channel, Runnable close, int seconds) {
        closing = close;
        if (seconds > 0) {
            timeout = channel.eventLoop().schedule(this::end, seconds, TimeUnit.SECONDS);
        }
    }

    /** The peer has everything, or never will. */
    void end() {
        Runnable close = closing;
        closing = null;
        if (timeout != null) {
            timeout.cancel(false);
            timeout = null;
        }
        if (close != null) {
            close.run();
        }
    }
}
