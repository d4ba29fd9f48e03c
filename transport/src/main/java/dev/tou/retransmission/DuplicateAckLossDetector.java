// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import static dev.tou.segment.SequenceNumber.geq;
import static dev.tou.segment.SequenceNumber.gt;
import static dev.tou.segment.SequenceNumber.leq;
import static dev.tou.segment.SequenceNumber.lt;

/**
 * Fast retransmit and NewReno's fast recovery (RFC 5681 section 3.2, RFC 6582): three duplicate acknowledgments, or three
 * segments' worth of text reported above a hole, mean that what is missing is lost.
 *
 * <p>Instead of inflating the congestion window for every duplicate acknowledgment, the bytes that must have left the path
 * are counted out of what is in flight, which has the same effect and keeps windows and losses apart.
 */
public final class DuplicateAckLossDetector implements LossDetector {

    private static final int THRESHOLD = 3;

    private int duplicates;
    private int arrivals;
    private int recover;
    private boolean recovering;
    private boolean recoverGuards;
    private int lostEdge;

    @Override
    public Outcome onAcknowledgment(RetransmissionQueue queue, AckFacts ack) {
        if (ack.ackedBytes > 0) {
            return onProgress(queue, ack);
        }
        // RFC 6675 section 2: where there is SACK, a duplicate is what reports something new. Without a report it only
        // says that a datagram came twice.
        boolean sack = ack.sack || queue.sackedBytes() > 0;
        if (sack ? ack.sackedBytes == 0 : !ack.duplicate) {
            return Outcome.NONE;
        }
        duplicates++;
        // After a timeout everything out is counted as lost, so what arrives of it has left the path already.
        boolean afterTimeout = recoverGuards && lt(ack.ack, recover);
        if (!sack && !afterTimeout) {
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
            return queue.sackedBytes() > 0 ? detect(queue, ack) : Outcome.NONE;
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
        markHoles(queue, ack);
        return Outcome.NONE;
    }

    private Outcome detect(RetransmissionQueue queue, AckFacts ack) {
        if (queue.isEmpty()) {
            return Outcome.NONE;
        }
        boolean reported = queue.sackedBytes() > 0
                && gt(queue.highestSacked(), queue.seq(queue.first()) + THRESHOLD * ack.segmentBytes)
                && !queue.isSacked(queue.first());
        if (!reported && duplicates < THRESHOLD) {
            return Outcome.NONE;
        }
        if (isOfThePast(queue, ack.ack)) {
            return Outcome.NONE;
        }
        if (recovering) {
            markHoles(queue, ack);
            return Outcome.NONE;
        }
        recovering = true;
        recoverGuards = false;
        recover = ack.sndNxt;
        lostEdge = ack.ack;
        if (!queue.isHeld(queue.first())) {
            queue.markLost(queue.first());
        }
        markHoles(queue, ack);
        return Outcome.RECOVERY_BEGINS;
    }

    // RFC 6582 section 3.2, step 2: not again for what an earlier episode, or a timeout, has dealt with. Duplicates at
    // exactly that point may answer what was repeated for nothing; SACK blocks cannot lie that way.
    private boolean isOfThePast(RetransmissionQueue queue, int ack) {
        return recoverGuards && (queue.sackedBytes() > 0 ? lt(ack, recover) : leq(ack, recover));
    }

    // Every hole with three segments' worth of reported text above it, once: the edge only moves forward.
    private void markHoles(RetransmissionQueue queue, AckFacts ack) {
        if (queue.sackedBytes() == 0) {
            return;
        }
        int edge = queue.highestSacked() - THRESHOLD * ack.segmentBytes;
        int entry = queue.firstAtOrAfter(lt(lostEdge, queue.seq(queue.first())) ? queue.seq(queue.first()) : lostEdge);
        for (; lt(entry, queue.end()) && leq(queue.seq(entry) + queue.length(entry), edge); entry++) {
            if (!queue.isRetransmitted(entry) && !queue.isHeld(entry)) {
                queue.markLost(entry);
            }
        }
        lostEdge = lt(entry, queue.end()) ? queue.seq(entry) : ack.sndNxt;
    }

    @Override
    public void onTimeout(RetransmissionQueue queue, int sndNxt) {
        recovering = false;
        recoverGuards = true;
        recover = sndNxt;
        duplicates = 0;
        arrivals = 0;
        queue.markAllLost();
    }

    @Override
    public boolean isRecovering() {
        return recovering;
    }

    @Override
    public int unreportedArrivals() {
        return arrivals;
    }
}
