// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import dev.tou.retransmission.LossDetector.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** RFC 8985 section 6.2. Segments are counted from 0, times in milliseconds; the least round trip is 20. */
class RackTest {

    private static final int MSS = 1000;
    private static final int SEQ = -4500;
    private static final long MILLI = 1_000_000;

    private final RetransmissionQueue queue = new RetransmissionQueue();
    private final RttEstimator rtt = new RttEstimator();
    private final Rack rack = new Rack(rtt);
    private final AckFacts facts = new AckFacts();
    private int nxt;

    RackTest() {
        rtt.onSample(20 * MILLI, 0);
    }

    private void send(int segments, long millis) {
        for (int i = 0; i < segments; i++) {
            queue.left(queue.append(seq(nxt++), MSS, millis * MILLI), 1, true, millis * MILLI);
        }
    }

    private static int seq(int segment) {
        return SEQ + segment * MSS;
    }

    private Outcome ack(long millis, int segments, int... blocks) {
        facts.nowNanos = millis * MILLI;
        facts.ack = seq(segments);
        facts.sndNxt = seq(nxt);
        facts.segmentBytes = MSS;
        facts.noBlocks();
        rack.prepare(facts.delivered.begin(facts.nowNanos, rtt.minRttNanos()));
        queue.acknowledge(facts.ack, facts.nowNanos, facts.delivered);
        facts.ackedBytes = facts.delivered.bytes();
        facts.sackedBytes = 0;
        for (int i = 0; i < blocks.length; i += 2) {
            facts.sackedBytes += queue.sack(seq(blocks[i]), seq(blocks[i + 1]), facts.delivered);
        }
        return rack.onAcknowledgment(queue, facts);
    }

    private void resend(long millis) {
        assertThat(queue.seekLost()).isTrue();
        int entry = queue.lostEntry();
        queue.resent(entry, millis * MILLI);
        queue.left(entry, 1, true, millis * MILLI);
    }

    private long deadlineMillis() {
        return rack.reorderingDeadlineNanos() / MILLI;
    }

    @Test
    void whatLeftLaterThanAllThatArrivedIsNotJudged() {
        send(2, 0);
        send(5, 10);
        assertThat(ack(20, 0, 1, 2)).isEqualTo(Outcome.NONE);
        assertThat(deadlineMillis()).as("of the first only").isEqualTo(25);
        assertThat(rack.onReorderingTimer(queue, seq(nxt), 25 * MILLI)).isEqualTo(Outcome.RECOVERY_BEGINS);
        assertThat(queue.lostBytes()).isEqualTo(MSS);
        assertThat(rack.reorderingDeadlineNanos()).isEqualTo(AckFacts.NEVER);
    }

    // The timer came late, but what was sent shortly before its time is not to blame for that.
    @Test
    void lossIsJudgedAtTheTargetTime() {
        send(1, 0);
        send(1, 4);
        send(1, 8);
        ack(28, 0, 2, 3);
        assertThat(queue.lostBytes()).as("8 ms before what has arrived").isEqualTo(MSS);
        resend(28);
        assertThat(queue.isLost(queue.first() + 1)).isFalse();
    }

    @Test
    void aRepetitionIsJudgedByWhenItLeftLast() {
        send(5, 0);
        ack(20, 0, 1, 5);
        resend(20);
        send(1, 21);
        assertThat(ack(41, 0, 1, 6)).as("one decision an episode").isEqualTo(Outcome.NONE);
        assertThat(queue.isLost(queue.first())).isTrue();
        resend(41);
        assertThat(ack(61, 6)).isEqualTo(Outcome.RECOVERY_ENDS);
    }

    // Step 2: it came sooner than any round trip, so it was the original that arrived.
    @Test
    void anAmbiguousAcknowledgmentIsIgnored() {
        send(5, 0);
        ack(20, 0, 1, 4);
        resend(20);
        send(1, 15);
        ack(25, 1);
        assertThat(queue.lostBytes()).isZero();
        assertThat(rack.reorderingDeadlineNanos())
                .as("nothing left before what has arrived")
                .isEqualTo(AckFacts.NEVER);
    }

    @Test
    void whatHasNotLeftIsNotJudged() {
        queue.append(seq(nxt++), MSS, 0);
        send(5, 0);
        assertThat(ack(50, 0, 1, 6)).isEqualTo(Outcome.NONE);
        assertThat(queue.lostBytes()).isZero();
    }

    // The loop stood still: the verdict waits for the next pass over the socket.
    @Test
    void aLateAcknowledgmentIsNoVerdict() {
        send(6, 0);
        facts.late = true;
        assertThat(ack(70, 0, 1, 6)).isEqualTo(Outcome.NONE);
        assertThat(deadlineMillis()).isEqualTo(70);
        facts.late = false;
        assertThat(ack(70, 6)).isEqualTo(Outcome.NONE);
        assertThat(queue.isEmpty()).isTrue();
    }

    // RFC 8985 section 6.3.
    @Test
    void aTimeoutSparesWhatMayBeOnItsWay() {
        send(5, 0);
        ack(20, 1);
        send(2, 90);
        rack.onTimeout(queue, seq(nxt), 100 * MILLI);
        assertThat(queue.lostBytes()).isEqualTo(4 * MSS);
    }

    /** A flight of which every other segment is lost, and each acknowledgment reports one more. */
    @Test
    void theSearchCostsWhatItFinds() {
        send(20_000, 0);
        ack(20, 0, 1, 2);
        long before = queue.steps();
        for (int i = 3; i < 20_000; i += 2) {
            ack(20, 0, i, i + 1);
        }
        assertThat(queue.lostBytes()).isEqualTo(10_000 * MSS);
        assertThat(queue.steps() - before).isLessThan(10_000 * (15 + 6));
    }
}
