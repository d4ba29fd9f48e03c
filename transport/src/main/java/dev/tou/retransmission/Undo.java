// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import static dev.tou.segment.SequenceNumber.geq;
import static dev.tou.segment.SequenceNumber.gt;
import static dev.tou.segment.SequenceNumber.leq;
import static dev.tou.segment.SequenceNumber.max;
import static dev.tou.segment.SequenceNumber.min;

/**
 * Was an episode of loss needless? Three witnesses:
 *
 * <ul>
 *   <li>No repetition at all: what counted as lost was acknowledged before it left again, so there is nothing that could be
 *       confused with the original (RFC 3522 section 1). So it is where segments are late by less than a burst of acknowledgments.
 *   <li>Eifel (RFC 3522): the first acknowledgment of what was first sent again echoes a timestamp that is older than that
 *       repetition, so the original had arrived.
 *   <li>DSACK (RFC 2883, RFC 3708): the peer has reported every byte that was sent again as a duplicate. That comes a round
 *       trip later, when the episode may be over.
 * </ul>
 *
 * <p>Every repetition of what is not acknowledged counts, that of a tail loss probe too, as long as its report may still come:
 * otherwise the duplicate of one would excuse the loss of another. What is acknowledged when an episode begins does not: where
 * a report lies tells which it is of, and a loss of before, which nobody will report, must not keep the next from being
 * taken back. A report of more than is out is a lie, or the network has
 * doubled something, and says nothing.
 */
final class Undo {

    private boolean open;
    private boolean goesOn;
    private boolean anyResent;
    private boolean stamped;
    private boolean heard;
    private int stamp;
    private int firstEnd;

    /** Sent again, and neither reported as a duplicate nor too old for that. */
    private int outBytes;

    /** Behind the furthest of these. */
    private int outEnd;

    /** Between these, reports count. */
    private int begin;

    private int end;

    /** The original may be a round trip late, and its duplicate comes after what left later. */
    private boolean lastRound;

    /** An episode begins, with SND.UNA and SND.NXT. */
    void begin(int sndUna, int sndNxt) {
        open = true;
        goesOn = true;
        anyResent = false;
        stamped = false;
        heard = false;
        if (outBytes > 0 && gt(outEnd, sndUna)) {
            begin = min(begin, sndUna);
        } else {
            begin = sndUna;
            outBytes = 0;
        }
        end = sndNxt;
    }

    /** The episode is over, by proof or otherwise; reports count for two windows more. */
    void episodeEnds(int sndNxt) {
        goesOn = false;
        lastRound = false;
        end = sndNxt;
    }

    /** The answer is known, or does not matter any more. */
    void close() {
        open = false;
        goesOn = false;
    }

    /** Something leaves again, for whatever reason, while SND.NXT is this. */
    void repeated(int seq, int length, int sndNxt) {
        begin = open || outBytes > 0 ? min(begin, seq) : seq;
        end = sndNxt;
        lastRound = false;
        outEnd = outBytes > 0 ? max(outEnd, seq + length) : seq + length;
        outBytes += length;
    }

    /** A segment that ends at {@code segmentEnd} is repaired by the episode. */
    void resent(int segmentEnd, boolean hasStamp, int timestamp) {
        if (!open || anyResent) {
            return;
        }
        anyResent = true;
        stamped = hasStamp;
        stamp = timestamp;
        firstEnd = segmentEnd;
    }

    /** Takes the echo of what was sent again first, once. {@return whether it shows that this had arrived before} */
    boolean takeEcho(AckFacts ack) {
        if (!open || heard || !anyResent || ack.ackedBytes == 0 || !geq(ack.ack, firstEnd)) {
            return false;
        }
        heard = true;
        return stamped && ack.echoesBefore(stamp);
    }

    /** {@return whether nothing that an acknowledgment could be for has left again, neither since the episode began nor before} */
    boolean isUnrepeated() {
        return open && !anyResent && outBytes == 0;
    }

    /** {@return whether what was sent again first has not been acknowledged yet} */
    boolean isWaiting() {
        return open && !heard;
    }

    /** {@return whether the timestamps have shown that the first repetition was needed} */
    boolean isConfirmedByEcho() {
        return open && heard && stamped;
    }

    /** Takes what an acknowledgment reports as duplicate. {@return whether with it all that was sent again has been reported so} */
    boolean takeDuplicates(AckFacts ack) {
        boolean refuted = ack.hasDsack() && takeReport(ack.dsackLeft(), ack.dsackRight()) && open && anyResent;
        if (!goesOn && gt(ack.ack, end)) {
            if (lastRound) {
                // Too late for any.
                open = false;
                outBytes = 0;
            }
            lastRound = true;
            end = ack.sndNxt;
        }
        return refuted;
    }

    // Whether nothing is out any more.
    private boolean takeReport(int left, int right) {
        int bytes = right - left;
        if (bytes > outBytes || !geq(left, begin) || !leq(right, end)) {
            return false;
        }
        outBytes -= bytes;
        return outBytes == 0;
    }
}
