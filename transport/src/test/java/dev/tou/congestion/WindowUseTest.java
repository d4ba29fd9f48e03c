// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** RFC 7661 section 4.3: a window may grow only if it was needed. */
class WindowUseTest {

    private static final long WINDOW = 10_000;

    private final WindowUse use = new WindowUse();

    @Test
    void nothingWasSent() {
        assertThat(use.isUsed(WINDOW)).isFalse();
    }

    @Test
    void aWindowThatStoppedSendingIsALimit() {
        use.sendingStopped(true, WINDOW, -1000, 9000);
        assertThat(use.isUsed(WINDOW)).isTrue();
    }

    @Test
    void theLimitStandsForARoundTrip() {
        use.sendingStopped(true, WINDOW, 0, 10_000);
        use.sendingStopped(false, 4_000, 6_000, 10_000);
        assertThat(use.isUsed(WINDOW)).isTrue();
        use.sendingStopped(false, 100, 10_000, 10_100);
        assertThat(use.isUsed(WINDOW)).isFalse();
    }

    /** RFC 7661 section 4.3. */
    @Test
    void moreThanHalfTheWindowValidatesIt() {
        use.sendingStopped(false, 5_001, 0, 5_001);
        assertThat(use.isUsed(WINDOW)).isTrue();
        assertThat(use.isUsed(10_002)).as("exactly half").isFalse();
    }

    @Test
    void theFullestMomentOfTheRoundTripCounts() {
        use.sendingStopped(false, 2_000, 0, 2_000);
        use.sendingStopped(false, 6_000, 0, 6_000);
        use.sendingStopped(false, 3_000, 3_000, 6_000);
        assertThat(use.isUsed(WINDOW)).isTrue();
        use.sendingStopped(false, 1_000, 6_000, 7_000);
        assertThat(use.isUsed(WINDOW)).isFalse();
    }
}
