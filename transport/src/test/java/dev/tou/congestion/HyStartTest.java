// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** RFC 9406 section 4.2, and where it is hastened, computed by hand. */
class HyStartTest {

    private static final int MSS = 1000;
    private static final long MILLI = 1_000_000;

    private final HyStart hyStart = new HyStart();
    private final AckSample sample = new AckSample();

    /** A round trip of acknowledgments of a segment each, all in flight of as many. */
    private void round(int acks, double rttMillis) {
        for (int i = 0; i < acks; i++) {
            ack(i == 0, MSS, (long) (rttMillis * MILLI), true, (long) acks * MSS);
        }
    }

    private void ack(boolean begins, long bytes, long rttNanos, boolean limited, long inFlight) {
        hyStart.onAck(
                sample.reset(0)
                        .acknowledged(bytes, bytes)
                        .inFlight(inFlight + bytes, inFlight)
                        .rtt(rttNanos)
                        .cwndLimited(limited),
                begins,
                MSS);
    }

    /** RttThresh = max(4 ms, min(lastRoundMinRTT / 8, 16 ms)). */
    @ParameterizedTest
    @CsvSource({"1, 4.9, 5", "20, 23.9, 24", "32, 35.9, 36", "80, 89.9, 90", "128, 143.9, 144", "300, 315.9, 316"})
    void aRisenRoundTripHoldsTheWindow(double before, double below, double at) {
        round(8, before);
        round(8, below);
        assertThat(hyStart.isHeld()).isFalse();
        hyStart.reset();
        round(8, before);
        round(8, at);
        assertThat(hyStart.isHeld()).isTrue();
        assertThat(hyStart.isOver()).isFalse();
    }

    @Test
    void eightSamplesAreNeeded() {
        round(8, 50);
        round(7, 80);
        assertThat(hyStart.isHeld()).isFalse();
        ack(false, MSS, 80 * MILLI, true, 8 * MSS);
        assertThat(hyStart.isHeld()).isTrue();
    }

    /** Those of the beginning of a round trip left before there was a queue: they do not hide it, but one among eight does. */
    @Test
    void eightInARowAreNeeded() {
        round(8, 50);
        ack(true, MSS, 52 * MILLI, true, 100 * MSS);
        for (int i = 0; i < 40; i++) {
            ack(false, MSS, i % 8 == 7 ? 52 * MILLI : 90 * MILLI, true, 100 * MSS);
        }
        assertThat(hyStart.isHeld()).isFalse();
        for (int i = 0; i < 8; i++) {
            assertThat(hyStart.isHeld()).isFalse();
            ack(false, MSS, 90 * MILLI, true, 100 * MSS);
        }
        assertThat(hyStart.isHeld()).isTrue();
    }

    @Test
    void anAcknowledgmentWithoutSampleSaysNothing() {
        round(8, 50);
        ack(true, MSS, AckSample.NO_RTT, true, MSS);
        for (int i = 0; i < 20; i++) {
            ack(false, MSS, AckSample.NO_RTT, true, MSS);
        }
        assertThat(hyStart.isHeld()).isFalse();
        round(8, 90);
        assertThat(hyStart.isHeld()).as("the round trip before had no samples").isFalse();
    }

    /** One acknowledgment of a train stands for those of its segments, but one alone does not decide. */
    @Test
    void trainsCountForMore() {
        round(8, 50);
        ack(true, 64 * MSS, 80 * MILLI, true, 64 * MSS);
        assertThat(hyStart.isHeld()).isFalse();
        ack(false, 64 * MSS, 80 * MILLI, true, 64 * MSS);
        assertThat(hyStart.isHeld()).isTrue();
    }

    /** What an application sends now and then meets delayed acknowledgments. */
    @Test
    void onlyAFullWindowIsBlamedForAQueue() {
        round(8, 50);
        for (int i = 0; i < 20; i++) {
            ack(i == 0, MSS, 90 * MILLI, false, MSS);
        }
        assertThat(hyStart.isHeld()).isFalse();
    }

    /** What was in flight then must be delivered, and what is sent in that time tells. */
    @Test
    void twoRoundTripsLaterItIsOver() {
        round(8, 50);
        round(8, 80);
        round(7, 80);
        round(1, 56);
        for (int i = 0; i < 8; i++) {
            assertThat(hyStart.isOver()).as("after %d of the second", i).isFalse();
            round(1, 56.3);
        }
        round(1, 56.3);
        assertThat(hyStart.isOver()).isTrue();
    }

    /** "If the current RTT drops below the baseline": it was a false alarm. The threshold is 6.25 ms here. */
    @Test
    void aRoundTripThatFallsAgainResumes() {
        round(8, 50);
        round(8, 80);
        round(8, 50);
        assertThat(hyStart.isHeld()).as("these had been sent before").isTrue();
        ack(true, MSS, 80 * MILLI, true, 8 * MSS);
        ack(false, MSS, 56 * MILLI, true, 8 * MSS);
        assertThat(hyStart.isHeld()).isFalse();
        round(8, 50);
        round(8, 50);
        round(8, 57);
        assertThat(hyStart.isHeld()).as("and it may rise again").isTrue();
        assertThat(hyStart.isOver()).isFalse();
    }
}
