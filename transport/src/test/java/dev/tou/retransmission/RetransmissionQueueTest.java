// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RetransmissionQueueTest {

    private static final int MSS = 1000;
    private static final int SEQ = -3500;

    private final RetransmissionQueue queue = new RetransmissionQueue();
    private final Acknowledged acknowledged = new Acknowledged();

    /** Sends full segments, which leave at time 0. */
    private void send(int segments) {
        for (int i = 0; i < segments; i++) {
            int from = queue.isEmpty() ? SEQ : queue.seq(queue.end() - 1) + queue.length(queue.end() - 1);
            int entry = queue.append(from, MSS, 0);
            queue.left(entry, 1, true, 0);
        }
    }

    private void acknowledge(int segments, long now) {
        acknowledged.begin(now, 0);
        queue.acknowledge(SEQ + segments * MSS, now, acknowledged);
    }

    private int sack(int first, int last) {
        return queue.sack(SEQ + first * MSS, SEQ + last * MSS, acknowledged);
    }

    /** A flight of megabytes may not come again; one of usual size does. */
    @Test
    void aLargeRingIsGivenBackOnceAllIsAcknowledged() {
        send(SentSegments.RETAINED_ENTRIES);
        acknowledge(SentSegments.RETAINED_ENTRIES, 5);
        assertThat(queue.capacity()).isEqualTo(SentSegments.RETAINED_ENTRIES);
        int segments = 3 * SentSegments.RETAINED_ENTRIES;
        send(segments);
        queue.markLost(queue.first() + 10);
        queue.resent(queue.first() + 10, 3);
        acknowledge(segments - 1, 5);
        queue.giveBack();
        assertThat(queue.capacity()).as("in use").isEqualTo(4 * SentSegments.RETAINED_ENTRIES);
        acknowledge(segments, 5);
        assertThat(queue.holdsMuch()).as("kept for the next burst").isTrue();
        queue.giveBack();
        assertThat(queue.capacity()).isLessThan(100);
        send(40);
        sack(20, 30);
        acknowledge(10, 9);
        assertThat(queue.outstandingBytes()).isEqualTo(30 * MSS);
        assertThat(queue.sackedBytes()).isEqualTo(10 * MSS);
    }

    /** A probe of the path MTU, or what left before segments became smaller. */
    @Nested
    class AnEntryThatMustBeSeveral {

        private static final int PIECES = 40;

        @BeforeEach
        void loseALargeOne() {
            int large = queue.append(SEQ, PIECES * MSS - 1, 0);
            queue.left(large, 1, true, 0);
            for (int i = 0; i < 3; i++) {
                int next = queue.append(SEQ + PIECES * MSS - 1 + i * MSS, MSS, 0);
                queue.left(next, 1, true, 0);
            }
            queue.markLost(large);
            queue.splitFirst(PIECES * MSS - 1, MSS);
        }

        @Test
        void isSentAgainAndReportedByPieces() {
            assertThat(queue.size()).isEqualTo(PIECES + 3);
            assertThat(queue.lostBytes()).isEqualTo(PIECES * MSS - 1);
            assertThat(queue.outstandingBytes()).isEqualTo((PIECES + 3) * MSS - 1);
            for (int i = 0; i < PIECES; i++) {
                assertThat(queue.seekLost()).isTrue();
                int entry = queue.lostEntry();
                assertThat(queue.seq(entry)).isEqualTo(SEQ + i * MSS);
                assertThat(queue.length(entry)).isEqualTo(i < PIECES - 1 ? MSS : MSS - 1);
                queue.resent(entry, 10);
                queue.left(entry, 1, true, 10);
            }
            assertThat(queue.seekLost()).isFalse();
            assertThat(queue.resentSegments()).isEqualTo(PIECES);
            acknowledged.begin(20, 0);
            assertThat(sack(5, 7)).isEqualTo(2 * MSS);
            acknowledge(2, 20);
            assertThat(queue.firstResent()).isEqualTo(queue.first());
            queue.acknowledge(SEQ + (PIECES + 3) * MSS - 1, 30, acknowledged);
            assertThat(queue.isEmpty()).isTrue();
            assertThat(queue.outstandingBytes() + queue.sackedBytes() + queue.lostBytes())
                    .isZero();
        }

        @Test
        void isOriginalAgainIfItWasNotLost() {
            queue.unmarkLost();
            assertThat(queue.firstOriginal()).isEqualTo(queue.first());
            assertThat(queue.pipeBytes()).isEqualTo(queue.outstandingBytes());
        }

        // A repetition may still wait in the channel when the original is acknowledged.
        @Test
        void takesNumbersThatOthersHad() {
            int own = queue.first() + PIECES - 1;
            assertThat(queue.isReused(own, SEQ + PIECES * MSS - 1))
                    .as("the one that was divided")
                    .isFalse();
            assertThat(queue.isReused(queue.first(), SEQ))
                    .as("the one before it")
                    .isTrue();
            acknowledge(1, 20);
            assertThat(queue.isReused(queue.first() - 1, SEQ))
                    .as("nobody has it")
                    .isFalse();
            assertThat(queue.isReused(queue.end(), SEQ)).as("nobody has it yet").isFalse();
            queue.acknowledge(queue.seq(queue.first()) + 1, 30, acknowledged);
            assertThat(queue.isReused(queue.first(), SEQ + 2 * MSS))
                    .as("partly acknowledged")
                    .isFalse();
        }

        @Test
        void staysWholeWhileItIsOnThePathAgain() {
            for (int i = 0; i < PIECES; i++) {
                queue.resent(queue.first() + i, 10);
            }
            queue.splitFirst(MSS, MSS / 2);
            assertThat(queue.size()).isEqualTo(PIECES + 3);
            queue.left(queue.first(), 1, true, 10);
            queue.splitFirst(MSS, MSS / 2);
            assertThat(queue.size()).isEqualTo(PIECES + 3);
        }
    }

    @Nested
    class HeldSegments {

        @Test
        void areNotSentAgainBeforeTheyHaveLeft() {
            int entry = queue.append(SEQ, MSS, 5);
            assertThat(queue.isHeld(entry)).isTrue();
            queue.markLost(entry);
            assertThat(queue.seekLost()).isFalse();
            queue.left(entry, 1, true, 9);
            assertThat(queue.seekLost()).isTrue();
            assertThat(queue.lostEntry()).isEqualTo(entry);
            assertThat(queue.sentNanos(entry)).isEqualTo(9);
        }

        @Test
        void thatCouldNotLeaveAreLost() {
            int first = queue.append(SEQ, MSS, 5);
            queue.append(SEQ + MSS, MSS, 5);
            queue.append(SEQ + 2 * MSS, MSS, 5);
            queue.left(first, 2, false, 6);
            assertThat(queue.lostBytes()).isEqualTo(2 * MSS);
            assertThat(queue.pipeBytes()).isEqualTo(MSS);
            assertThat(queue.seekLost()).isTrue();
            assertThat(queue.lostEntry()).isEqualTo(first);
        }

        @Test
        void thatWereLostAlreadyAndCouldNotLeaveAreFound() {
            int first = queue.append(SEQ, MSS, 5);
            queue.append(SEQ + MSS, MSS, 5);
            queue.markLost(first);
            assertThat(queue.seekLost()).as("held").isFalse();
            queue.left(first, 1, false, 6);
            assertThat(queue.lostBytes()).isEqualTo(MSS);
            assertThat(queue.seekLost()).isTrue();
            assertThat(queue.lostEntry()).isEqualTo(first);
        }

        @Test
        void areNotLostByATimeout() {
            send(2);
            queue.append(SEQ + 2 * MSS, MSS, 5);
            queue.markAllLost();
            assertThat(queue.lostBytes()).isEqualTo(2 * MSS);
        }
    }

    @Nested
    class RoundTrips {

        @Test
        void theNewestSegmentTells() {
            queue.append(SEQ, MSS, 0);
            queue.append(SEQ + MSS, MSS, 0);
            queue.left(queue.first(), 1, true, 100);
            queue.left(queue.first() + 1, 1, true, 200);
            acknowledge(2, 1000);
            assertThat(acknowledged.rttNanos()).isEqualTo(800);
            assertThat(acknowledged.segments()).isEqualTo(2);
            assertThat(acknowledged.bytes()).isEqualTo(2 * MSS);
        }

        /** RFC 6298 section 3, Karn's algorithm. */
        @Test
        void whatWasSentTwiceTellsNothing() {
            send(1);
            queue.markLost(queue.first());
            queue.resent(queue.first(), 500);
            queue.left(queue.first(), 1, true, 500);
            acknowledge(1, 1000);
            assertThat(acknowledged.rttNanos()).isEqualTo(-1);
        }

        /** The acknowledgment was drawn by the repetition of the first segment; the second had waited for it. */
        @Test
        void whatWaitedForARepetitionTellsNothing() {
            send(2);
            queue.resent(queue.first(), 500);
            queue.left(queue.first(), 1, true, 500);
            acknowledge(2, 1000);
            assertThat(acknowledged.rttNanos()).isEqualTo(-1);
        }

        @Test
        void whatWasReportedBeforeTellsNothing() {
            send(2);
            sack(1, 2);
            acknowledge(2, 1000);
            assertThat(acknowledged.rttNanos()).as("of the first, reordered").isEqualTo(1000);
            queue.clear();
            send(2);
            sack(0, 2);
            acknowledge(2, 1000);
            assertThat(acknowledged.rttNanos()).isEqualTo(-1);
        }
    }

    @Nested
    class Sack {

        @Test
        void aBlockThatEndsInsideASegmentDoesNotHideItLater() {
            send(4);
            assertThat(queue.sack(SEQ + MSS, SEQ + 2 * MSS + 500, acknowledged)).isEqualTo(MSS);
            assertThat(queue.sack(SEQ + MSS, SEQ + 3 * MSS, acknowledged)).isEqualTo(MSS);
            assertThat(queue.isSacked(queue.first() + 2)).isTrue();
        }

        @Test
        void whatIsNotOutstandingIsIgnored() {
            send(4);
            acknowledge(1, 0);
            assertThat(sack(0, 2)).as("below SND.UNA, as a DSACK is").isZero();
            assertThat(sack(2, 5)).as("beyond SND.NXT").isZero();
            assertThat(sack(3, 3)).as("empty").isZero();
            assertThat(sack(3, 2)).as("inside out").isZero();
            assertThat(queue.sackedBytes()).isZero();
        }

        @Test
        void whatArrivedIsNotLost() {
            send(3);
            queue.markLost(queue.first() + 1);
            assertThat(queue.lostBytes()).isEqualTo(MSS);
            sack(1, 2);
            assertThat(queue.lostBytes()).isZero();
            assertThat(queue.markLost(queue.first() + 1)).isFalse();
            assertThat(queue.seekLost()).isFalse();
            assertThat(queue.pipeBytes()).isEqualTo(2 * MSS);
        }

        /** RFC 2018 section 8: after a timeout, what is reported at the left edge and not acknowledged was dropped. */
        @Test
        void aPeerMayTakeItsReportsBack() {
            send(4);
            sack(0, 2);
            sack(3, 4);
            queue.markAllLost();
            assertThat(queue.sackedBytes()).isZero();
            assertThat(queue.lostBytes()).isEqualTo(4 * MSS);
            assertThat(sack(2, 4)).as("and report anew").isEqualTo(2 * MSS);
        }

        @Test
        void reportsOutlastATimeoutOtherwise() {
            send(4);
            sack(1, 3);
            queue.markAllLost();
            assertThat(queue.sackedBytes()).isEqualTo(2 * MSS);
            assertThat(queue.lostBytes()).isEqualTo(2 * MSS);
        }

        /** A peer that reports one more segment with every acknowledgment, from the left and from the right. */
        @Test
        void growingBlocksCostWhatIsNew() {
            send(10_000);
            long before = queue.steps();
            for (int i = 1; i <= 4_000; i++) {
                sack(1, 1 + i);
                sack(9_999 - i, 9_999);
            }
            assertThat(queue.sackedBytes()).isEqualTo(8_000 * MSS);
            assertThat(queue.steps() - before).isLessThan(8_000 * 3 + 8_000 * LOG);
        }

        @Test
        void theSearchForWhatIsLostPassesOverWhatIsReported() {
            send(10_000);
            sack(1, 9_999);
            queue.markLost(queue.end() - 1);
            long before = queue.steps();
            for (int i = 0; i < 100; i++) {
                queue.markLost(queue.first());
                assertThat(queue.seekLost()).isTrue();
                queue.resent(queue.lostEntry(), 0);
                queue.left(queue.first(), 1, true, 0);
                assertThat(queue.seekLost()).isTrue();
                assertThat(queue.lostEntry()).isEqualTo(queue.end() - 1);
            }
            assertThat(queue.steps() - before).isLessThan(10_000 + 100 * 10);
        }

        /** CVE-2019-11478: large blocks that were all reported before, more of them than anybody would remember. */
        @Test
        void repeatedBlocksCostTheirNumberAndNotTheirLength() {
            send(16_000);
            for (int block = 0; block < 16; block++) {
                sack(1000 * block + 1, 1000 * block + 1000);
            }
            assertThat(queue.sackedBytes()).isEqualTo(16 * 999 * MSS);
            for (int block = 0; block < 16; block++) {
                sack(1000 * block + 1, 1000 * block + 1000); // the first repetition may tidy up
            }
            long before = queue.steps();
            for (int i = 0; i < 1_000; i++) {
                int block = i % 16;
                assertThat(sack(1000 * block + 1 + i % 7, 1000 * block + 1000 - i % 5))
                        .isZero();
            }
            assertThat(queue.steps() - before).isLessThan(1_000 * (LOG + 3));
        }

        private static final int LOG = 14;
    }
}
