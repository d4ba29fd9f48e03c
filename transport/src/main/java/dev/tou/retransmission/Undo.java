// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import static dev.tou.segment.SequenceNumber.geq;
import static dev.tou.segment.SequenceNumber.gt;
import static dev.tou.segment.SequenceNumber.max;
import static dev.tou.segment.SequenceNumber.min;

/**
 * Were the repetitions of an episode needless? Two witnesses:
 *
 * <ul>
 *   <li>Eifel (RFC 3522): the first acknowledgment of what was first sent again echoes a timestamp that is older than that
 *       repetition, so the original had arrived.
 *   <li>DSACK (RFC 2883, RFC 3708): the peer has reported every byte that was sent again as a duplicate. That comes a round
 *       trip later, when the episode may be over.
 * </ul>
 */
final class Undo {

    private boolean open;
    private boolean stamped;
    private boolean heard;
    private int stamp;
    private int firstEnd;
    private int begin;
    private int end;
    private int resentBytes;
    private int dsackBytes;

    /** An episode begins, with SND.UNA and SND.NXT. */
    void begin(int sndUna, int sndNxt) {
        open = true;
        stamped = false;
        heard = false;
        begin = sndUna;
        end = sndNxt;
        resentBytes = 0;
        dsackBytes = 0;
    }

    /** The episode is over, by proof or otherwise; reports count while what was outstanding then is acknowledged. */
    void episodeEnds(int sndNxt) {
        end = sndNxt;
    }

    /** The answer is known, or does not matter any more. */
    void close() {
        open = false;
    }

    /** A segment of the episode was sent again. */
    void resent(int seq, int length, boolean hasStamp, int timestamp) {
        if (!open) {
            return;
        }
        if (resentBytes == 0) {
            stamped = hasStamp;
            stamp = timestamp;
            firstEnd = seq + length;
        }
        resentBytes += length;
    }

    /** {@return whether the echoed timestamp shows that what was sent again first had arrived before; asked once} */
    boolean isRefutedByEcho(AckFacts ack) {
        if (!open || heard || resentBytes == 0 || ack.ackedBytes == 0 || !geq(ack.ack, firstEnd)) {
            return false;
        }
        heard = true;
        return stamped && ack.echoesBefore(stamp);
    }

    /** {@return whether what was sent again first has not been acknowledged yet} */
    boolean isWaiting() {
        return open && !heard;
    }

    /** {@return whether the timestamps have shown that the first repetition was needed} */
    boolean isConfirmedByEcho() {
        return open && heard && stamped;
    }

    /** {@return whether with this acknowledgment all that was sent again has been reported as duplicate} */
    boolean isRefutedByDuplicates(AckFacts ack) {
        if (!open) {
            return false;
        }
        if (ack.hasDsack()) {
            int left = max(ack.dsackLeft(), begin);
            int right = min(ack.dsackRight(), end);
            dsackBytes += Math.max(0, right - left);
        }
        if (gt(ack.ack, end)) {
            open = false; // too late for any
        }
        return resentBytes > 0 && dsackBytes >= resentBytes;
    }
}
