// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.timing;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Times are in milliseconds, on a clock that wraps. */
class StallWatchTest {

    private static final long MILLI = 1_000_000;
    private static final long START = Long.MAX_VALUE - 20 * MILLI;

    private final StallWatch watch = new StallWatch();

    private static long at(long millis) {
        return START + millis * MILLI;
    }

    @Test
    void nothingHasHappenedYet() {
        assertThat(watch.lengthSince(at(0))).isZero();
    }

    @Test
    void fiveMillisecondsAreNoStall() {
        watch.resumed(at(0), at(5));
        assertThat(watch.lengthSince(at(0))).isZero();
        watch.resumed(at(0), at(5) + 1);
        assertThat(watch.lengthSince(at(0))).isEqualTo(5 * MILLI + 1);
    }

    // What was read after it ended has not waited for it.
    @Test
    void aStallConcernsWhatWasReadBeforeItEnded() {
        watch.resumed(at(10), at(60));
        assertThat(watch.endNanos()).isEqualTo(at(60));
        assertThat(watch.lengthSince(at(5))).isEqualTo(50 * MILLI);
        assertThat(watch.lengthSince(at(60))).isZero();
        assertThat(watch.lengthSince(at(70))).isZero();
    }

    @Test
    void aLongRoundTripToleratesMore() {
        assertThat(StallWatch.toleranceNanos(0)).isEqualTo(5 * MILLI);
        assertThat(StallWatch.toleranceNanos(20 * MILLI)).isEqualTo(5 * MILLI);
        assertThat(StallWatch.toleranceNanos(100 * MILLI)).isEqualTo(25 * MILLI);
    }
}
