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
 * <p>Every change is O(1), but for {@link #insert}, which serves the rare case that a loss is taken back.
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

    /** Puts an entry where its time belongs. */
    void insert(int entry, RetransmissionQueue times) {
        int at = newest;
        int left = size;
        while (left > 0 && times.sentNanos(at) - times.sentNanos(entry) > 0) {
            at = previous[at & mask()];
            left--;
        }
        if (left == size) {
            append(entry);
        } else if (left == 0) {
            link(entry, oldest);
            previous[entry & mask()] = entry;
            oldest = entry;
            size++;
        } else {
            link(entry, next[at & mask()]);
            link(at, entry);
            size++;
        }
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
