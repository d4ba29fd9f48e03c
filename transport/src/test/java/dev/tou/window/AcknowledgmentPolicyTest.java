// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class AcknowledgmentPolicyTest {

    private final AcknowledgmentPolicy policy = new AcknowledgmentPolicy();

    @Test
    void aNewConnectionOwesNothing() {
        assertThat(policy.isDueNow()).isFalse();
        assertThat(policy.isDueLater()).isFalse();
        assertThat(policy.takeDuplicates()).isZero();
        policy.onDelayExpired();
        assertThat(policy.isDueNow()).isFalse();
    }

    @Test
    void theFirstSegmentsAreAcknowledgedAtOnce() {
        for (int i = 0; i < AcknowledgmentPolicy.QUICK_SEGMENTS; i++) {
            policy.onText(1, false);
            assertThat(policy.isDueNow()).isTrue();
            policy.onSent();
            assertThat(policy.isDueNow()).isFalse();
        }
        policy.onText(1, false);
        assertThat(policy.isDueNow()).isFalse();
    }

    @Test
    void aMergedSegmentCountsAsWhatItWas() {
        policy.onText(AcknowledgmentPolicy.QUICK_SEGMENTS - 1, false);
        policy.onSent();
        policy.onText(1, false);
        assertThat(policy.isDueNow()).isTrue();
        policy.onSent();
        policy.onText(1, false);
        assertThat(policy.isDueNow()).isFalse();
    }

    @Nested
    class AfterTheFirst {

        @BeforeEach
        void warm() {
            policy.onText(AcknowledgmentPolicy.COUNTED_SEGMENTS, false);
            policy.onSent();
        }

        /** RFC 5681 section 4.2: "an ACK SHOULD be generated for at least every second full-sized segment". */
        @Test
        void everySecondSegmentIsAcknowledgedAtOnce() {
            for (int i = 0; i < 5; i++) {
                policy.onText(1, false);
                assertThat(policy.isDueNow()).isFalse();
                assertThat(policy.isDueLater()).isTrue();
                policy.onText(1, false);
                assertThat(policy.isDueNow()).isTrue();
                assertThat(policy.isDueLater()).isFalse();
                policy.onSent();
                assertThat(policy.isDueLater()).isFalse();
            }
            policy.onText(2, true);
            assertThat(policy.isDueNow()).isTrue();
        }

        @Test
        void theDelayEnds() {
            policy.onText(1, false);
            policy.onDelayExpired();
            assertThat(policy.isDueNow()).isTrue();
            policy.onSent();
            policy.onDelayExpired();
            assertThat(policy.isDueNow()).as("it was on its way already").isFalse();
        }

        @Test
        void aLonePushIsOneSegmentWithPsh() {
            policy.onText(1, true);
            assertThat(policy.isLonePush()).isTrue();
            policy.onText(1, true);
            assertThat(policy.isLonePush()).as("two").isFalse();
            policy.onSent();
            policy.onText(1, false);
            assertThat(policy.isLonePush()).as("without PSH").isFalse();
            policy.onSent();
            policy.onText(2, true);
            assertThat(policy.isLonePush()).as("the end of a train").isFalse();
            policy.onSent();
            policy.onText(1, true);
            policy.onSent();
            assertThat(policy.isLonePush()).isFalse();
        }

        @Test
        void whatIsUrgentDoesNotWait() {
            policy.onUrgent();
            assertThat(policy.isDueNow()).isTrue();
            policy.onSent();
            assertThat(policy.isDueNow()).isFalse();
        }

        /** RFC 5681 section 4.2: "A TCP receiver SHOULD send an immediate duplicate ACK when an out-of-order segment arrives". */
        @Test
        void outOfOrderWithoutSackEverySegmentDeservesADuplicate() {
            policy.onOutOfOrder(2, false);
            policy.onOutOfOrder(3, false);
            assertThat(policy.isDueNow()).isTrue();
            assertThat(policy.takeDuplicates())
                    .as("besides the acknowledgment itself")
                    .isEqualTo(4);
            assertThat(policy.takeDuplicates()).isZero();
        }

        @Test
        void outOfOrderWithSackOneAcknowledgmentTellsAll() {
            policy.onOutOfOrder(5, true);
            assertThat(policy.isDueNow()).isTrue();
            assertThat(policy.takeDuplicates()).isZero();
        }

        @Test
        void anAcknowledgmentThatLeftOnTextTakesDuplicatesWithIt() {
            policy.onOutOfOrder(5, false);
            policy.onSent();
            assertThat(policy.takeDuplicates()).isZero();
        }

        /** PROTOCOL 3: from the 65th segment on, one for a burst, of whatever length, to any peer. */
        @Test
        void aBurstIsNoLongerAcknowledgedInSteps() {
            policy.onText(40, false);
            assertThat(policy.isDueNow()).isTrue();
            assertThat(policy.stepsBefore()).isZero();
        }

        @ParameterizedTest(name = "RTT {0} ms, {1} segments in flight: every {2}")
        @CsvSource({
            "50, 520, 10",
            "50, 160, 10",
            "50, 100, 6",
            "50, 40, 2",
            "50, 3, 2",
            "50, 0, 2",
            "300, 3000, 10",
            "4, 1000, 10",
            // A short path: as it was.
            "3, 1000, 2",
            "0, 1000, 2",
        })
        void oneOfOursHearsSixteenTimesInARoundTrip(long rttMillis, int flight, int every) {
            policy.onRound(rttMillis * 1_000_000, flight * 1000, 1000);
            for (int round = 0; round < 3; round++) {
                for (int i = 1; i < every; i++) {
                    policy.onText(1, false);
                    assertThat(policy.isDueNow()).as("segment %s", i).isFalse();
                    assertThat(policy.isDueLater()).isTrue();
                }
                policy.onText(1, false);
                assertThat(policy.isDueNow()).isTrue();
                policy.onSent();
            }
        }

        /** The sender has nothing more to say, and its probe of the tail is about to go. */
        @Test
        void theSecondOrLaterSegmentWithPushEndsTheWait() {
            policy.onRound(50_000_000, 1_000_000, 1000);
            policy.onText(4, false);
            assertThat(policy.isDueNow()).isFalse();
            policy.onText(1, true);
            assertThat(policy.isDueNow()).isTrue();
        }

        /** A quarter of a round trip at most, unless the sender has said that it is done. */
        @Test
        void theDelayIsAQuarterOfARoundTrip() {
            long ms = 1_000_000;
            policy.onText(1, false);
            assertThat(policy.delayNanos(24 * ms, 40 * ms)).isEqualTo(10 * ms);
            assertThat(policy.delayNanos(24 * ms, 400 * ms)).isEqualTo(24 * ms);
            assertThat(policy.delayNanos(24 * ms, 3 * ms)).as("a short path").isEqualTo(24 * ms);
            policy.onSent();
            policy.onText(1, true);
            assertThat(policy.delayNanos(7 * ms, 20 * ms)).isEqualTo(7 * ms);
        }
    }

    /** A peer that counts acknowledgments gets ceil(n/2) for a burst of n, for its first 64 segments. */
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "4, 2", "5, 3", "10, 5", "63, 32", "64, 32"})
    void theFirstBurstsAreAcknowledgedInSteps(int segments, int acknowledgments) {
        policy.onText(segments, false);
        assertThat(policy.isDueNow()).isTrue();
        assertThat(policy.stepsBefore() + 1).isEqualTo(acknowledgments);
        policy.onSent();
        assertThat(policy.stepsBefore()).isZero();
    }

    @Test
    void whatIsOwedIsKnown() {
        policy.onText(AcknowledgmentPolicy.QUICK_SEGMENTS, false);
        assertThat(policy.isOwed()).isTrue();
        policy.onSent();
        assertThat(policy.isOwed()).isFalse();
    }
}
