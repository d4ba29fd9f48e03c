// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import dev.tou.telemetry.DropReason;

/** How often each {@link DropReason} occurred on one UDP channel. Written on its event loop. */
public final class DropCounters {

    private final long[] counts = new long[DropReason.values().length];

    /** Counts one drop. */
    public void count(DropReason reason) {
        counts[reason.ordinal()]++;
    }

    /** Counts so many at once. */
    void count(DropReason reason, int times) {
        counts[reason.ordinal()] += times;
    }

    /** Counts what another has counted. */
    void add(DropCounters others) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += others.counts[i];
        }
    }

    /** {@return how often the reason occurred} */
    public long of(DropReason reason) {
        return counts[reason.ordinal()];
    }
}
