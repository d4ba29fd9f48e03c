// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import static dev.tou.segment.SequenceNumber.geq;
import static dev.tou.segment.SequenceNumber.lt;

/**
 * The ring of the {@link RetransmissionQueue}: one entry for each segment that was sent and is not acknowledged, in primitive
 * arrays that grow with the window. Large ones are given back when nothing has been outstanding for a second. An entry is named
 * by a running number, which decides its place.
 */
abstract class SentSegments {

    static final int HELD = 1;
    static final int SACKED = 2;
    static final int LOST = 4;

    /** In the order of repetitions. */
    static final int LISTED = 8;

    /** Lost beyond doubt: its datagram never left, or it was too large for the path. */
    static final int CERTAIN = 16;

    static final int INITIAL_ENTRIES = 16;

    /** The largest ring that is kept when nothing is outstanding, 32 KiB: a flight of megabytes may not come again. */
    static final int RETAINED_ENTRIES = 1024;

    int[] seq = new int[INITIAL_ENTRIES];
    int[] length = new int[INITIAL_ENTRIES];
    long[] sentNanos = new long[INITIAL_ENTRIES];
    byte[] flags = new byte[INITIAL_ENTRIES];
    byte[] transmissions = new byte[INITIAL_ENTRIES];

    /** For a reported entry, a later one before which all are reported. */
    int[] skip = new int[INITIAL_ENTRIES];

    int head;
    int tail;
    long steps;

    SentSegments(int firstNumber) {
        head = firstNumber;
        tail = firstNumber;
    }

    /** {@return whether nothing is outstanding} */
    public final boolean isEmpty() {
        return head == tail;
    }

    /** {@return how many segments are outstanding} */
    public final int size() {
        return tail - head;
    }

    /** {@return the running number of the oldest entry} */
    public final int first() {
        return head;
    }

    /** {@return the running number behind the newest entry} */
    public final int end() {
        return tail;
    }

    /** {@return the sequence number of an entry} */
    public final int seq(int entry) {
        return seq[entry & mask()];
    }

    /** {@return the sequence space of an entry, FIN included} */
    public final int length(int entry) {
        return length[entry & mask()];
    }

    /** {@return when the entry left last, or was handed over if it is still held} */
    public final long sentNanos(int entry) {
        return sentNanos[entry & mask()];
    }

    /** {@return whether the entry's datagram has not left yet} */
    public final boolean isHeld(int entry) {
        return has(entry, HELD);
    }

    /** {@return whether the peer has reported the entry by SACK} */
    public final boolean isSacked(int entry) {
        return has(entry, SACKED);
    }

    /** {@return whether the entry is known to be lost and has not been sent again} */
    public final boolean isLost(int entry) {
        return has(entry, LOST);
    }

    /** {@return whether the entry was sent more than once} */
    public final boolean isRetransmitted(int entry) {
        return transmissions[entry & mask()] > 1;
    }

    /** {@return how often the entry was handed over, at most 127} */
    public final int transmissions(int entry) {
        return transmissions[entry & mask()];
    }

    final boolean has(int entry, int flag) {
        return (flags[entry & mask()] & flag) != 0;
    }

    /**
     * Makes several entries of the oldest, alike but for their place: of {@code bytes} each, the rest keeps its number. The oldest
     * only, because the numbers before it are free. There must be room.
     */
    final void divideFirst(int pieces, int bytes) {
        int from = head & mask();
        head -= pieces - 1;
        for (int i = 0; i < pieces - 1; i++) {
            int at = head + i & mask();
            seq[at] = seq[from] + i * bytes;
            length[at] = bytes;
            sentNanos[at] = sentNanos[from];
            flags[at] = flags[from];
            transmissions[at] = transmissions[from];
        }
        seq[from] += (pieces - 1) * bytes;
        length[from] -= (pieces - 1) * bytes;
    }

    /**
     * {@return whether a number that was given to an entry is another's by now} Where that one was acknowledged and the next had to be
     * divided, its number was free.
     *
     * @param end the sequence number behind the entry that had the number, which never changes
     */
    public final boolean isReused(int entry, int end) {
        return geq(entry, head) && lt(entry, tail) && seq(entry) + length(entry) != end;
    }

    /** {@return the first entry at or behind a sequence number} */
    final int firstAtOrAfter(int from) {
        int low = head;
        int high = tail;
        while (low != high) {
            steps++;
            int middle = low + (high - low >>> 1);
            if (lt(seq(middle), from)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** {@return the first entry from this one on that is not reported} Shortens the way for those who come after. */
    final int unreported(int entry) {
        int found = entry;
        while (lt(found, tail) && isSacked(found)) {
            steps++;
            found = skip[found & mask()];
        }
        for (int at = entry; lt(at, found); ) {
            int next = skip[at & mask()];
            skip[at & mask()] = found;
            at = next;
        }
        return found;
    }

    /** {@return how many entries SACK blocks and the search for losses have made this queue look at; for tests} */
    final long steps() {
        return steps;
    }

    final int capacity() {
        return seq.length;
    }

    final int mask() {
        return seq.length - 1;
    }

    /** Gives a large ring back; only if nothing is outstanding. {@return whether it did} */
    final boolean shrink() {
        assert isEmpty();
        if (seq.length <= RETAINED_ENTRIES) {
            return false;
        }
        seq = new int[INITIAL_ENTRIES];
        length = new int[INITIAL_ENTRIES];
        sentNanos = new long[INITIAL_ENTRIES];
        flags = new byte[INITIAL_ENTRIES];
        transmissions = new byte[INITIAL_ENTRIES];
        skip = new int[INITIAL_ENTRIES];
        return true;
    }

    // The running number decides the place in the ring, so growing moves entries only to where a longer ring has them.
    final void grow() {
        int old = seq.length;
        int[] grownSeq = new int[2 * old];
        int[] grownLength = new int[2 * old];
        long[] grownSent = new long[2 * old];
        byte[] grownFlags = new byte[2 * old];
        byte[] grownTransmissions = new byte[2 * old];
        int[] grownSkip = new int[2 * old];
        for (int entry = head; entry != tail; entry++) {
            int from = entry & old - 1;
            int to = entry & 2 * old - 1;
            grownSeq[to] = seq[from];
            grownLength[to] = length[from];
            grownSent[to] = sentNanos[from];
            grownFlags[to] = flags[from];
            grownTransmissions[to] = transmissions[from];
            grownSkip[to] = skip[from];
        }
        seq = grownSeq;
        length = grownLength;
        sentNanos = grownSent;
        flags = grownFlags;
        transmissions = grownTransmissions;
        skip = grownSkip;
    }
}
