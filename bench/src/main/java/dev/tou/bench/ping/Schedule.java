// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.util.concurrent.TimeUnit;

/**
 * When each request of a run is to be sent. Latency counts from these moments, and nothing that happens later moves them.
 *
 * @param startNanos when the first is to be sent
 * @param perSecond requests in a second, 1 or more
 * @param count requests in all, 1 or more
 */
record Schedule(long startNanos, int perSecond, int count) {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** {@return when request number {@code request}, the first being 0, is to be sent} */
    long intendedNanos(int request) {
        return startNanos + request * SECOND / perSecond;
    }

    /** {@return how long all of it takes, the interval after the last request included} */
    long lengthNanos() {
        return count * SECOND / perSecond;
    }

    /** {@return requests in {@code nanos}, rounded up} */
    static long requests(int perSecond, long nanos) {
        long ofTheRest = (nanos % SECOND * perSecond + SECOND - 1) / SECOND;
        return Math.addExact(Math.multiplyExact(nanos / SECOND, (long) perSecond), ofTheRest);
    }
}
