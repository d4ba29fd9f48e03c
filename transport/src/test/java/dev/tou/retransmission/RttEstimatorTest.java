// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Values computed by hand from RFC 6298. */
class RttEstimatorTest {

    private final RttEstimator estimator = new RttEstimator();
    private long now = ms(-17);

    @Test
    void rfc6298Section2_1TheTimeoutIsOneSecondBeforeTheFirstSample() {
        assertThat(estimator.hasSample()).isFalse();
        assertThat(estimator.rtoNanos()).isEqualTo(ms(1000));
        assertThat(estimator.srttNanos()).isZero();
        assertThat(estimator.minRttNanos()).isZero();
        assertThat(estimator.latestNanos()).isZero();
    }

    @Test
    void rfc6298Section2_2TheFirstSample() {
        sample(200);
        assertThat(estimator.hasSample()).isTrue();
        assertThat(estimator.srttNanos()).isEqualTo(ms(200));
        assertThat(estimator.rttvarNanos()).isEqualTo(ms(100));
        assertThat(estimator.rtoNanos()).as("200 + 4 x 100").isEqualTo(ms(600));
    }

    @Test
    void rfc6298Section2_3LaterSamples() {
        sample(200);
        sample(280);
        assertThat(estimator.rttvarNanos()).as("3/4 x 100 + 1/4 x 80").isEqualTo(ms(95));
        assertThat(estimator.srttNanos()).as("7/8 x 200 + 1/8 x 280").isEqualTo(ms(210));
        sample(130);
        assertThat(estimator.rttvarNanos())
                .as("3/4 x 95 + 1/4 x 80, with SRTT before it changes")
                .isEqualTo(us(91_250));
        assertThat(estimator.srttNanos()).as("7/8 x 210 + 1/8 x 130").isEqualTo(ms(200));
        assertThat(estimator.latestNanos()).isEqualTo(ms(130));
    }

    @Test
    void theVarianceTermHasAFloor() {
        sample(100);
        for (int i = 0; i < 100; i++) {
            sample(100);
        }
        assertThat(estimator.rttvarNanos()).isLessThan(us(1));
        assertThat(estimator.rtoNanos()).isEqualTo(ms(300));
        estimator.floorNanos(ms(60));
        assertThat(estimator.rtoNanos()).isEqualTo(ms(160));
    }

    @Test
    void theTimeoutUsesTheLargestVarianceOfTwoRoundTrips() {
        sample(400);
        assertThat(estimator.rtoNanos()).as("400 + 4 x 200").isEqualTo(ms(1200));
        sample(400);
        assertThat(estimator.rttvarNanos()).isEqualTo(ms(150));
        assertThat(estimator.rtoNanos()).as("200 of the round trip before").isEqualTo(ms(1200));
        sample(400);
        assertThat(estimator.rttvarNanos()).isEqualTo(us(112_500));
        assertThat(estimator.rtoNanos()).as("400 + 4 x 150").isEqualTo(ms(1000));
    }

    @Test
    void rfc7323Section4_2ManySamplesInARoundTripDoNotShrinkTheTimeout() {
        sample(400);
        for (int i = 0; i < 100; i++) {
            estimator.onSample(ms(400), now += ms(3));
        }
        assertThat(estimator.rttvarNanos()).as("the plain filter has forgotten").isLessThan(us(1));
        assertThat(estimator.rtoNanos()).isEqualTo(ms(1200));
        for (int i = 0; i < 400; i++) {
            estimator.onSample(ms(400), now += ms(3));
        }
        assertThat(estimator.rtoNanos()).as("a quiet round trip has passed").isEqualTo(ms(600));
    }

    @Test
    void aPeakWithinARoundTripIsRemembered() {
        sample(100);
        for (int i = 0; i < 50; i++) {
            sample(100);
        }
        estimator.onSample(ms(900), now += ms(1));
        long peak = estimator.rttvarNanos();
        assertThat(peak).isBetween(ms(200), us(200_001));
        estimator.onSample(ms(200), now += ms(1));
        estimator.onSample(ms(200), now += ms(1));
        assertThat(estimator.rttvarNanos()).isLessThan(ms(121));
        assertThat(estimator.rtoNanos()).isEqualTo(estimator.srttNanos() + 4 * peak);
    }

    @Test
    void rfc6298Section5_5EachExpiryDoublesTheTimeoutUpToTheMaximum() {
        sample(200);
        long[] expected = {1200, 2400, 4800, 9600, 19_200, 38_400, 60_000, 60_000};
        for (int i = 0; i < expected.length; i++) {
            estimator.backOff();
            assertThat(estimator.rtoNanos()).isEqualTo(ms(expected[i]));
            assertThat(estimator.backoffs()).isEqualTo(i + 1);
        }
        for (int i = 0; i < 1000; i++) {
            estimator.backOff();
            assertThat(estimator.rtoNanos()).isEqualTo(RttEstimator.MAX_RTO_NANOS);
        }
    }

    @Test
    void backOffLastsUntilAValidSample() {
        sample(200);
        estimator.backOff();
        estimator.backOff();
        sample(200);
        assertThat(estimator.backoffs()).isZero();
        assertThat(estimator.rtoNanos()).isEqualTo(ms(600));
    }

    /** One pause of our own loop says nothing of the path. */
    @Test
    void aLateSampleIsSetAsideAndEndsBackOff() {
        sample(200);
        estimator.backOff();
        estimator.onLateSample(ms(3000), ms(2800), ms(5000));
        assertThat(estimator.backoffs()).isZero();
        assertThat(estimator.srttNanos()).isEqualTo(ms(200));
        estimator.onLateSample(ms(3200), ms(3000), ms(8100));
        assertThat(estimator.srttNanos())
                .as("the stall itself is no time without samples")
                .isEqualTo(ms(200));
        sample(200);
        estimator.onLateSample(ms(220), ms(20), ms(9500));
        assertThat(estimator.srttNanos()).as("there has been a valid one").isEqualTo(ms(200));
    }

    /** Where the loop is always busy, that is how long an answer takes. */
    @Test
    void lateSamplesCountWhereThereAreNoOthers() {
        sample(10);
        for (int now = 1000; now < 20_000; now += 10) {
            estimator.onLateSample(ms(120), ms(6), ms(now));
        }
        assertThat(estimator.srttNanos()).isBetween(ms(100), ms(120));
        assertThat(estimator.minRttNanos()).as("not that of the path").isEqualTo(ms(10));
    }

    @Test
    void backOffEndsWhenTheTimeoutWasSpurious() {
        sample(200);
        estimator.backOff();
        estimator.onSpuriousTimeout(0);
        assertThat(estimator.rtoNanos()).isEqualTo(ms(600));
    }

    @Test
    void rfc6298Section5_7AfterARepeatedSynTheTimeoutIsThreeSeconds() {
        estimator.backOff();
        assertThat(estimator.rtoNanos()).isEqualTo(ms(2000));
        estimator.onHandshakeRetransmitted();
        assertThat(estimator.rtoNanos()).isEqualTo(ms(3000));
        sample(200);
        assertThat(estimator.rtoNanos()).isEqualTo(ms(600));
    }

    @Test
    void theTimeoutIsAtMostSixtySeconds() {
        sample(50_000);
        assertThat(estimator.rtoNanos()).isEqualTo(RttEstimator.MAX_RTO_NANOS);
    }

    @Test
    void oddSamplesDoNoHarm() {
        estimator.onSample(-1, now);
        assertThat(estimator.hasSample()).isFalse();
        estimator.onSample(0, now);
        assertThat(estimator.srttNanos()).isEqualTo(1);
        assertThat(estimator.minRttNanos()).isEqualTo(1);
        for (int i = 0; i < 1000; i++) {
            estimator.onSample(Long.MAX_VALUE, now += ms(1));
            assertThat(estimator.rtoNanos()).isBetween(1L, RttEstimator.MAX_RTO_NANOS);
        }
    }

    /** A clock of milliseconds cannot tell the least round trip, and 0 tells hardly anything. */
    @Test
    void aCoarseSampleIsNoLeastRoundTrip() {
        estimator.onCoarseSample(0, now);
        assertThat(estimator.hasSample()).isTrue();
        assertThat(estimator.minRttNanos()).isZero();
        sample(10);
        estimator.backOff();
        estimator.onCoarseSample(ms(2), now);
        assertThat(estimator.minRttNanos()).isEqualTo(ms(10));
        assertThat(estimator.latestNanos()).isEqualTo(ms(2));
        assertThat(estimator.backoffs()).isZero();
        estimator.onCoarseSample(-1, now);
        assertThat(estimator.latestNanos()).isEqualTo(ms(2));
    }

    @Test
    void aNegativeSampleDoesNotEndBackOff() {
        sample(200);
        estimator.backOff();
        estimator.onSample(-1, now);
        assertThat(estimator.backoffs()).isEqualTo(1);
        assertThat(estimator.latestNanos()).isEqualTo(ms(200));
    }

    @Test
    void theLeastRoundTripTimeIsThatOfFiveMinutes() {
        sample(10);
        long end = now + RttEstimator.MIN_RTT_WINDOW_NANOS;
        while (now < end) {
            assertThat(estimator.minRttNanos()).isEqualTo(ms(10));
            estimator.onSample(ms(50), now += ms(1000));
        }
        estimator.onSample(ms(50), now += ms(1000));
        assertThat(estimator.minRttNanos()).as("the path became longer").isEqualTo(ms(50));
        sample(20);
        assertThat(estimator.minRttNanos()).isEqualTo(ms(20));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 60_000_000_001L})
    void theFloorIsChecked(long floorNanos) {
        assertThatIllegalArgumentException().isThrownBy(() -> new RttEstimator(floorNanos));
    }

    @ParameterizedTest
    @CsvSource({"1, 201", "20, 220", "100, 300", "101, 303"})
    void theFirstTimeout(long rttMillis, long rtoMillis) {
        sample(rttMillis);
        assertThat(estimator.rtoNanos()).isEqualTo(ms(rtoMillis));
    }

    /** One sample in a round trip. */
    private void sample(long rttMillis) {
        now += Math.max(ms(rttMillis), estimator.srttNanos() * 2);
        estimator.onSample(ms(rttMillis), now);
    }

    private static long ms(long millis) {
        return millis * 1_000_000;
    }

    private static long us(long micros) {
        return micros * 1000;
    }
}
