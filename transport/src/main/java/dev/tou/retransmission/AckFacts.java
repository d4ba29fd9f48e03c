// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import static dev.tou.segment.SequenceNumber.geq;
import static dev.tou.segment.SequenceNumber.gt;
import static dev.tou.segment.SequenceNumber.leq;
import static dev.tou.segment.SequenceNumber.lt;

/** One acknowledgment, as loss recovery sees it. Reused and mutable; plain fields, filled in by the stage that reads it. */
public final class AckFacts {

    /** No deadline. */
    public static final long NEVER = Long.MAX_VALUE;

    /** The furthest that a duplicate may lie below SND.UNA: half the largest window of RFC 7323. */
    private static final int OLDEST_DUPLICATE = 1 << 30;

    /** SEG.ACK. */
    public int ack;
    /** SND.NXT. */
    public int sndNxt;
    /** Bytes newly acknowledged by SEG.ACK. */
    public int ackedBytes;
    /** Bytes newly reported by SACK. */
    public int sackedBytes;
    /** Whether it carried no text, moved no window and acknowledged nothing new (RFC 5681 section 2). */
    public boolean duplicate;
    /** The text of a full segment. */
    public int segmentBytes;
    /** When it was read from the wire. */
    public long nowNanos;
    /** Whether the loop stood still before it was read, so that its time says nothing. */
    public boolean late;
    /** Whether it echoes a timestamp of ours. */
    public boolean hasEcho;
    /** TSecr. */
    public int echo;
    /** What was outstanding before it, in bytes. */
    public int flightBytes;
    /** And of that, what had not been reported by SACK. */
    public int unreportedBytes;
    /** What it delivered. */
    public final Acknowledged delivered = new Acknowledged();

    private boolean dsack;
    private int dsackLeft;
    private int dsackRight;

    /** No SACK block was seen yet. */
    public void noBlocks() {
        dsack = false;
    }

    /**
     * Looks at the first SACK block. It reports a duplicate (RFC 2883 section 4) if it lies below the acknowledgment or within
     * the second block.
     *
     * @return whether it does
     */
    public boolean firstBlock(int left, int right, boolean hasSecond, int secondLeft, int secondRight) {
        boolean below = leq(right, ack) && gt(left, ack - OLDEST_DUPLICATE);
        boolean within = hasSecond && geq(left, secondLeft) && leq(right, secondRight);
        dsack = lt(left, right) && (below || within);
        dsackLeft = left;
        dsackRight = right;
        return dsack;
    }

    /** {@return whether the peer reports that something came twice} */
    public boolean hasDsack() {
        return dsack;
    }

    /** {@return the first sequence number of what came twice} */
    public int dsackLeft() {
        return dsackLeft;
    }

    /** {@return the sequence number behind what came twice} */
    public int dsackRight() {
        return dsackRight;
    }

    /** {@return whether it was drawn by a segment that left before the one with this timestamp} */
    boolean echoesBefore(int timestamp) {
        return hasEcho && lt(echo, timestamp);
    }
}
