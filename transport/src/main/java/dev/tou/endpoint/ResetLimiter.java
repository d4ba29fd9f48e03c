// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

/**
 * How many resets a second may answer segments that belong to no connection, so that this end is no reflector. One per UDP
 * channel; it never touches what a known connection sends (CVE-2016-5696).
 */
final class ResetLimiter {

    private static final long NANOS_PER_RESET = 1_000_000;
    private static final int BURST = 1000;

    private long fullNanos;
    private boolean used;

    /** {@return whether one more reset may be sent} */
    boolean tryAcquire(long nowNanos) {
        long empty = nowNanos - BURST * NANOS_PER_RESET;
        if (!used || fullNanos - empty < 0) {
            used = true;
            fullNanos = empty;
        }
        if (fullNanos - nowNanos >= 0) {
            return false;
        }
        fullNanos += NANOS_PER_RESET;
        return true;
    }
}
