// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.tou.connection.ChallengeAckLimiter.INTERVAL_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

class ChallengeAckLimiterTest {

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 100_000_000L})
    void oneIn500Milliseconds(long start) {
        ChallengeAckLimiter limiter = new ChallengeAckLimiter();
        int sent = 0;
        for (int millis = 0; millis < 10_000; millis++) {
            sent += limiter.tryAcquire(start + millis * 1_000_000L) ? 1 : 0;
        }
        assertThat(sent).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void theFirstIsSentAtOnceAndARefusalDoesNotDelayTheNext(long start) {
        ChallengeAckLimiter limiter = new ChallengeAckLimiter();
        assertThat(limiter.tryAcquire(start)).isTrue();
        assertThat(limiter.tryAcquire(start)).isFalse();
        assertThat(limiter.tryAcquire(start + INTERVAL_NANOS - 1)).isFalse();
        assertThat(limiter.tryAcquire(start + INTERVAL_NANOS)).isTrue();
    }
}
