// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import static dev.tou.segment.SequenceNumber.geq;
import static dev.tou.segment.SequenceNumber.max;

/**
 * Recent acknowledgment (RFC 8985 section 6): a segment is lost when one that left later has arrived and the time that
 * reordering may take has passed. It judges by time alone, so a repetition that is lost is found like anything else, and one
 * that is late is not taken for a loss once the path is known to reorder.
 *
 * <pre>
 *            xmitNanos        + rttNanos + reordering window
 *   ----|--------|---------------------------|-----------&gt; time
 *     a left   the newest that              now: a is lost
 *              has arrived left
 * </pre>
 *
 * <p>The reordering window is a quarter of the least round trip. It is none while no reordering has been seen and a loss is
 * certain enough: three segments were reported above, or recovery goes on. Each round trip in which the peer reports a duplicate
 * widens it by another quarter, up to SRTT, until sixteen recoveries have passed without.
 *
 * <p>Where this differs from the text: the timer is set for the first segment whose window ends, not for the last, so an
 * acknowledgment costs what it newly finds and not what is still in doubt. Segments that have not left the UDP channel are not
 * judged. Of an acknowledgment that is late because our own loop stood still, the round trip is not taken, and the verdict
 * waits for the next pass over the socket, where the missing may lie.
 */
final class Rack implements LossDetector {

    /** So many segments reported above a hole are a loss where nothing was ever reordered (RFC 8985 section 6.2, step 4). */
    private static final int DUP_THRESH = 3;

    /** A wider window lasts for so many recoveries (RFC 8985 section 6.2, step 4). */
    private static final int PERSISTENCE = 16;

    private static final int MAX_STEPS = 255;

    private final RttEstimator rtt;

    private boolean anyArrived;
    private long xmitNanos;
    private int xmitEnd;
    private long rttNanos;

    private boolean anyDelivered;
    private int highestDelivered;
    private boolean reorderingSeen;
    private long reorderings;

    private int windowSteps = 1;
    private int windowPersists;
    private boolean dsackRound;
    private int dsackRoundEnd;

    private boolean recovering;
    private boolean afterTimeout;
    private int recover;

    private long deadlineNanos = AckFacts.NEVER;

    Rack(RttEstimator rtt) {
        this.rtt = rtt;
    }

    /** Tells an acknowledgment what it needs to know before it is applied to the queue. */
    void prepare(Acknowledged delivered) {
        if (anyDelivered) {
            delivered.highestDelivered(highestDelivered);
        }
    }

    @Override
    public Outcome onAcknowledgment(RetransmissionQueue queue, AckFacts ack) {
        observe(queue, ack);
        boolean ends = (recovering || afterTimeout) && geq(ack.ack, recover);
        adaptWindow(ack, ends);
        if (ends) {
            boolean fast = recovering;
            recovering = false;
            afterTimeout = false;
            // What is missing of what was sent since is another episode's, which begins after the next pass over I/O.
            deadlineNanos = queue.sackedBytes() > 0 ? ack.nowNanos : AckFacts.NEVER;
            return fast ? Outcome.RECOVERY_ENDS : Outcome.NONE;
        }
        if (ack.late && ack.delivered.hasNewest()) {
            deadlineNanos = queue.isEmpty() ? AckFacts.NEVER : ack.nowNanos;
            return Outcome.NONE;
        }
        return detect(queue, ack.sndNxt, ack.nowNanos);
    }

    // Steps 1 to 3: what has arrived, when it left, and whether it came out of order.
    private void observe(RetransmissionQueue queue, AckFacts ack) {
        Acknowledged delivered = ack.delivered;
        if (delivered.isReordered()) {
            reorderingSeen = true;
            reorderings++;
        }
        if (ack.ackedBytes > 0 || ack.sackedBytes > 0) {
            int highest = queue.sackedBytes() > 0 ? max(ack.ack, queue.highestSacked()) : ack.ack;
            highestDelivered = anyDelivered ? max(highestDelivered, highest) : highest;
            anyDelivered = true;
        }
        if (!delivered.hasNewest()) {
            return;
        }
        long sent = delivered.newestSentNanos();
        if (!ack.late || !anyArrived) {
            rttNanos = ack.nowNanos - sent;
        }
        if (!anyArrived || Acknowledged.sentAfter(sent, delivered.newestEnd(), xmitNanos, xmitEnd)) {
            anyArrived = true;
            xmitNanos = sent;
            xmitEnd = delivered.newestEnd();
        }
    }

    // Step 4.
    private void adaptWindow(AckFacts ack, boolean ends) {
        if (dsackRound && geq(ack.ack, dsackRoundEnd)) {
            dsackRound = false;
        }
        if (ack.hasDsack() && !dsackRound) {
            dsackRound = true;
            dsackRoundEnd = ack.sndNxt;
            windowSteps = Math.min(windowSteps + 1, MAX_STEPS);
            windowPersists = PERSISTENCE;
        } else if (ends && --windowPersists <= 0) {
            windowSteps = 1;
        }
    }

    @Override
    public long reorderingWindowNanos(RetransmissionQueue queue) {
        return windowNanos(queue);
    }

    @Override
    public long reorderings() {
        return reorderings;
    }

    private long windowNanos(RetransmissionQueue queue) {
        boolean certain = recovering || afterTimeout || queue.sackedSegments() >= DUP_THRESH;
        return !reorderingSeen && certain ? 0 : Math.min(windowSteps * (rtt.minRttNanos() / 4), rtt.srttNanos());
    }

    // Step 5.
    private Outcome detect(RetransmissionQueue queue, int sndNxt, long nowNanos) {
        deadlineNanos = AckFacts.NEVER;
        if (!anyArrived) {
            return Outcome.NONE;
        }
        long patienceNanos = rttNanos + windowNanos(queue);
        boolean found = false;
        for (int entry = queue.firstOriginal(); isOverdue(queue, entry, patienceNanos, nowNanos); ) {
            found |= queue.markLost(entry);
            entry = queue.firstOriginal();
        }
        for (int entry = queue.firstResent(); isOverdue(queue, entry, patienceNanos, nowNanos); ) {
            found |= queue.markLost(entry);
            entry = queue.firstResent();
        }
        if (!found || recovering || afterTimeout) {
            return Outcome.NONE;
        }
        recovering = true;
        recover = sndNxt;
        return Outcome.RECOVERY_BEGINS;
    }

    // Notes when to look again at one that was overtaken and is not overdue yet.
    private boolean isOverdue(RetransmissionQueue queue, int entry, long patienceNanos, long nowNanos) {
        if (entry == queue.end() || queue.isHeld(entry)) {
            return false;
        }
        long sent = queue.sentNanos(entry);
        if (!Acknowledged.sentAfter(xmitNanos, xmitEnd, sent, queue.seq(entry) + queue.length(entry))) {
            return false;
        }
        long due = sent + patienceNanos;
        if (due - nowNanos <= 0) {
            return true;
        }
        if (deadlineNanos == AckFacts.NEVER || due - deadlineNanos < 0) {
            deadlineNanos = due;
        }
        return false;
    }

    @Override
    public Outcome onReorderingTimer(RetransmissionQueue queue, int sndNxt, long targetNanos) {
        return detect(queue, sndNxt, targetNanos);
    }

    @Override
    public long reorderingDeadlineNanos() {
        return deadlineNanos;
    }

    // RFC 8985 section 6.3: the oldest, and whatever has been out for longer than the window. The rest may be under
    // way.
    @Override
    public void onTimeout(RetransmissionQueue queue, int sndNxt, long nowNanos) {
        recovering = false;
        afterTimeout = true;
        recover = sndNxt;
        deadlineNanos = AckFacts.NEVER;
        queue.forgetTakenBackReports();
        long patienceNanos = rttNanos + windowNanos(queue);
        for (int entry = queue.first(); entry != queue.end(); entry++) {
            boolean overdue = queue.sentNanos(entry) + patienceNanos - nowNanos <= 0;
            if (!queue.isHeld(entry) && (overdue || entry == queue.first())) {
                queue.markLost(entry);
            }
        }
    }

    // A loss that was none shows that the path reorders, if no timeout shows that it only delayed. What seemed to
    // be the arrival of a repetition was that of the original, so nothing has overtaken anything.
    @Override
    public void onSpurious() {
        reorderingSeen |= recovering;
        anyArrived = false;
        recovering = false;
        afterTimeout = false;
    }

    @Override
    public int unreportedArrivals() {
        return 0;
    }
}
