// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import dev.tou.bench.Units;
import org.HdrHistogram.Histogram;

/**
 * How late a sender itself was, in nanoseconds: from when a request was to be sent until it was handed to the connection. That is
 * part of every latency; where it is much of one, that must be seen.
 *
 * @param p50 of half of the requests it was no more
 * @param p99 of all but one in a hundred
 */
public record Lateness(long p50, long p99) {

    /** {@return that of the requests in {@code histogram}} */
    public static Lateness of(Histogram histogram) {
        return new Lateness(histogram.getValueAtPercentile(50), histogram.getValueAtPercentile(99));
    }

    /** {@return it in words, without a full stop} */
    public String clause() {
        return "sender late by " + Units.nanos(p50) + " (p50), " + Units.nanos(p99) + " (p99)";
    }

    /** {@return whether it is much of the latency of all but one request in a hundred} */
    public boolean isMuchOf(long p99Latency) {
        return p99 > p99Latency / 2;
    }
}
