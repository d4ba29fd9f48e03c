// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import static dev.tou.segment.SequenceNumber.geq;
import static dev.tou.segment.SequenceNumber.gt;
import static dev.tou.segment.SequenceNumber.leq;
import static dev.tou.segment.SequenceNumber.lt;

/**
 * Fast retransmit and NewReno's fast recovery (RFC 5681 section 3.2, RFC 6582), for peers that report nothing by SACK: three
 * duplicate acknowledgments mean that the oldest segment is lost, a partial one that the next is.
 *
 * <p>Instead of inflating the congestion window for every duplicate acknowledgment, the bytes that must have left the path
 * are counted out of what is in flight, which has the same effect and keeps windows and losses apart; limited transmit
 * (RFC 3042) follows from it.
 */
final class DuplicateAckLossDetector implements LossDetector {

    private static final int THRESHOLD = 3;

    private int duplicates;
    private int arrivals;
    private int recover;
    private boolean recovering;
    private boolean recoverGuards;

    @Override
    public Outcome onAcknowledgment(RetransmissionQueue queue, AckFacts ack) {
        if (ack.ackedBytes > 0) {
            return onProgress(queue, ack);
        }
        if (!ack.duplicate) {
            return Outcome.NONE;
        }
        duplicates++;
        // After a timeout everything out is counted as lost, so what arrives of it has left the path already.
        boolean afterTimeout = recoverGuards && lt(ack.ack, recover);
        if (!afterTimeout) {
            arrivals = Math.min(
                    arrivals + ack.segmentBytes, Math.max(0, queue.outstandingBytes() - queue.lostBytes() - 1));
        }
        return detect(queue, ack);
    }

    private Outcome onProgress(RetransmissionQueue queue, AckFacts ack) {
        duplicates = 0;
        // A partial acknowledgment took at least the missing segment with it; the rest had been counted as arrived.
        arrivals = Math.max(0, arrivals - Math.max(0, ack.ackedBytes - ack.segmentBytes));
        recoverGuards &= !gt(ack.ack, recover);
        if (!recovering) {
            arrivals = 0;
            return Outcome.NONE;
        }
        if (geq(ack.ack, recover)) {
            recovering = false;
            recoverGuards = ack.ack == recover;
            arrivals = 0;
            return Outcome.RECOVERY_ENDS;
        }
        // RFC 6582 section 3.2, step 3: "Partial acknowledgments: retransmit the first unacknowledged segment."
        if (!queue.isEmpty() && !queue.isRetransmitted(queue.first()) && !queue.isHeld(queue.first())) {
            queue.markLost(queue.first());
        }
        return Outcome.NONE;
    }

    private Outcome detect(RetransmissionQueue queue, AckFacts ack) {
        if (queue.isEmpty() || duplicates < THRESHOLD || recovering || isOfThePast(ack.ack)) {
            return Outcome.NONE;
        }
        recovering = true;
        recoverGuards = false;
        recover = ack.sndNxt;
        if (!queue.isHeld(queue.first())) {
            queue.markLost(queue.first());
        }
        return Outcome.RECOVERY_BEGINS;
    }

    // RFC 6582 section 3.2, step 2: not again for what an earlier episode, or a timeout, has dealt with. Duplicates at
    // exactly that point may answer what was repeated for nothing.
    private boolean isOfThePast(int ack) {
        return recoverGuards && leq(ack, recover);
    }

    @Override
    public void onTimeout(RetransmissionQueue queue, int sndNxt, long nowNanos) {
        recovering = false;
        recoverGuards = true;
        recover = sndNxt;
        duplicates = 0;
        arrivals = 0;
        queue.markAllLost();
    }

    @Override
    public void onSpurious() {
        recovering = false;
        duplicates = 0;
        arrivals = 0;
    }

    /** {@return whether fast recovery goes on; for tests} */
    boolean isRecovering() {
        return recovering;
    }

    @Override
    public int unreportedArrivals() {
        return arrivals;
    }
}
