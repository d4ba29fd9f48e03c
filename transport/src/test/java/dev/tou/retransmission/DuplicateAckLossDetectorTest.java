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
    private final AckFacts facts = new AckFacts();
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

    private Outcome ack(int segments) {
        facts.ack = seq(segments);
        facts.sndNxt = seq(nxt);
        facts.segmentBytes = MSS;
        facts.duplicate = segments == una;
        facts.delivered.begin(0, 0);
        queue.acknowledge(facts.ack, 0, facts.delivered);
        una = segments;
        facts.ackedBytes = facts.delivered.bytes();
        facts.sackedBytes = 0;
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
            detector.onTimeout(queue, seq(nxt), 0);
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
            detector.onTimeout(queue, seq(nxt), 0);
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
}
