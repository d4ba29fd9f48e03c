// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;

/**
 * Closes a pooled channel that has had no connections for a while. However often it falls idle, one timer waits: it looks when
 * that was last, and waits for the rest.
 */
final class IdleWatch {

    /** How long a channel without connections waits for the next one. */
    static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Shard shard;
    private final Runnable close;
    private boolean waits;
    private long idleSinceNanos;

    /** @param close closes the channel */
    IdleWatch(Shard shard, Runnable close) {
        this.shard = shard;
        this.close = close;
    }

    void becameIdle() {
        idleSinceNanos = nowNanos();
        if (!waits) {
            waitFor(IDLE_NANOS);
        }
    }

    private void waitFor(long nanos) {
        EventLoop loop = shard.loop();
        if (!loop.isShuttingDown()) {
            waits = true;
            loop.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        waits = false;
        if (!shard.isIdle() || !shard.isOpen()) {
            return; // in use, and will become idle again; or closed by others
        }
        long left = idleSinceNanos + IDLE_NANOS - nowNanos();
        if (left > 0) {
            waitFor(left);
        } else {
            close.run();
        }
    }

    private long nowNanos() {
        return shard.resources().nowNanos();
    }
}
