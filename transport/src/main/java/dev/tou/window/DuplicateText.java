// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import dev.tou.segment.SegmentOptions;

import static dev.tou.segment.SequenceNumber.geq;
import static dev.tou.segment.SequenceNumber.gt;
import static dev.tou.segment.SequenceNumber.leq;
import static dev.tou.segment.SequenceNumber.lt;

/**
 * Text that has come twice, for its sender to hear of (RFC 2883): it takes back what it did to its congestion window for a
 * segment that was not lost after all.
 *
 * <p>A range is reported once, as the first block of a selective acknowledgment, and an acknowledgment reports one range. A
 * burst may bring copies of several segments and is answered at its end, so up to {@value #MAX_RANGES} ranges wait, each worth
 * an acknowledgment; what touches a range that waits extends it, and what finds no place is not reported. So however often and
 * in whatever pieces a peer repeats itself, a segment costs {@value #MAX_RANGES} steps.
 *
 * <p>Nothing is allocated before the first duplicate.
 */
public final class DuplicateText {

    /** The most ranges that wait for the end of a burst. */
    public static final int MAX_RANGES = 4;

    private int[] edges;
    private int count;

    /**
     * A part of the sequence came that had come before.
     *
     * @param left its first sequence number
     * @param right the one behind its last; nothing happens if it is not behind {@code left}
     */
    public void note(int left, int right) {
        if (leq(right, left)) {
            return;
        }
        for (int i = 0; i < count; i++) {
            if (leq(left, edges[2 * i + 1]) && geq(right, edges[2 * i])) {
                edges[2 * i] = lt(left, edges[2 * i]) ? left : edges[2 * i];
                edges[2 * i + 1] = gt(right, edges[2 * i + 1]) ? right : edges[2 * i + 1];
                return;
            }
        }
        if (count < MAX_RANGES) {
            if (edges == null) {
                edges = new int[2 * MAX_RANGES];
            }
            edges[2 * count] = left;
            edges[2 * count + 1] = right;
            count++;
        }
    }

    /** {@return how many ranges wait, each for an acknowledgment of its own} */
    public int ranges() {
        return count;
    }

    /**
     * Puts the range that waits longest on an acknowledgment that has no block yet, and forgets it: "Each duplicate contiguous
     * sequence of data received is reported in at most one D-SACK block" (RFC 2883 section 4).
     */
    public void report(SegmentOptions acknowledgment) {
        if (count > 0) {
            acknowledgment.addSackBlock(edges[0], edges[1]);
            count--;
            System.arraycopy(edges, 2, edges, 0, 2 * count);
        }
    }
}
