// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.telemetry.Limit;

/** How long each {@link Limit} has kept the connection from sending more. */
final class LimitClock {

    private static final int LIMITS = Limit.values().length;

    private final long[] nanos = new long[LIMITS];
    private Limit limit = Limit.IDLE;
    private long sinceNanos;

    /** Starts at the connection's beginning, with nothing to send. */
    LimitClock(long nowNanos) {
        sinceNanos = nowNanos;
    }

    /** {@return what limits now} */
    Limit current() {
        return limit;
    }

    /** Another limit begins to count. */
    void enter(Limit next, long nowNanos) {
        nanos[limit.ordinal()] += nowNanos - sinceNanos;
        limit = next;
        sinceNanos = nowNanos;
    }

    /** {@return how long a limit has counted so far, in nanoseconds} */
    long nanos(Limit of, long nowNanos) {
        return nanos[of.ordinal()] + (of == limit ? Math.max(0, nowNanos - sinceNanos) : 0);
    }
}
