// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** RFC 9406 section 4.2, computed by hand. */
class HyStartTest {

    private static final int MSS = 1000;
    private static final long MILLI = 1_000_000;

    private final HyStart hyStart = new HyStart();
    private final AckSample sample = new AckSample();

    private void round(int acks, double rttMillis) {
        for (int i = 0; i < acks; i++) {
            ack(i == 0, MSS, (long) (rttMillis * MILLI), true);
        }
    }

    private void ack(boolean begins, long bytes, long rttNanos, boolean limited) {
        hyStart.onAck(sample.reset(0).acknowledged(bytes, bytes).rtt(rttNanos).cwndLimited(limited), begins, MSS);
    }

    /** RttThresh = max(4 ms, min(lastRoundMinRTT / 8, 16 ms)). */
    @ParameterizedTest
    @CsvSource({"1, 4.9, 5", "20, 23.9, 24", "32, 35.9, 36", "80, 89.9, 90", "128, 143.9, 144", "300, 315.9, 316"})
    void aRisenRoundTripSlowsGrowth(double before, double below, double at) {
        round(8, before);
        round(8, below);
        assertThat(hyStart.isConservative()).isFalse();
        hyStart.reset();
        round(8, before);
        round(8, at);
        assertThat(hyStart.isConservative()).isTrue();
        assertThat(hyStart.isOver()).isFalse();
    }

    @Test
    void eightSamplesAreNeeded() {
        round(8, 50);
        round(7, 80);
        assertThat(hyStart.isConservative()).isFalse();
        ack(false, MSS, 80 * MILLI, true);
        assertThat(hyStart.isConservative()).isTrue();
    }

    @Test
    void theLeastOfTheRoundTripCounts() {
        round(8, 50);
        ack(true, MSS, 52 * MILLI, true);
        for (int i = 0; i < 20; i++) {
            ack(false, MSS, 90 * MILLI, true);
        }
        assertThat(hyStart.isConservative()).isFalse();
    }

    @Test
    void anAcknowledgmentWithoutSampleSaysNothing() {
        round(8, 50);
        ack(true, MSS, AckSample.NO_RTT, true);
        for (int i = 0; i < 20; i++) {
            ack(false, MSS, AckSample.NO_RTT, true);
        }
        assertThat(hyStart.isConservative()).isFalse();
        round(8, 90);
        assertThat(hyStart.isConservative())
                .as("the round trip before had no samples")
                .isFalse();
    }

    /** One acknowledgment of a train stands for those of its segments, but one alone does not decide. */
    @Test
    void trainsCountForMore() {
        round(8, 50);
        ack(true, 64 * MSS, 80 * MILLI, true);
        assertThat(hyStart.isConservative()).isFalse();
        ack(false, 64 * MSS, 80 * MILLI, true);
        assertThat(hyStart.isConservative()).isTrue();
    }

    /** What an application sends now and then meets delayed acknowledgments. */
    @Test
    void onlyAFullWindowIsBlamedForAQueue() {
        round(8, 50);
        for (int i = 0; i < 20; i++) {
            ack(i == 0, MSS, 90 * MILLI, false);
        }
        assertThat(hyStart.isConservative()).isFalse();
    }

    @Test
    void fiveRoundTripsLaterItIsOver() {
        round(8, 50);
        round(8, 80);
        for (int i = 0; i < 4; i++) {
            round(8, 80);
            assertThat(hyStart.isOver()).as("after %d", i + 1).isFalse();
        }
        round(1, 80);
        assertThat(hyStart.isOver()).isTrue();
    }

    /** "If the current RTT drops below the baseline": it was a false alarm. */
    @Test
    void aRoundTripThatFallsAgainResumes() {
        round(8, 50);
        round(8, 80);
        round(8, 79);
        assertThat(hyStart.isConservative()).isFalse();
        round(8, 79);
        round(8, 95);
        assertThat(hyStart.isConservative()).as("and it may rise again").isTrue();
        assertThat(hyStart.isOver()).isFalse();
    }
}
