// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Values computed by hand from the RFCs that the tests name. */
class NewRenoTest {

    private static final int MSS = 1000;
    private static final long NOW = -1;

    private final AckSample sample = new AckSample();
    private NewReno reno = new NewReno(2); // L of RFC 3465

    @BeforeEach
    void establish() {
        reno.onEstablished(MSS, NOW);
    }

    @Test
    void aNewControllerIsInSlowStartAndDoesNotPace() {
        assertThat(reno.name()).isEqualTo("newreno");
        assertThat(reno.slowStartThresholdBytes())
                .as("RFC 5681 section 3.1: arbitrarily high")
                .isEqualTo(Long.MAX_VALUE);
        assertThat(reno.pacingRateBytesPerSecond()).isZero();
        assertThat(new NewReno().windowBytes()).as("before the handshake").isEqualTo(536);
    }

    /** min(10 x MSS, max(2 x MSS, 14600)). */
    @ParameterizedTest
    @CsvSource({"536, 5360", "1000, 10000", "1168, 11680", "1460, 14600", "1461, 14600", "7300, 14600", "8960, 17920"})
    void rfc6928Section2InitialWindow(int mss, long window) {
        reno.onEstablished(mss, NOW);
        assertThat(reno.windowBytes()).isEqualTo(window);
    }

    @Test
    void rfc5681Section3_1AfterALostSynTheInitialWindowIsOneSegment() {
        reno.onHandshakeLoss(NOW);
        assertThat(reno.windowBytes()).isEqualTo(MSS);
    }

    @Nested
    class SlowStart {

        /** RFC 3465 section 2.2 with L = 2. */
        @ParameterizedTest
        @CsvSource({"1, 1", "500, 500", "1000, 1000", "2000, 2000", "2001, 2000", "64000, 2000"})
        void growsByWhatWasAcknowledgedUpToTwoSegments(long acked, long growth) {
            ack(acked);
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS + growth);
        }

        @Test
        void doublesTheWindowInARoundTripWithDelayedAcknowledgments() {
            for (int i = 0; i < 5; i++) {
                ack(2 * MSS);
            }
            assertThat(reno.windowBytes()).isEqualTo(20 * MSS);
        }

        /** RFC 5681 section 3.1, "ACK division". */
        @Test
        void dividedAcknowledgmentsEarnNoMore() {
            for (int i = 0; i < MSS; i++) {
                ack(1);
            }
            assertThat(reno.windowBytes()).isEqualTo(11 * MSS);
        }

        @Test
        void acknowledgmentsOfNothingNewEarnNothing() {
            reno.onAck(sample.reset(NOW).acknowledged(0, 5000).cwndLimited(true));
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
        }

        /** RFC 7661 section 4.3, RFC 2861. */
        @Test
        void aWindowThatIsNotUsedDoesNotGrow() {
            reno.onAck(sample.reset(NOW).acknowledged(MSS, MSS));
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
        }

        @Test
        void stopsAtTheThresholdAndTheRestCountsForAvoidance() {
            lose(22_500); // threshold 11250
            end();
            reno.onIdleRestart(NOW); // window 10000
            assertThat(reno.windowBytes()).isEqualTo(10_000);
            ack(2000); // 1250 to the threshold, 750 of 11250
            assertThat(reno.windowBytes()).isEqualTo(11_250);
            ack(10_499);
            assertThat(reno.windowBytes()).isEqualTo(11_250);
            ack(1);
            assertThat(reno.windowBytes()).isEqualTo(12_250);
        }

        @Test
        void theLimitCanBeChosen() {
            reno = new NewReno(8);
            establish();
            ack(64_000);
            assertThat(reno.windowBytes()).as("RFC 9406 section 4.3: L = 8").isEqualTo(18 * MSS);
            reno = new NewReno();
            establish();
            ack(64_000);
            assertThat(reno.windowBytes())
                    .as("RFC 9406 section 4.3: none with pacing")
                    .isEqualTo(74 * MSS);
            assertThatIllegalArgumentException().isThrownBy(() -> new NewReno(0));
        }
    }

    @Nested
    class CongestionAvoidance {

        @BeforeEach
        void reachTheThreshold() {
            lose(20 * MSS);
            end();
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(10 * MSS);
        }

        /** RFC 3465 section 2.1: one segment for each window of bytes. */
        @Test
        void growsByOneSegmentForEachWindowAcknowledged() {
            for (int i = 0; i < 9; i++) {
                ack(MSS);
                assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
            }
            ack(MSS);
            assertThat(reno.windowBytes()).isEqualTo(11 * MSS);
            ack(10 * MSS);
            assertThat(reno.windowBytes()).isEqualTo(11 * MSS);
            ack(MSS);
            assertThat(reno.windowBytes()).isEqualTo(12 * MSS);
        }

        /** RFC 5681 section 3.1: not more than one segment in a round trip. */
        @Test
        void oneAcknowledgmentEarnsAtMostOneSegment() {
            ack(1_000_000);
            assertThat(reno.windowBytes()).isEqualTo(11 * MSS);
            ack(1);
            assertThat(reno.windowBytes()).isEqualTo(11 * MSS);
        }

        @Test
        void aWindowThatIsNotUsedDoesNotGrow() {
            reno.onAck(sample.reset(NOW).acknowledged(10 * MSS, 10 * MSS));
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
        }

        /** RFC 3465 section 2.1: bytes_acked is reduced by the window, not to nothing. */
        @Test
        void theRestCountsForTheNextSegment() {
            for (int i = 0; i < 4; i++) {
                ack(3 * MSS); // 12000: one segment, and 2000 of the next 11000
            }
            assertThat(reno.windowBytes()).isEqualTo(11 * MSS);
            ack(9 * MSS);
            assertThat(reno.windowBytes()).isEqualTo(12 * MSS);
        }

        @Test
        void aLossForgetsWhatWasEarnedHalf() {
            ack(9 * MSS);
            lose(20 * MSS);
            end();
            ack(9 * MSS);
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
            ack(MSS);
            assertThat(reno.windowBytes()).isEqualTo(11 * MSS);
        }
    }

    @Nested
    class FastRecovery {

        /** RFC 5681 section 3.1, equation 4: max(FlightSize / 2, 2 x SMSS). */
        @ParameterizedTest
        @CsvSource({"10000, 5000", "9999, 4999", "4000, 2000", "3000, 2000", "1000, 2000", "0, 2000"})
        void theThresholdIsHalfOfWhatWasInFlight(long flightSize, long threshold) {
            lose(flightSize);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(threshold);
            assertThat(reno.windowBytes()).isEqualTo(threshold);
        }

        /** RFC 6582 section 3.2, step 3: the window after a full acknowledgment is the threshold. */
        @Test
        void theWindowStaysUntilTheEnd() {
            lose(10 * MSS);
            for (int i = 0; i < 20; i++) {
                reno.onAck(sample.reset(NOW)
                        .acknowledged(MSS, MSS)
                        .cwndLimited(true)
                        .inRecovery(true));
                assertThat(reno.windowBytes()).isEqualTo(5 * MSS);
            }
            end();
            assertThat(reno.windowBytes()).isEqualTo(5 * MSS);
            ack(5 * MSS);
            assertThat(reno.windowBytes()).as("avoidance goes on").isEqualTo(6 * MSS);
        }

        @Test
        void aLossNeverRaisesTheWindow() {
            reno.onHandshakeLoss(NOW);
            lose(10 * MSS);
            assertThat(reno.windowBytes()).isEqualTo(MSS);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(5 * MSS);
        }

        @Test
        void eachEpisodeHalvesAgain() {
            lose(40 * MSS);
            end();
            lose(20 * MSS);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(10 * MSS);
            end();
            lose(60 * MSS);
            assertThat(reno.slowStartThresholdBytes())
                    .as("a new episode may raise it")
                    .isEqualTo(30 * MSS);
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
        }
    }

    @Nested
    class Timeout {

        /** RFC 5681 section 3.1: the loss window is one segment. */
        @Test
        void leavesOneSegment() {
            expire(10 * MSS);
            assertThat(reno.windowBytes()).isEqualTo(MSS);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(5 * MSS);
        }

        /** RFC 5681 section 3.1: "held constant" when the same segment times out again. */
        @Test
        void ofTheSameSegmentHoldsTheThreshold() {
            expire(20 * MSS);
            expire(MSS);
            expire(MSS);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(10 * MSS);
            assertThat(reno.windowBytes()).isEqualTo(MSS);
        }

        @Test
        void ofAnotherSegmentLowersTheThreshold() {
            expire(20 * MSS);
            ack(MSS);
            expire(8 * MSS);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(4 * MSS);
            ack(MSS);
            expire(100 * MSS);
            assertThat(reno.slowStartThresholdBytes())
                    .as("never raised within an episode")
                    .isEqualTo(4 * MSS);
        }

        @Test
        void inFastRecoveryDoesNotRaiseTheThreshold() {
            lose(20 * MSS);
            expire(30 * MSS);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(10 * MSS);
            assertThat(reno.windowBytes()).isEqualTo(MSS);
        }

        /** Instead of RFC 3465 section 2.3: what was delivered, and doubled at most. */
        @Test
        void isFollowedByASlowStartThatDoublesAtMost() {
            reno = new NewReno();
            establish();
            expire(20 * MSS);
            ack(5 * MSS);
            assertThat(reno.windowBytes()).isEqualTo(2 * MSS);
            reno.onAck(sample.reset(NOW).acknowledged(5 * MSS, MSS).cwndLimited(true));
            assertThat(reno.windowBytes()).as("the rest was reported before").isEqualTo(3 * MSS);
            end();
            ack(5 * MSS);
            assertThat(reno.windowBytes()).as("also after the episode").isEqualTo(6 * MSS);
            ack(4 * MSS);
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
            ack(10 * MSS);
            assertThat(reno.windowBytes()).as("then avoidance").isEqualTo(11 * MSS);
        }

        @Test
        void theNextSlowStartHasTheUsualLimit() {
            expire(20 * MSS);
            for (int i = 1; i <= 10; i++) {
                ack(MSS);
            }
            end();
            reno.onIdleRestart(NOW);
            lose(100 * MSS);
            end();
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
            ack(2 * MSS);
            assertThat(reno.windowBytes()).isEqualTo(12 * MSS);
        }
    }

    /** RFC 4015, RFC 5682. */
    @Nested
    class Undo {

        @Test
        void restoresWhatALossTook() {
            lose(10 * MSS);
            reno.onSpurious(NOW);
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(Long.MAX_VALUE);
            ack(2 * MSS);
            assertThat(reno.windowBytes()).isEqualTo(12 * MSS);
        }

        @Test
        void restoresWhatARowOfTimeoutsTook() {
            lose(60 * MSS); // threshold 30000, window 10000
            end();
            expire(10 * MSS);
            expire(10 * MSS);
            ack(MSS);
            reno.onSpurious(NOW);
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(30 * MSS);
            ack(2 * MSS);
            assertThat(reno.windowBytes()).as("L is 2 again").isEqualTo(12 * MSS);
        }

        @Test
        void isPossibleAfterTheEndOfTheEpisodeAndKeepsWhatWasEarned() {
            lose(10 * MSS);
            end();
            for (int i = 0; i < 100; i++) {
                ack(10 * MSS);
            }
            long earned = reno.windowBytes();
            assertThat(earned).isGreaterThan(10 * MSS);
            reno.onSpurious(NOW);
            assertThat(reno.windowBytes()).isEqualTo(earned);
        }

        @Test
        void ofATimeoutDoesNotExcuseTheLossBeforeIt() {
            lose(10 * MSS);
            expire(10 * MSS);
            reno.onSpurious(NOW);
            assertThat(reno.windowBytes()).isEqualTo(5 * MSS);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(5 * MSS);
        }

        @Test
        void happensOnce() {
            lose(10 * MSS);
            reno.onSpurious(NOW);
            lose(10 * MSS);
            end();
            reno.onSpurious(NOW);
            expire(8 * MSS);
            reno.onSpurious(NOW);
            reno.onSpurious(NOW);
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
            reno.onIdleRestart(NOW);
            reno.onMssChanged(500);
            reno.onIdleRestart(NOW);
            assertThat(reno.windowBytes()).isEqualTo(5000);
            reno.onSpurious(NOW);
            assertThat(reno.windowBytes()).as("nothing to take back").isEqualTo(5000);
        }
    }

    @Nested
    class IdleRestart {

        /** RFC 5681 section 4.1: RW = min(IW, cwnd). */
        @ParameterizedTest
        @ValueSource(ints = {0, 1, 30})
        void theRestartWindowIsTheInitialWindowAtMost(int acks) {
            for (int i = 0; i < acks; i++) {
                ack(2 * MSS);
            }
            reno.onIdleRestart(NOW);
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
        }

        /** RFC 2861 section 3.1. */
        @Test
        void theThresholdRemembersThreeQuartersOfTheWindow() {
            lose(20 * MSS);
            end();
            for (int i = 0; i < 50; i++) {
                ack(20 * MSS);
            }
            long window = reno.windowBytes();
            assertThat(window).isGreaterThan(25 * MSS);
            reno.onIdleRestart(NOW);
            assertThat(reno.windowBytes()).isEqualTo(10 * MSS);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(window * 3 / 4);
        }

        @Test
        void aSmallerWindowStays() {
            lose(6 * MSS);
            end();
            reno.onIdleRestart(NOW);
            assertThat(reno.windowBytes()).isEqualTo(3 * MSS);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(3 * MSS);
        }
    }

    @Nested
    class MssChange {

        @Test
        void keepsTheWindowInBytes() {
            reno.onMssChanged(1400);
            assertThat(reno.windowBytes()).isEqualTo(10_000);
            ack(64_000);
            assertThat(reno.windowBytes()).as("L counts new segments").isEqualTo(12_800);
        }

        @Test
        void leavesRoomForASegment() {
            expire(2 * MSS);
            reno.onMssChanged(8960);
            assertThat(reno.windowBytes()).isEqualTo(8960);
            assertThat(reno.slowStartThresholdBytes()).isEqualTo(17_920);
        }
    }

    private void ack(long bytes) {
        reno.onAck(sample.reset(NOW).acknowledged(bytes, bytes).cwndLimited(true));
    }

    private void lose(long flightSizeBytes) {
        reno.onLossDetected(flightSizeBytes, NOW);
    }

    private void expire(long flightSizeBytes) {
        reno.onRetransmissionTimeout(flightSizeBytes, NOW);
    }

    private void end() {
        reno.onRecoveryEnd(NOW);
    }
}
