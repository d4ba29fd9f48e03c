// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ResetLimiterTest {

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000_000_000;

    private final ResetLimiter limiter = new ResetLimiter();

    private int acquire(int tries, long now) {
        int acquired = 0;
        for (int i = 0; i < tries; i++) {
            acquired += limiter.tryAcquire(now) ? 1 : 0;
        }
        return acquired;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - SECOND, Long.MIN_VALUE + SECOND})
    void aThousandAtOnceAndAThousandASecond(long start) {
        assertThat(acquire(5000, start)).isEqualTo(1000);
        assertThat(acquire(10, start + MILLI)).isEqualTo(1);
        assertThat(acquire(1000, start + 101 * MILLI)).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 5 * SECOND})
    void aFloodOfAMinuteDrawsNoMore(long start) {
        int acquired = 0;
        for (long micros = 0; micros < 60_000_000; micros += 100) {
            acquired += limiter.tryAcquire(start + micros * 1000) ? 1 : 0;
        }
        assertThat(acquired).isBetween(60_900, 61_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MIN_VALUE})
    void restEarnsASecondAndNoMore(long start) {
        acquire(5000, start);
        assertThat(acquire(5000, start + SECOND)).isEqualTo(1000);
        assertThat(acquire(5000, start + 100 * SECOND)).isEqualTo(1000);
    }
}
