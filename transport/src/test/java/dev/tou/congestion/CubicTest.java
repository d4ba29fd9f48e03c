// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** RFC 9438 against its formulas; a round trip is one acknowledgment for each pair of segments, or one for all. */
class CubicTest {

    private static final int MSS = 1000;
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    private final AckSample sample = new AckSample();
    private final Cubic cubic = new Cubic();
    private long now = -5 * SECOND;
    private long rttNanos = 100 * MILLI;
    private int segmentsPerAck = 2;

    @BeforeEach
    void establish() {
        cubic.onEstablished(MSS, now);
    }

    private double segments() {
        return cubic.windowBytes() / (double) MSS;
    }

    /** A window's worth of acknowledgments, evenly over a round trip. */
    private void roundTrip() {
        long window = cubic.windowBytes();
        long acks = Math.max(1, window / ((long) segmentsPerAck * MSS));
        for (long i = 0; i < acks; i++) {
            now += rttNanos / acks;
            ack(window / acks, window - window / acks);
        }
    }

    private void ack(long bytes, long inFlight) {
        cubic.onAck(sample.reset(now)
                .acknowledged(bytes, bytes)
                .inFlight(inFlight + bytes, inFlight)
                .rtt(rttNanos)
                .cwndLimited(true));
    }

    /** Slow start to a window, then a loss that ends at once. */
    private void loseAt(int segments) {
        while (cubic.windowBytes() < (long) segments * MSS) {
            long bytes = Math.min(MSS, segments * MSS - cubic.windowBytes());
            ack(bytes, cubic.windowBytes() - bytes);
        }
        lose();
    }

    private void lose() {
        cubic.onLossDetected(cubic.windowBytes(), now);
        cubic.onRecoveryEnd(now);
    }

    @Test
    void startsAsAllDo() {
        assertThat(cubic.name()).isEqualTo("cubic");
        assertThat(cubic.windowBytes()).isEqualTo(10 * MSS);
        assertThat(cubic.managesRecovery()).isFalse();
        ack(64 * MSS, 0);
        assertThat(cubic.windowBytes()).as("slow start by bytes, without limit").isEqualTo(74 * MSS);
    }

    @Nested
    class TheCurve {

        /** 4.2: W_cubic(t) = C (t - K)^3 + W_max, here far above what Reno would do. */
        @ParameterizedTest
        @CsvSource({"2", "64"})
        void followsTheFormula(int perAck) {
            segmentsPerAck = perAck;
            loseAt(1000);
            assertThat(segments()).isEqualTo(700);
            roundTrip();
            long began = now;
            double k = Math.cbrt(300 / 0.4);
            // The first acknowledgment begins the epoch; it was up to a round trip ago.
            for (int i = 0; i < 150; i++) {
                roundTrip();
                double t = (now - began + rttNanos) / (double) SECOND;
                double expected = 0.4 * Math.pow(t - k, 3) + 1000;
                assertThat(segments()).as("after %.1f s", t).isCloseTo(expected, within(0.02 * expected));
            }
            assertThat(segments()).as("convex, beyond K of %.1f s", k).isGreaterThan(1050);
        }

        /** 4.4: the target is at most 1.5 windows, so a round trip grows by half at most. */
        @Test
        void growsByHalfInARoundTripAtMost() {
            loseAt(100);
            rttNanos = 10 * SECOND;
            roundTrip();
            for (int i = 0; i < 5; i++) {
                double before = segments();
                roundTrip();
                assertThat(segments()).isLessThanOrEqualTo(1.66 * before).isGreaterThan(1.2 * before);
            }
        }

        /** 4.7: a loss below the last maximum lowers it further, (1 + 0.7) / 2. */
        @Test
        void convergesFast() {
            loseAt(1000);
            for (int i = 0; i < 10; i++) {
                roundTrip();
            }
            double lostAt = segments();
            assertThat(lostAt).isLessThan(1000);
            lose();
            double k = Math.cbrt((lostAt * 0.85 - lostAt * 0.7) / 0.4);
            roundTrip();
            long began = now - rttNanos;
            while (now - began < (long) (k * SECOND)) {
                roundTrip();
            }
            assertThat(segments()).as("at K").isCloseTo(lostAt * 0.85, within(0.02 * lostAt));
        }

        @Test
        void aLossAboveTheLastMaximumIsTheNewMaximum() {
            loseAt(100);
            for (int i = 0; i < 200; i++) {
                roundTrip();
            }
            double lostAt = segments();
            assertThat(lostAt).isGreaterThan(200);
            lose();
            roundTrip();
            long began = now - rttNanos;
            double k = Math.cbrt(lostAt * 0.3 / 0.4);
            while (now - began < (long) (k * SECOND)) {
                roundTrip();
            }
            assertThat(segments()).isCloseTo(lostAt, within(0.03 * lostAt));
        }

        @Test
        void doesNotDependOnTheSizeOfSegments() {
            loseAt(1000);
            for (int i = 0; i < 10; i++) {
                roundTrip();
            }
            double before = segments();
            cubic.onMssChanged(MSS + 200);
            assertThat(segments()).isEqualTo(before);
            roundTrip();
            assertThat(segments()).isGreaterThanOrEqualTo(before).isLessThan(1.1 * before);
        }
    }

    @Nested
    class FriendlyToReno {

        /** 4.3: 3 (1 - 0.7) / (1 + 0.7) of a segment for each round trip, and a whole one beyond the window before. */
        @Test
        void growsByTheShareOfASegmentThatMakesItFair() {
            rttNanos = 10 * MILLI;
            loseAt(20);
            assertThat(segments()).isEqualTo(14);
            int rounds = 0;
            while (segments() < 20 - 0.01) {
                roundTrip();
                rounds++;
            }
            assertThat(rounds).as("6 segments at 0.529 each").isBetween(11, 13);
            double before = segments();
            for (int i = 0; i < 10; i++) {
                roundTrip();
            }
            assertThat(segments() - before).as("then as Reno").isCloseTo(10, within(1.0));
        }

        /** 5.1: at much loss the average window is Reno's, 1.22 / sqrt(p). */
        @Test
        void hasTheAverageWindowOfRenoAtAGivenLoss() {
            rttNanos = 10 * MILLI;
            int lossEvery = 1000; // segments: p = 0.1 %
            loseAt(40);
            long delivered = 0;
            long nextLoss = lossEvery;
            double sum = 0;
            int rounds = 20_000;
            for (int i = 0; i < rounds; i++) {
                delivered += cubic.windowBytes() / MSS;
                sum += segments();
                roundTrip();
                if (delivered > nextLoss) {
                    lose();
                    nextLoss = delivered + lossEvery;
                }
            }
            double reno = 1.22 / Math.sqrt(1.0 / lossEvery);
            assertThat(sum / rounds).isBetween(0.9 * reno, 1.35 * reno);
        }
    }

    @Nested
    class Reduction {

        @Test
        void isToSevenTenthsOfWhatWasInFlight() {
            loseAt(100);
            assertThat(segments()).isEqualTo(70);
            assertThat(cubic.slowStartThresholdBytes()).isEqualTo(70 * MSS);
        }

        /** 4.6: "an implementation may ... use cwnd"; the acknowledgment that reveals the loss has lowered FlightSize. */
        @Test
        void countsWhatTheAcknowledgmentTook() {
            ack(10 * MSS, 10 * MSS);
            assertThat(segments()).isEqualTo(20);
            ack(MSS, 19 * MSS);
            cubic.onLossDetected(8 * MSS, now);
            assertThat(segments()).isEqualTo(14);
        }

        /** 4.6, 5.8: not from a window that was not used. */
        @Test
        void ofAWindowThatWasNotUsedIsFromWhatWas() {
            ack(90 * MSS, 0);
            for (int i = 0; i < 5; i++) {
                now += rttNanos;
                cubic.onAck(sample.reset(now).acknowledged(10 * MSS, 10 * MSS).inFlight(10 * MSS, 0));
            }
            cubic.onLossDetected(10 * MSS, now);
            assertThat(segments()).isEqualTo(7);
        }

        @Test
        void leavesTwoSegments() {
            cubic.onHandshakeLoss(now);
            cubic.onLossDetected(MSS, now);
            assertThat(cubic.slowStartThresholdBytes()).isEqualTo(2 * MSS);
            assertThat(cubic.windowBytes()).isEqualTo(MSS);
        }
    }

    /** 4.8. */
    @Nested
    class Timeout {

        @Test
        void leavesOneSegmentAndAThresholdOfSevenTenths() {
            ack(90 * MSS, 10 * MSS);
            cubic.onRetransmissionTimeout(100 * MSS, now);
            assertThat(cubic.windowBytes()).isEqualTo(MSS);
            assertThat(cubic.slowStartThresholdBytes()).isEqualTo(70 * MSS);
        }

        /** K = 0 and W_max the window at which avoidance begins. */
        @Test
        void forgetsTheMaximum() {
            rttNanos = SECOND;
            loseAt(1000);
            cubic.onRetransmissionTimeout(700 * MSS, now);
            while (segments() < 490) {
                ack(cubic.windowBytes(), cubic.windowBytes());
            }
            cubic.onRecoveryEnd(now);
            double start = segments();
            roundTrip();
            long began = now - rttNanos;
            for (int i = 0; i < 8; i++) {
                roundTrip();
            }
            double t = (now - began) / (double) SECOND;
            assertThat(segments()).isCloseTo(start + 0.4 * Math.pow(t, 3), within(0.05 * start));
        }

        @Test
        void inFastRecoveryDoesNotReduceTwice() {
            ack(90 * MSS, 10 * MSS);
            cubic.onLossDetected(100 * MSS, now);
            cubic.onRetransmissionTimeout(60 * MSS, now);
            assertThat(cubic.slowStartThresholdBytes()).isEqualTo(70 * MSS);
        }
    }

    /** 4.9: a loss that was none leaves no trace. */
    @Nested
    class Undo {

        /** What limits sending is the application for a moment only: recovery, three seconds of it, is no such time. */
        @Test
        void timeInRecoveryCounts() {
            loseAt(1000);
            roundTrip();
            long began = now - rttNanos;
            cubic.onLossDetected(cubic.windowBytes(), now);
            for (int i = 0; i < 30; i++) {
                now += rttNanos;
                cubic.onAck(sample.reset(now)
                        .acknowledged(0, MSS)
                        .inFlight(500 * MSS, 499 * MSS)
                        .cwndLimited(true)
                        .inRecovery(true));
            }
            cubic.onSpurious(now);
            now += MILLI;
            cubic.onAck(sample.reset(now).acknowledged(MSS, MSS).inFlight(500 * MSS, 499 * MSS));
            for (int i = 0; i < 100; i++) {
                roundTrip();
            }
            double t = (now - began) / (double) SECOND;
            double expected = 0.4 * Math.pow(t - Math.cbrt(300 / 0.4), 3) + 1000;
            assertThat(segments()).as("after %.1f s", t).isCloseTo(expected, within(0.02 * expected));
        }

        @Test
        void restoresTheCurve() {
            CubicTest untouched = new CubicTest();
            untouched.establish();
            for (CubicTest test : new CubicTest[] {CubicTest.this, untouched}) {
                test.loseAt(1000);
                for (int i = 0; i < 30; i++) {
                    test.roundTrip();
                }
            }
            cubic.onLossDetected(cubic.windowBytes(), now);
            cubic.onSpurious(now);
            assertThat(cubic.windowBytes()).isEqualTo(untouched.cubic.windowBytes());
            assertThat(cubic.slowStartThresholdBytes()).isEqualTo(untouched.cubic.slowStartThresholdBytes());
            cubic.onRetransmissionTimeout(cubic.windowBytes(), now);
            cubic.onSpurious(now);
            for (int i = 0; i < 60; i++) {
                roundTrip();
                untouched.roundTrip();
                assertThat(cubic.windowBytes()).isEqualTo(untouched.cubic.windowBytes());
            }
        }

        @Test
        void afterTheWindowHasOvergrownItKeepsTheNewCurve() {
            rttNanos = 10 * MILLI;
            loseAt(20);
            lose();
            for (int i = 0; i < 40; i++) {
                roundTrip();
            }
            double grown = segments();
            assertThat(grown).isGreaterThan(20);
            cubic.onSpurious(now);
            assertThat(segments()).isEqualTo(grown);
            roundTrip();
            assertThat(segments()).isBetween(grown, grown + 2);
        }
    }

    /** 5.8: a window that is not used does not grow, and the time does not count either. */
    @Nested
    class Idleness {

        @Test
        void timeWithoutAFullWindowIsNotOnTheCurve() {
            loseAt(1000);
            for (int i = 0; i < 20; i++) {
                roundTrip();
            }
            double before = segments();
            for (int i = 0; i < 600; i++) {
                now += rttNanos;
                cubic.onAck(sample.reset(now).acknowledged(MSS, MSS).inFlight(MSS, 0));
            }
            assertThat(segments()).isEqualTo(before);
            roundTrip();
            assertThat(segments()).isBetween(before, before + 20);
        }

        @Test
        void silenceIsNotOnTheCurve() {
            loseAt(1000);
            for (int i = 0; i < 20; i++) {
                roundTrip();
            }
            ack(MSS, 0);
            double before = segments();
            now += 60 * SECOND;
            roundTrip();
            assertThat(segments()).isBetween(before, before + 20);
        }

        @Test
        void aRestartBeginsANewEpoch() {
            loseAt(1000);
            roundTrip();
            cubic.onIdleRestart(now);
            assertThat(segments()).isEqualTo(10);
            assertThat(cubic.slowStartThresholdBytes()).isGreaterThanOrEqualTo(700 * MSS);
            now += 60 * SECOND;
            while (cubic.windowBytes() < cubic.slowStartThresholdBytes()) {
                ack(cubic.windowBytes(), 0);
            }
            double start = segments();
            roundTrip();
            assertThat(segments()).isBetween(start, start + 40);
        }
    }

    /** RFC 9406: the first slow start ends where the round trip rises, without a loss. */
    @Test
    void slowStartEndsWhenTheRoundTripRises() {
        int rounds = 0;
        while (cubic.slowStartThresholdBytes() == Long.MAX_VALUE) {
            rttNanos = Math.max(50 * MILLI, cubic.windowBytes() * 100); // 10 MB/s, a product of 500 segments
            segmentsPerAck = (int) (segments() / 8); // too few to tell a rate
            roundTrip();
            assertThat(++rounds).isLessThan(40);
        }
        assertThat(segments()).isBetween(500.0, 3200.0);
        double at = segments();
        roundTrip();
        assertThat(segments()).isBetween(at, at + 10);
    }
}
