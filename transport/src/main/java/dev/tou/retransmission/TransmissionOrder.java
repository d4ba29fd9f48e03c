// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

/**
 * The segments that were sent more than once, in the order in which they left last: a doubly linked list through the places
 * of the {@link RetransmissionQueue}'s ring, of running numbers.
 *
 * <p>First transmissions need no list, because they leave in the order of the queue. With both, whoever asks what has been
 * overtaken (RFC 8985 section 6.2, step 5) looks at the oldest of either kind and goes on only while he finds something, and
 * a flight without loss pays nothing.
 *
 * <p>Every change is O(1). When losses, or reports, are taken back, what belongs in between is appended, and then all of it is
 * {@linkplain #sort sorted} once.
 */
final class TransmissionOrder {

    private int[] next;
    private int[] previous;
    private int oldest;
    private int newest;
    private int size;

    TransmissionOrder(int entries) {
        next = new int[entries];
        previous = new int[entries];
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** {@return the entry that left first, meaningful if there is one} */
    int oldest() {
        return oldest;
    }

    /** Puts an entry behind all others. */
    void append(int entry) {
        int at = entry & mask();
        if (size++ == 0) {
            oldest = entry;
            previous[at] = entry;
        } else {
            next[newest & mask()] = entry;
            previous[at] = newest;
        }
        next[at] = entry; // an end points to itself
        newest = entry;
    }

    /** Restores the order by time, in O(n log n) whatever it was: runs of twice the length are merged from two in each pass. */
    void sort(SentSegments times) {
        for (int run = 1; run < size; run *= 2) {
            mergeRuns(run, times);
        }
    }

    private void mergeRuns(int run, SentSegments times) {
        int from = oldest;
        int left = size;
        size = 0;
        while (left > 0) {
            int first = from;
            int firsts = Math.min(run, left);
            int second = behind(first, firsts);
            int seconds = Math.min(run, left - firsts);
            from = behind(second, seconds);
            left -= firsts + seconds;
            while (firsts + seconds > 0) {
                boolean earlier = times.sentNanos(first) - times.sentNanos(second) <= 0;
                if (seconds == 0 || firsts > 0 && earlier) {
                    int following = next[first & mask()];
                    append(first);
                    first = following;
                    firsts--;
                } else {
                    int following = next[second & mask()];
                    append(second);
                    second = following;
                    seconds--;
                }
            }
        }
    }

    private int behind(int entry, int count) {
        int found = entry;
        for (int i = 0; i < count; i++) {
            found = next[found & mask()];
        }
        return found;
    }

    private void link(int before, int after) {
        next[before & mask()] = after;
        previous[after & mask()] = before;
    }

    /** Takes an entry out. */
    void remove(int entry) {
        int before = previous[entry & mask()];
        int after = next[entry & mask()];
        if (--size == 0) {
            return;
        }
        if (entry == oldest) {
            oldest = after;
            previous[after & mask()] = after;
        } else if (entry == newest) {
            newest = before;
            next[before & mask()] = before;
        } else {
            link(before, after);
        }
    }

    void clear() {
        size = 0;
    }

    /** The ring, which is empty, has so many places from now on. */
    void shrink(int entries) {
        assert size == 0;
        next = new int[entries];
        previous = new int[entries];
    }

    /** The ring has grown to so many places. */
    void grow(int entries) {
        int[] grownNext = new int[entries];
        int[] grownPrevious = new int[entries];
        int entry = oldest;
        for (int i = 0; i < size; i++) {
            grownNext[entry & entries - 1] = next[entry & mask()];
            grownPrevious[entry & entries - 1] = previous[entry & mask()];
            entry = next[entry & mask()];
        }
        next = grownNext;
        previous = grownPrevious;
    }

    private int mask() {
        return next.length - 1;
    }
}
