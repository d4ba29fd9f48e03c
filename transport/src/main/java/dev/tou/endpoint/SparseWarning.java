// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

/**
 * When to warn of what can happen a million times a second: the first time, and then once a minute at most, with the number of
 * times that nothing was said.
 */
final class SparseWarning {

    static final long INTERVAL_NANOS = 60_000_000_000L;

    private boolean warned;
    private long warnedNanos;
    private long untold;

    /** It has happened. {@return how often since the last warning, if there should be one now, or else 0} */
    long happened(long nowNanos) {
        untold++;
        if (warned && nowNanos - warnedNanos < INTERVAL_NANOS) {
            return 0;
        }
        warned = true;
        warnedNanos = nowNanos;
        long told = untold;
        untold = 0;
        return told;
    }
}
