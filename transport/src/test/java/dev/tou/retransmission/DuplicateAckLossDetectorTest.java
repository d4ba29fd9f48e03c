// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import java.util.ArrayList;
import java.util.List;

import dev.tou.retransmission.LossDetector.Outcome;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Segments are counted from 0; an acknowledgment of n means that segments 0 to n - 1 have arrived. */
class DuplicateAckLossDetectorTest {

    private static final int MSS = 1000;
    private static final int SEQ = -4500;

    private final RetransmissionQueue queue = new RetransmissionQueue();
    private final DuplicateAckLossDetector detector = new DuplicateAckLossDetector();
    private final LossDetector.AckFacts facts = new LossDetector.AckFacts();
    private final Acknowledged acknowledged = new Acknowledged();
    private int una;
    private int nxt;

    private void send(int segments) {
        for (int i = 0; i < segments; i++) {
            queue.left(queue.append(seq(nxt++), MSS, 0), 1, true, 0);
        }
    }

    private static int seq(int segment) {
        return SEQ + segment * MSS;
    }

    private Outcome ack(int segments, int... blocks) {
        facts.ack = seq(segments);
        facts.sndNxt = seq(nxt);
        facts.segmentBytes = MSS;
        facts.duplicate = segments == una;
        acknowledged.clear();
        queue.acknowledge(facts.ack, 0, acknowledged);
        una = segments;
        facts.ackedBytes = acknowledged.bytes();
        facts.sackedBytes = 0;
        for (int i = 0; i < blocks.length; i += 2) {
            facts.sackedBytes += queue.sack(seq(blocks[i]), seq(blocks[i + 1]));
        }
        return detector.onAcknowledgment(queue, facts);
    }

    private Outcome duplicates(int count) {
        Outcome outcome = Outcome.NONE;
        for (int i = 0; i < count; i++) {
            assertThat(outcome).isEqualTo(Outcome.NONE);
            outcome = ack(una);
        }
        return outcome;
    }

    /** Sends again what is lost, and says which segments that were. */
    private List<Integer> resend() {
        List<Integer> segments = new ArrayList<>();
        while (queue.seekLost()) {
            int entry = queue.lostEntry();
            segments.add((queue.seq(entry) - SEQ) / MSS);
            queue.resent(entry, 0);
            queue.left(entry, 1, true, 0);
        }
        return segments;
    }

    @Nested
    class WithoutSack {

        /** RFC 5681 section 3.2: "The TCP sender SHOULD use the arrival of 3 duplicate ACKs as an indication of loss". */
        @Test
        void theThirdDuplicateBeginsRecoveryOfTheFirstSegmentAlone() {
            send(10);
            assertThat(ack(2)).isEqualTo(Outcome.NONE);
            assertThat(duplicates(2)).isEqualTo(Outcome.NONE);
            assertThat(queue.lostBytes()).isZero();
            assertThat(detector.isRecovering()).isFalse();
            assertThat(duplicates(1)).isEqualTo(Outcome.RECOVERY_BEGINS);
            assertThat(detector.isRecovering()).isTrue();
            assertThat(resend()).containsExactly(2);
            assertThat(duplicates(4)).as("once an episode").isEqualTo(Outcome.NONE);
            assertThat(resend()).isEmpty();
        }

        @Test
        void duplicatesAreCountedFromTheLastProgress() {
            send(10);
            duplicates(2);
            ack(1);
            assertThat(duplicates(2)).isEqualTo(Outcome.NONE);
            assertThat(duplicates(1)).isEqualTo(Outcome.RECOVERY_BEGINS);
        }

        @Test
        void whatIsNoDuplicateDoesNotCount() {
            send(10);
            duplicates(2);
            facts.ackedBytes = 0;
            facts.sackedBytes = 0;
            facts.duplicate = false; // it has text, or moves the window
            assertThat(detector.onAcknowledgment(queue, facts)).isEqualTo(Outcome.NONE);
            assertThat(detector.isRecovering()).isFalse();
            assertThat(duplicates(1)).isEqualTo(Outcome.RECOVERY_BEGINS);
        }

        /** Where RFC 6582 section 3.2, step 3, inflates the window by a segment, a segment has left the path. */
        @Test
        void everyDuplicateMeansThatASegmentHasArrived() {
            send(10);
            duplicates(3);
            resend();
            assertThat(detector.unreportedArrivals()).isEqualTo(3 * MSS);
            duplicates(4);
            assertThat(detector.unreportedArrivals()).isEqualTo(7 * MSS);
            duplicates(10);
            assertThat(detector.unreportedArrivals())
                    .as("spoofed duplicates: never all that is outstanding")
                    .isLessThan(10 * MSS);
        }

        /** RFC 6582 section 3.2, step 4, "Partial acknowledgments". */
        @Test
        void aPartialAcknowledgmentShowsTheNextLoss() {
            send(10);
            duplicates(3);
            resend();
            duplicates(5); // segments 1, 2, 4 to 9 but for one: 0 and 3 were lost
            assertThat(ack(3)).isEqualTo(Outcome.NONE);
            assertThat(detector.isRecovering()).isTrue();
            assertThat(resend()).containsExactly(3);
            assertThat(detector.unreportedArrivals())
                    .as("deflated by what was acknowledged, less one segment")
                    .isEqualTo(6 * MSS);
            assertThat(ack(10)).isEqualTo(Outcome.RECOVERY_ENDS);
            assertThat(detector.isRecovering()).isFalse();
            assertThat(detector.unreportedArrivals()).isZero();
        }

        /** RFC 6582 section 3.2, step 4, "Full acknowledgments": of all that was sent when the episode began. */
        @Test
        void aFullAcknowledgmentEndsTheEpisodeThoughMoreIsOutstanding() {
            send(10);
            duplicates(3);
            resend();
            send(4);
            assertThat(ack(9)).isEqualTo(Outcome.NONE);
            assertThat(ack(10)).isEqualTo(Outcome.RECOVERY_ENDS);
        }

        /**
         * RFC 6582 section 3.2, step 2: on the third duplicate, "the TCP sender first checks the value of recover to see if the
         * Cumulative Acknowledgment field covers more than recover". Duplicates at exactly that point may be the answers to
         * segments that were repeated for nothing.
         */
        @Test
        void duplicatesOfTheFullAcknowledgmentBeginNothing() {
            send(10);
            duplicates(3);
            resend();
            send(6);
            ack(10);
            assertThat(duplicates(5)).isEqualTo(Outcome.NONE);
            assertThat(resend()).isEmpty();
            ack(11);
            assertThat(duplicates(3)).as("covers more").isEqualTo(Outcome.RECOVERY_BEGINS);
            assertThat(resend()).containsExactly(11);
        }

        /** RFC 6582 section 4, "After a retransmit timeout, record the highest sequence number transmitted". */
        @Test
        void duplicatesOfWhatATimeoutHasRepeatedBeginNothing() {
            send(10);
            detector.onTimeout(queue, seq(nxt));
            assertThat(queue.lostBytes()).isEqualTo(10 * MSS);
            assertThat(resend()).hasSize(10);
            ack(4);
            assertThat(duplicates(6)).isEqualTo(Outcome.NONE);
            send(6);
            ack(10);
            assertThat(duplicates(4)).isEqualTo(Outcome.NONE);
            ack(11);
            assertThat(duplicates(3)).isEqualTo(Outcome.RECOVERY_BEGINS);
        }

        @Test
        void aTimeoutEndsTheEpisode() {
            send(10);
            duplicates(3);
            detector.onTimeout(queue, seq(nxt));
            assertThat(detector.isRecovering()).isFalse();
            assertThat(detector.unreportedArrivals()).isZero();
            resend();
            assertThat(ack(10)).isEqualTo(Outcome.NONE);
        }

        @Test
        void whatHasNotLeftIsNotLost() {
            send(3);
            queue.append(seq(nxt++), MSS, 0);
            queue.append(seq(nxt++), MSS, 0);
            assertThat(duplicates(3)).isEqualTo(Outcome.RECOVERY_BEGINS);
            assertThat(resend()).containsExactly(0);
            ack(3);
            queue.left(queue.first(), 2, true, 0);
            assertThat(resend()).as("it had just left").isEmpty();
        }

        @Test
        void aRepetitionThatIsLostWaitsForTheTimer() {
            send(10);
            duplicates(3);
            assertThat(resend()).containsExactly(0);
            duplicates(5);
            assertThat(resend()).isEmpty();
        }
    }

    @Nested
    class WithSack {

        @Test
        void threeSegmentsAboveAHoleBeginRecoveryWithOneAcknowledgment() {
            send(20);
            assertThat(ack(4, 5, 7)).isEqualTo(Outcome.NONE);
            assertThat(ack(4, 5, 8)).isEqualTo(Outcome.RECOVERY_BEGINS);
            assertThat(resend()).containsExactly(4);
            assertThat(detector.unreportedArrivals())
                    .as("SACK says what has arrived")
                    .isZero();
        }

        @Test
        void everyHoleWithThreeSegmentsAboveItIsLost() {
            send(20);
            assertThat(ack(0, 2, 4, 5, 10, 12, 14)).isEqualTo(Outcome.RECOVERY_BEGINS);
            assertThat(resend()).containsExactly(0, 1, 4, 10);
            assertThat(ack(0, 12, 17)).isEqualTo(Outcome.NONE);
            assertThat(resend()).containsExactly(11);
        }

        @Test
        void aHoleIsRepeatedOnceAnEpisode() {
            send(20);
            ack(0, 1, 10);
            assertThat(resend()).containsExactly(0);
            for (int i = 11; i < 20; i++) {
                ack(0, 1, i);
                assertThat(resend()).isEmpty();
            }
            assertThat(ack(20)).isEqualTo(Outcome.RECOVERY_ENDS);
        }

        @Test
        void aPartialAcknowledgmentShowsTheNextLoss() {
            send(20);
            ack(0, 1, 5);
            resend();
            assertThat(ack(5)).isEqualTo(Outcome.NONE);
            assertThat(resend()).containsExactly(5);
        }

        @Test
        void anAcknowledgmentOfSomethingNewMayBeginRecoveryToo() {
            send(20);
            assertThat(ack(3, 4, 8)).isEqualTo(Outcome.RECOVERY_BEGINS);
            assertThat(resend()).containsExactly(3);
        }

        /** RFC 6675 section 5, step 1: three segments have arrived above the hole, however small. */
        @Test
        void threeAcknowledgmentsThatReportSmallSegmentsBeginRecovery() {
            for (int i = 0; i < 8; i++) {
                queue.left(queue.append(SEQ + 10 * i, 10, 0), 1, true, 0);
            }
            facts.ack = SEQ;
            facts.sndNxt = SEQ + 80;
            facts.segmentBytes = MSS;
            facts.duplicate = true;
            for (int i = 1; i <= 3; i++) {
                facts.sackedBytes = queue.sack(SEQ + 10, SEQ + 10 + 10 * i);
                assertThat(facts.sackedBytes).isEqualTo(10);
                assertThat(detector.onAcknowledgment(queue, facts))
                        .isEqualTo(i < 3 ? Outcome.NONE : Outcome.RECOVERY_BEGINS);
            }
            assertThat(queue.isLost(queue.first())).isTrue();
            assertThat(queue.lostBytes()).isEqualTo(10);
        }

        @Test
        void acknowledgmentsThatReportNothingNewDoNotCount() {
            send(20);
            ack(4, 5, 6);
            for (int i = 0; i < 5; i++) {
                assertThat(ack(4, 5, 6)).isEqualTo(Outcome.NONE);
            }
        }

        @Test
        void aTimeoutDoesNotForgetWhatArrived() {
            send(10);
            ack(0, 4, 6);
            detector.onTimeout(queue, seq(nxt));
            assertThat(resend()).containsExactly(0, 1, 2, 3, 6, 7, 8, 9);
        }

        @Test
        void whatATimeoutHasRepeatedBeginsNoEpisode() {
            send(10);
            detector.onTimeout(queue, seq(nxt));
            resend();
            assertThat(ack(2, 4, 9)).isEqualTo(Outcome.NONE);
            assertThat(detector.isRecovering()).isFalse();
        }
    }
}
