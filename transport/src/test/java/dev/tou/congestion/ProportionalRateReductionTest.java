// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** RFC 9937 section 6.2, computed by hand, and what follows from it for whole episodes. */
class ProportionalRateReductionTest {

    private static final int MSS = 1000;

    private final ProportionalRateReduction prr = new ProportionalRateReduction();

    @Nested
    class AboveTheThreshold {

        /** 20 in flight, one lost, the threshold is 14: 0.7 of a segment for each that is delivered, rounded up, less one. */
        @Test
        void sendsInProportion() {
            prr.begin(20 * MSS, 14 * MSS, MSS);
            long pipe = 19 * MSS;
            int sent = 0;
            for (int delivered = 1; delivered <= 10 && pipe > 14 * MSS; delivered++) {
                pipe -= MSS;
                long window = prr.windowBytes(pipe, MSS, false);
                while (window - pipe >= MSS) {
                    prr.sent(MSS);
                    pipe += MSS;
                    sent++;
                }
                assertThat(sent).as("after %d", delivered).isEqualTo(Math.max(1, (int) Math.ceil(delivered * 0.7) - 1));
            }
            assertThat(sent).isEqualTo(6);
        }

        /** The queue that has dropped a segment drains by a train before the next one comes: 48 less, a quarter of it at once. */
        @Test
        void pausesAfterTheFirstRepair() {
            prr.begin(160 * MSS, 112 * MSS, MSS);
            long pipe = 159 * MSS;
            int sent = 0;
            for (int delivered = 1; delivered <= 159; delivered++) {
                pipe -= MSS;
                long window = prr.windowBytes(pipe, MSS, false);
                while (window - pipe >= MSS) {
                    prr.sent(MSS);
                    pipe += MSS;
                    sent++;
                }
                if (delivered <= 18) {
                    assertThat(sent).as("after %d", delivered).isEqualTo(1);
                }
                assertThat(sent).as("after %d", delivered).isLessThanOrEqualTo((int) Math.ceil(delivered * 0.7));
            }
            assertThat(pipe).isEqualTo(112 * MSS);
        }

        /** A thousand delivered let five hundred out, of which a quarter of the reduction of 5000 would have taken all. */
        @Test
        void pausesForATrainAtMost() {
            prr.begin(10_000L * MSS, 5_000L * MSS, MSS);
            assertThat(prr.windowBytes(9_000L * MSS, 1_000L * MSS, false)).isEqualTo((9_000L + 500 - 64) * MSS);
        }

        @Test
        void neverTellsToTakeBackWhatWasSent() {
            prr.begin(20 * MSS, 10 * MSS, MSS);
            prr.windowBytes(18 * MSS, MSS, false);
            prr.sent(5 * MSS);
            assertThat(prr.windowBytes(17 * MSS, MSS, false)).isEqualTo(17 * MSS);
        }

        /** One acknowledgment for a train: all of its share at once. */
        @Test
        void countsBytesNotAcknowledgments() {
            prr.begin(20 * MSS, 10 * MSS, MSS);
            assertThat(prr.windowBytes(12 * MSS, 7 * MSS, false)).isEqualTo(12 * MSS + 2 * MSS);
        }

        @ParameterizedTest
        @CsvSource({"1, 1000", "999, 1000", "1999, 1000", "2000, 1000", "2001, 2000", "4000, 2000"})
        void roundsUpToWholeSegments(long delivered, long share) {
            prr.begin(6 * MSS, 3 * MSS, MSS);
            assertThat(prr.windowBytes(15 * MSS, delivered, false)).isEqualTo(15 * MSS + share);
        }
    }

    @Nested
    class AtOrBelowTheThreshold {

        /** Conservation of packets: what was delivered may be sent. */
        @Test
        void sendsWhatWasDelivered() {
            prr.begin(20 * MSS, 14 * MSS, MSS);
            prr.sent(MSS);
            assertThat(prr.windowBytes(6 * MSS, 2 * MSS, false)).isEqualTo(8 * MSS);
        }

        /** Further losses shrink the pipe; what was not sent before is caught up with. */
        @Test
        void catchesUpWithWhatWasDeliveredBefore() {
            prr.begin(20 * MSS, 10 * MSS, MSS);
            assertThat(prr.windowBytes(15 * MSS, 4 * MSS, false)).isEqualTo(16 * MSS);
            prr.sent(MSS);
            assertThat(prr.windowBytes(5 * MSS, MSS, false)).isEqualTo(9 * MSS);
        }

        /** Section 6.2: one segment more for an acknowledgment that makes good progress. */
        @Test
        void growsByASegmentForASafeAcknowledgment() {
            prr.begin(20 * MSS, 14 * MSS, MSS);
            prr.sent(MSS);
            assertThat(prr.windowBytes(6 * MSS, 2 * MSS, true)).isEqualTo(9 * MSS);
        }

        @Test
        void doesNotPassTheThreshold() {
            prr.begin(20 * MSS, 10 * MSS, MSS);
            prr.sent(MSS);
            assertThat(prr.windowBytes(8 * MSS, 7 * MSS, true)).isEqualTo(10 * MSS);
            assertThat(prr.windowBytes(10 * MSS, MSS, true)).isEqualTo(10 * MSS);
        }
    }

    /** RFC 6675 section 5 has another rule for what the application did not fill. */
    @Nested
    class OfAFlightThatIsNotAboveTheThreshold {

        @Test
        void isNotNeeded() {
            prr.begin(6 * MSS, 6 * MSS, MSS);
            assertThat(prr.isNeeded()).isFalse();
            prr.begin(6 * MSS + 1, 6 * MSS, MSS);
            assertThat(prr.isNeeded()).isTrue();
        }

        @Test
        void isNeededOnceTheThresholdFallsBelowIt() {
            prr.begin(10 * MSS, 11 * MSS, MSS);
            prr.windowBytes(9 * MSS, MSS, false);
            prr.sent(MSS);
            prr.lower(5 * MSS);
            assertThat(prr.isNeeded()).isTrue();
            assertThat(prr.windowBytes(8 * MSS, 3 * MSS, false)).isEqualTo(8 * MSS + MSS);
            prr.lower(7 * MSS);
            assertThat(prr.windowBytes(5 * MSS, MSS, false))
                    .as("never up again")
                    .isEqualTo(5 * MSS);
        }
    }

    /** Section 6.2: "Force a fast retransmit upon entering fast recovery". */
    @Test
    void theFirstRetransmissionLeavesInAnyCase() {
        prr.begin(20 * MSS, 10 * MSS, MSS);
        assertThat(prr.windowBytes(10 * MSS, 0, false)).isEqualTo(11 * MSS);
        prr.sent(MSS);
        assertThat(prr.windowBytes(10 * MSS, 1, false)).isEqualTo(10 * MSS);
    }

    @Test
    void anAcknowledgmentThatDeliversNothingLetsNoMoreOut() {
        prr.begin(10 * MSS, 7 * MSS, MSS);
        assertThat(prr.windowBytes(9 * MSS, 3 * MSS, false)).isEqualTo(12 * MSS);
        assertThat(prr.windowBytes(8 * MSS, 0, false)).isEqualTo(11 * MSS);
        prr.sent(2 * MSS);
        assertThat(prr.windowBytes(10 * MSS)).isEqualTo(11 * MSS);
        assertThat(prr.windowBytes(4 * MSS)).as("ten were lost").isEqualTo(5 * MSS);
    }

    @Test
    void lossesThatATimerFindsLetOutWhatWasHeldBack() {
        prr.begin(20 * MSS, 10 * MSS, MSS);
        prr.windowBytes(15 * MSS, 4 * MSS, false);
        prr.sent(2 * MSS);
        prr.lossesFound(9 * MSS);
        assertThat(prr.windowBytes(9 * MSS)).as("up to the threshold").isEqualTo(10 * MSS);
        prr.lossesFound(5 * MSS);
        assertThat(prr.windowBytes(5 * MSS)).isEqualTo(7 * MSS);
        prr.sent(2 * MSS);
        prr.lossesFound(5 * MSS);
        assertThat(prr.windowBytes(5 * MSS)).isEqualTo(5 * MSS);
        prr.lossesFound(0);
        assertThat(prr.windowBytes(0)).as("nothing else would come").isEqualTo(MSS);
    }

    @Test
    void beginsAnew() {
        prr.begin(20 * MSS, 14 * MSS, MSS);
        prr.windowBytes(16 * MSS, 3 * MSS, false);
        prr.sent(30 * MSS);
        prr.begin(10 * MSS, 5 * MSS, MSS);
        assertThat(prr.windowBytes(0)).isZero();
        assertThat(prr.windowBytes(8 * MSS, 2 * MSS, false)).isEqualTo(9 * MSS);
    }

    @Test
    void nothingOverflowsOnTheLargestFlight() {
        long flight = 1L << 30;
        prr.begin(flight, Long.MAX_VALUE, MSS);
        assertThat(prr.windowBytes(flight / 2, flight / 2, false)).isEqualTo(flight);
        prr.begin(flight, flight / 2, MSS);
        assertThat(prr.windowBytes(flight - MSS, MSS, false)).isEqualTo(flight);
        prr.begin(0, 2 * MSS, MSS);
        assertThat(prr.windowBytes(0, 0, false)).isEqualTo(MSS);
    }

    /**
     * The purpose: whatever is lost at the beginning and however acknowledgments come, after a flight of deliveries what is in
     * flight is the threshold, or what was delivered if that is less.
     */
    @ParameterizedTest
    @CsvSource({"100, 1, 1, 70", "100, 1, 8, 70", "100, 20, 1, 70", "100, 20, 16, 70", "100, 60, 1, 70", "50, 5, 3, 25"
    })
    void theFlightEndsAtTheThreshold(int flight, int lost, int perAck, int threshold) {
        prr.begin(flight * MSS, threshold * MSS, MSS);
        long pipe = (flight - lost) * MSS;
        int toRepair = lost;
        int toDeliver = flight - lost;
        while (toDeliver > 0 || toRepair > 0) {
            int delivered = Math.min(perAck, toDeliver);
            if (delivered == 0) {
                // Now the repairs themselves come back, and advance.
                delivered = Math.min(toRepair, perAck);
                toRepair -= delivered;
            } else {
                toDeliver -= delivered;
            }
            pipe -= delivered * MSS;
            long window = prr.windowBytes(pipe, delivered * MSS, toDeliver == 0);
            while (window - pipe >= MSS) {
                prr.sent(MSS);
                pipe += MSS;
            }
        }
        assertThat(pipe / MSS).isBetween(threshold - 1L, threshold + 1L);
    }
}
