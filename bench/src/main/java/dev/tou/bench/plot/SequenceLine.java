// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

/**
 * Sequence numbers of the wire, which wrap at 2^32, as positions that only count from the first one that was seen.
 *
 * <p>A number is taken for the position that is nearest to the highest so far, as RFC 9293 section 3.4 compares them.
 */
final class SequenceLine {

    private boolean begun;
    private int base;
    private long highest;

    /** {@return how far {@code seq} is from the first sequence number; negative before it} */
    long position(int seq) {
        if (!begun) {
            begun = true;
            base = seq;
        }
        int ahead = seq - (int) (base + highest);
        long position = highest + ahead;
        highest = Math.max(highest, position);
        return position;
    }

    /** {@return whether a number has been seen} */
    boolean hasBegun() {
        return begun;
    }

    /** {@return the first number, as it was on the wire} */
    int base() {
        return base;
    }
}
