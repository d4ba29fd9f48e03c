// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import java.util.ArrayList;
import java.util.List;

import dev.tou.congestion.ControllerLog;
import dev.tou.telemetry.CongestionState;
import dev.tou.telemetry.UndoSign;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Episodes, probes and what is taken back, with SACK. Segments are counted from 0, times in milliseconds; a round trip is 20. */
class LossRecoveryTest {

    private static final int MSS = 1000;
    private static final int SEQ = -4500;
    private static final long MILLI = 1_000_000;

    private final RetransmissionQueue queue = new RetransmissionQueue();
    private final RttEstimator rtt = new RttEstimator();
    private final ControllerLog calls = new ControllerLog(10 * MSS, 7 * MSS);
    private final LossRecovery recovery = new LossRecovery(queue, rtt, calls);
    private final AckFacts facts = new AckFacts();
    private int una;
    private int nxt;
    private int[] duplicate;
    private long newlyLost;

    LossRecoveryTest() {
        rtt.onSample(20 * MILLI, 0);
        recovery.open(true);
    }

    private static int seq(int segment) {
        return SEQ + segment * MSS;
    }

    private void send(int segments, long millis) {
        for (int i = 0; i < segments; i++) {
            recovery.sent(MSS);
            queue.left(queue.append(seq(nxt++), MSS, millis * MILLI), 1, true, millis * MILLI);
        }
    }

    private void again(int entry, long millis) {
        recovery.resent(queue.seq(entry), MSS, facts.hasEcho, (int) millis);
        queue.resent(entry, millis * MILLI);
        queue.left(entry, 1, true, millis * MILLI);
    }

    /** Sends all again that is lost, without regard to the window. {@return which segments} */
    private List<Integer> resend(long millis) {
        List<Integer> segments = new ArrayList<>();
        while (queue.seekLost()) {
            segments.add((queue.seq(queue.lostEntry()) - SEQ) / MSS);
            again(queue.lostEntry(), millis);
        }
        return segments;
    }

    private void probe(long millis) {
        assertThat(recovery.mayProbe()).isTrue();
        again(queue.end() - 1, millis);
        recovery.probed(seq(nxt - 1), seq(nxt), true, facts.hasEcho, (int) millis);
    }

    private void reorderingTimer() {
        facts.nowNanos = recovery.reorderingDeadlineNanos();
        recovery.onReorderingTimer(facts);
    }

    /** The next acknowledgment reports that these came twice: from the first up to, not including, the second. */
    private LossRecoveryTest twice(int from, int to) {
        duplicate = new int[] {from, to};
        return this;
    }

    private LossRecoveryTest echo(long millis) {
        facts.hasEcho = true;
        facts.echo = (int) millis;
        return this;
    }

    private void ack(long millis, int segments, int... blocks) {
        facts.nowNanos = millis * MILLI;
        facts.ack = seq(segments);
        facts.sndNxt = seq(nxt);
        facts.segmentBytes = MSS;
        facts.duplicate = segments == una;
        recovery.begin(facts);
        queue.acknowledge(facts.ack, facts.nowNanos, facts.delivered);
        una = segments;
        facts.ackedBytes = facts.delivered.bytes();
        facts.noBlocks();
        if (duplicate != null) {
            boolean second = blocks.length > 0;
            facts.firstBlock(
                    seq(duplicate[0]),
                    seq(duplicate[1]),
                    second,
                    second ? seq(blocks[0]) : 0,
                    second ? seq(blocks[1]) : 0);
            assertThat(facts.hasDsack()).isTrue();
            duplicate = null;
        }
        facts.sackedBytes = 0;
        for (int i = 0; i < blocks.length; i += 2) {
            facts.sackedBytes += queue.sack(seq(blocks[i]), seq(blocks[i + 1]), facts.delivered);
        }
        recovery.onAcknowledgment(facts);
        newlyLost = recovery.newlyLostSegments();
        recovery.settle(facts);
    }

    @Nested
    class Duplicates {

        @Test
        void ofAProbeDoNotExcuseALoss() {
            send(5, 0);
            probe(40);
            ack(45, 0, 1, 5);
            assertThat(resend(45)).containsExactly(0);
            twice(4, 5).ack(60, 0, 1, 5);
            assertThat(recovery.refuted()).isNull();
            assertThat(recovery.state()).isEqualTo(CongestionState.RECOVERY);
            ack(65, 5);
            assertThat(calls.events).containsExactly("loss", "end");
        }

        @Test
        void ofAllThatWasSentAgainExcuseIt() {
            send(5, 0);
            probe(40);
            ack(45, 0, 1, 5);
            resend(45);
            twice(4, 5).ack(60, 0, 1, 5);
            ack(61, 5);
            twice(0, 1).ack(65, 5);
            assertThat(recovery.refuted()).isEqualTo(UndoSign.DSACK);
            assertThat(calls.events).containsExactly("loss", "end", "spurious");
        }

        @Test
        void ofARepetitionOfAnEarlierEpisodeDoNotExcuseALoss() {
            send(10, 0);
            ack(20, 0, 1, 5);
            assertThat(resend(20)).containsExactly(0);
            ack(25, 10); // that was late, but nobody can tell yet
            send(5, 26);
            ack(46, 10, 11, 15);
            assertThat(resend(46)).containsExactly(10);
            twice(0, 1).ack(47, 10, 11, 15);
            assertThat(recovery.refuted()).isNull();
        }

        // Overflows come in rows: the first was real, the next only looks like it because the queue empties.
        @Test
        void countAlsoAfterAnEpisodeWhoseLossesWereReal() {
            send(10, 0);
            ack(20, 0, 1, 5);
            assertThat(resend(20)).containsExactly(0);
            ack(40, 10);
            send(5, 41);
            ack(61, 10, 11, 15);
            assertThat(resend(61)).containsExactly(10);
            twice(10, 11).ack(81, 15);
            assertThat(recovery.refuted()).isEqualTo(UndoSign.DSACK);
        }

        @Test
        void ofMoreThanWasSentAgainAreALie() {
            send(10, 0);
            ack(20, 0, 1, 5);
            resend(20);
            twice(0, 10).ack(21, 10);
            assertThat(recovery.refuted()).isNull();
            assertThat(calls.events).containsExactly("loss", "end");
            twice(0, 1).ack(22, 10);
            assertThat(recovery.refuted()).as("the truth after a lie").isEqualTo(UndoSign.DSACK);
        }

        @Test
        void areToBelieveOnceARoundTrip() {
            send(20, 0);
            ack(20, 0, 1, 5);
            resend(20);
            twice(0, 1).ack(21, 0, 0, 5);
            assertThat(recovery.refuted()).isEqualTo(UndoSign.DSACK);
            ack(40, 0, 9, 10);
            reorderingTimer();
            assertThat(resend(40)).containsExactly(5, 6, 7, 8);
            twice(5, 9).ack(41, 0, 0, 10);
            assertThat(recovery.refuted()).as("again").isNull();
            assertThat(recovery.state()).isEqualTo(CongestionState.RECOVERY);
            ack(50, 20);
            send(20, 50);
            ack(80, 20, 27, 30);
            reorderingTimer();
            resend(90);
            twice(20, 27).ack(91, 40);
            assertThat(recovery.refuted()).as("of another flight").isEqualTo(UndoSign.DSACK);
        }

        @Test
        void comeTooLateOnceLaterTextHasArrived() {
            send(5, 0);
            ack(20, 0, 1, 5);
            resend(20);
            ack(40, 5);
            send(2, 41);
            ack(61, 6);
            send(2, 62);
            ack(82, 8);
            twice(0, 1).ack(83, 8);
            assertThat(recovery.refuted()).isNull();
        }

        @Test
        void countAlsoIfTheEpisodeEndedWithTextSentInIt() {
            send(5, 0);
            ack(20, 0, 1, 5);
            resend(20);
            send(3, 21);
            ack(41, 7);
            twice(0, 1).ack(42, 7);
            assertThat(recovery.refuted()).isEqualTo(UndoSign.DSACK);
        }
    }

    @Nested
    class Probes {

        @Test
        void thatRepairedALossDoNotReduceTwice() {
            send(5, 0);
            echo(0);
            probe(45);
            send(4, 46);
            echo(45).ack(66, 5, 6, 9);
            assertThat(recovery.hasProbeRepaired()).isTrue();
            assertThat(recovery.hasBegun()).isTrue();
            assertThat(calls.events).containsExactly("loss");
            assertThat(resend(66)).containsExactly(5);
            echo(66).ack(86, 9);
            assertThat(calls.events).containsExactly("loss", "end");
        }

        // RFC 7323 section 4.3: a delayed acknowledgment echoes the first segment that it acknowledges.
        @Test
        void areNotJudgedByTheEchoOfWhatCameBeforeThem() {
            send(2, 0);
            echo(0);
            probe(41);
            echo(0).ack(61, 2);
            assertThat(recovery.hasProbeRepaired()).isFalse();
            send(1, 62);
            echo(62).ack(82, 3);
            assertThat(recovery.hasProbeRepaired()).isTrue();
            assertThat(calls.events).containsExactly("loss", "end");
        }

        @Test
        void areJudgedByTheEchoIfTheyAreAcknowledgedAlone() {
            send(2, 0);
            echo(0).ack(20, 1);
            probe(41);
            echo(0).ack(42, 2);
            send(1, 62);
            echo(62).ack(82, 3);
            assertThat(calls.events).isEmpty();
        }

        // The probe may have repaired a loss, so what arrives before it is sent once more proves nothing.
        @Test
        void areRepetitionsWhereNothingElseWasSentAgain() {
            send(1, 0);
            probe(40);
            send(1, 41);
            ack(62, 0, 1, 2);
            reorderingTimer();
            assertThat(recovery.hasBegun()).isTrue();
            ack(67, 2);
            assertThat(recovery.refuted()).isNull();
            assertThat(calls.events).containsExactly("loss", "end");
        }

        @Test
        void thatADuplicateAnswersWereNeedless() {
            send(2, 0);
            probe(41);
            ack(42, 2);
            assertThat(recovery.awaitsProbeAnswer()).isTrue();
            ack(61, 2); // without blocks
            assertThat(recovery.awaitsProbeAnswer()).isFalse();
            send(1, 62);
            ack(82, 3);
            assertThat(calls.events).isEmpty();
        }
    }

    @Nested
    class Losses {

        @Test
        void thatTheTimerFindsAreToldWithTheNextAcknowledgment() {
            send(10, 0);
            ack(20, 0, 1, 2);
            assertThat(newlyLost).isZero();
            reorderingTimer();
            assertThat(recovery.hasBegun()).isTrue();
            ack(30, 0, 1, 3);
            assertThat(newlyLost).isEqualTo(1);
            ack(31, 0, 1, 4);
            assertThat(newlyLost).isZero();
        }

        // What never left, and a path MTU probe that was too large, is not on its way, whatever comes to light.
        @Test
        void thatAreCertainAreNotTakenBack() {
            send(10, 0);
            ack(20, 0, 3, 6);
            assertThat(queue.lostBytes()).isEqualTo(3 * MSS);
            recovery.resent(queue.seq(queue.first()), MSS, false, 0);
            queue.resent(queue.first(), 21 * MILLI);
            queue.left(queue.first(), 1, true, 21 * MILLI);
            queue.left(queue.append(seq(nxt++), MSS, 22 * MILLI), 1, false, 22 * MILLI);
            assertThat(queue.lostBytes()).isEqualTo(3 * MSS);
            twice(0, 1).ack(23, 1, 3, 6);
            assertThat(recovery.refuted()).isEqualTo(UndoSign.DSACK);
            assertThat(resend(24)).containsExactly(10);
        }

        @Test
        void ofThePathMtuProbeIsNotTakenBackAndNoCongestionTheSecondTime() {
            send(1, 0);
            queue.probeFollows();
            send(9, 0);
            ack(20, 0, 3, 6);
            assertThat(queue.losses()).isEqualTo(2);
            again(queue.first(), 21);
            twice(0, 1).ack(23, 1, 3, 6);
            assertThat(recovery.refuted()).isEqualTo(UndoSign.DSACK);
            assertThat(queue.lostBytes()).isEqualTo(MSS);
            assertThat(resend(24)).containsExactly(1);
        }

        @Test
        void thatTheTimerFindsDoNotOpenTheWindow() {
            calls.thresholdBytes(5 * MSS);
            send(20, 0);
            ack(20, 0, 1, 4);
            resend(20);
            send(10, 25);
            long room = recovery.windowBytes() - recovery.inFlightBytes();
            for (int entry = queue.first() + 4; entry != queue.first() + 20; entry++) {
                queue.markLost(entry);
            }
            assertThat(recovery.windowBytes() - recovery.inFlightBytes()).isEqualTo(Math.max(0, room));
        }
    }
}
