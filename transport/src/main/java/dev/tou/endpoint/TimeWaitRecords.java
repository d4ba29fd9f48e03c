// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.Arrays;

import dev.tou.connection.AddressWords;

/**
 * The records of {@link TimeWaitTable} for one address family: numbers only, no object per record.
 *
 * <pre>
 *   index    open-addressed hash table of record numbers, 30 to 75 % full          5 to 13 bytes a record
 *   pages    records without gaps, 32 to a page of ints                           48 bytes, 60 with an IPv6 address
 *   order    a list through the records, oldest first (the expiry index)          in the record
 * </pre>
 *
 * <p>The records stay without gaps because the last one moves into the place of a removed one. So memory follows the number
 * of records, up and down, a page at a time, and no growth copies records; and so the number of a record is valid only until
 * the next one is added or removed.
 */
final class TimeWaitRecords {

    /** No record. */
    static final int NONE = -1;

    // The fields of a record, in ints.
    private static final int HASH = 0;
    private static final int UDP_AND_LOCAL_PORT = 1;
    private static final int REMOTE_PORT_AND_FLAGS = 2;
    static final int RCV_NXT = 3;
    static final int SND_NXT = 4;
    static final int TS_RECENT = 5;
    static final int TS_OFFSET = 6;
    static final int LAST_ACK_MILLIS = 7;
    static final int DEADLINE_MILLIS = 8;
    private static final int PREVIOUS = 9;
    private static final int NEXT = 10;
    private static final int ADDRESS = 11;

    private static final int PORT_SHIFT = 16;
    private static final int FLAGS_MASK = 0xffff;

    private static final int PAGE_SHIFT = 5;
    private static final int PAGE_RECORDS = 1 << PAGE_SHIFT;
    private static final int MIN_INDEX = 16;
    private static final int ARRAY_HEADER_BYTES = 16;
    private static final int[][] NO_PAGES = {};
    private static final int[] NO_INDEX = {};

    private final int addressInts;
    private final int stride;

    private int[][] pages = NO_PAGES;
    private int allocatedPages;

    /** Number of the record plus one, or 0; a power of two, or nothing at all while there are no records. */
    private int[] index = NO_INDEX;

    private int size;
    private int oldest = NONE;
    private int newest = NONE;

    /** @param addressInts 1 for IPv4, 4 for IPv6 */
    TimeWaitRecords(int addressInts) {
        this.addressInts = addressInts;
        this.stride = ADDRESS + addressInts;
    }

    int size() {
        return size;
    }

    int oldest() {
        return oldest;
    }

    int get(int record, int field) {
        return pages[record >>> PAGE_SHIFT][offset(record, field)];
    }

    void set(int record, int field, int value) {
        pages[record >>> PAGE_SHIFT][offset(record, field)] = value;
    }

    private int offset(int record, int field) {
        return (record & PAGE_RECORDS - 1) * stride + field;
    }

    /** {@return the record's flags, 16 bits whose meaning is the table's} */
    int flags(int record) {
        return get(record, REMOTE_PORT_AND_FLAGS) & FLAGS_MASK;
    }

    void setFlags(int record, int flags) {
        set(record, REMOTE_PORT_AND_FLAGS, get(record, REMOTE_PORT_AND_FLAGS) & ~FLAGS_MASK | flags);
    }

    /** {@return the record for an address and three packed ports, or NONE} */
    int find(int hash, long hi, long lo, long ports) {
        if (size == 0) {
            return NONE;
        }
        int mask = index.length - 1;
        for (int place = hash & mask; index[place] != 0; place = place + 1 & mask) {
            int record = index[place] - 1;
            if (get(record, HASH) == hash && matches(record, hi, lo, ports)) {
                return record;
            }
        }
        return NONE;
    }

    private boolean matches(int record, long hi, long lo, long ports) {
        int[] page = pages[record >>> PAGE_SHIFT];
        int at = offset(record, 0);
        return page[at + UDP_AND_LOCAL_PORT] == (int) (ports >>> PORT_SHIFT)
                && page[at + REMOTE_PORT_AND_FLAGS] >>> PORT_SHIFT == (int) (ports & FLAGS_MASK)
                && page[at + ADDRESS] == (int) lo
                && (addressInts == 1
                        || page[at + ADDRESS + 1] == (int) (lo >>> 32)
                                && page[at + ADDRESS + 2] == (int) hi
                                && page[at + ADDRESS + 3] == (int) (hi >>> 32));
    }

    /** {@return a new record, the newest, without flags; the caller sets all other fields} */
    int add(int hash, long hi, long lo, long ports) {
        assert addressInts == 4 || AddressWords.isIpv4(hi, lo);
        if ((size + 1) * 4L > index.length * 3L) {
            rebuildIndex(Math.max(MIN_INDEX, index.length * 2));
        }
        int record = size++;
        ensurePage(record >>> PAGE_SHIFT);
        int[] page = pages[record >>> PAGE_SHIFT];
        int at = offset(record, 0);
        page[at + HASH] = hash;
        page[at + UDP_AND_LOCAL_PORT] = (int) (ports >>> PORT_SHIFT);
        page[at + REMOTE_PORT_AND_FLAGS] = (int) ports << PORT_SHIFT;
        page[at + ADDRESS] = (int) lo;
        if (addressInts > 1) {
            page[at + ADDRESS + 1] = (int) (lo >>> 32);
            page[at + ADDRESS + 2] = (int) hi;
            page[at + ADDRESS + 3] = (int) (hi >>> 32);
        }
        enterIntoIndex(record);
        linkAsNewest(record);
        return record;
    }

    /** Removes a record; the one with the highest number takes over its number. */
    void remove(int record) {
        unlink(record);
        removeFromIndex(placeOf(record));
        int last = size - 1;
        if (record != last) {
            move(last, record);
        }
        size = last;
        release();
    }

    /** Makes a record the newest, the last to expire. */
    void moveToEnd(int record) {
        unlink(record);
        linkAsNewest(record);
    }

    private void linkAsNewest(int record) {
        set(record, PREVIOUS, newest);
        set(record, NEXT, NONE);
        if (newest == NONE) {
            oldest = record;
        } else {
            set(newest, NEXT, record);
        }
        newest = record;
    }

    private void unlink(int record) {
        replaceInOrder(get(record, PREVIOUS), get(record, NEXT), get(record, NEXT), get(record, PREVIOUS));
    }

    /** Tells the neighbours in the order who comes after the one and before the other now. */
    private void replaceInOrder(int previous, int next, int afterPrevious, int beforeNext) {
        if (previous == NONE) {
            oldest = afterPrevious;
        } else {
            set(previous, NEXT, afterPrevious);
        }
        if (next == NONE) {
            newest = beforeNext;
        } else {
            set(next, PREVIOUS, beforeNext);
        }
    }

    private void move(int from, int to) {
        index[placeOf(from)] = to + 1;
        replaceInOrder(get(from, PREVIOUS), get(from, NEXT), to, to);
        System.arraycopy(pages[from >>> PAGE_SHIFT], offset(from, 0), pages[to >>> PAGE_SHIFT], offset(to, 0), stride);
    }

    private int placeOf(int record) {
        int mask = index.length - 1;
        int place = get(record, HASH) & mask;
        while (index[place] != record + 1) {
            place = place + 1 & mask;
        }
        return place;
    }

    private void enterIntoIndex(int record) {
        int mask = index.length - 1;
        int place = get(record, HASH) & mask;
        while (index[place] != 0) {
            place = place + 1 & mask;
        }
        index[place] = record + 1;
    }

    /** Empties a place and moves up the entries behind it that would not be found any more. */
    private void removeFromIndex(int place) {
        int mask = index.length - 1;
        int hole = place;
        for (int next = hole + 1 & mask; index[next] != 0; next = next + 1 & mask) {
            int probes = next - get(index[next] - 1, HASH) & mask;
            if (probes >= (next - hole & mask)) {
                index[hole] = index[next];
                hole = next;
            }
        }
        index[hole] = 0;
    }

    private void rebuildIndex(int length) {
        index = new int[length];
        for (int record = 0; record < size; record++) {
            enterIntoIndex(record);
        }
    }

    private void ensurePage(int page) {
        if (page < allocatedPages) {
            return;
        }
        if (page == pages.length) {
            pages = Arrays.copyOf(pages, page + (page >> 2) + 1);
        }
        pages[page] = new int[PAGE_RECORDS * stride];
        allocatedPages++;
    }

    /** Gives back what the records do not need any more: all of it, or all but one spare page and a quarter of the index. */
    private void release() {
        if (size == 0) {
            pages = NO_PAGES;
            allocatedPages = 0;
            index = NO_INDEX;
            return;
        }
        int neededPages = (size - 1 >>> PAGE_SHIFT) + 1;
        while (allocatedPages > neededPages + 1) {
            pages[--allocatedPages] = null;
        }
        if (pages.length > 2 * allocatedPages) {
            pages = Arrays.copyOf(pages, allocatedPages);
        }
        if (size * 10L < index.length * 3L && index.length > MIN_INDEX) {
            rebuildIndex(index.length / 2);
        }
    }

    /** {@return the memory in use, array headers included, with eight bytes for a reference} */
    long footprintBytes() {
        long pageBytes = ARRAY_HEADER_BYTES + (long) PAGE_RECORDS * stride * Integer.BYTES;
        return allocatedPages * pageBytes
                + ARRAY_HEADER_BYTES
                + (long) pages.length * Long.BYTES
                + ARRAY_HEADER_BYTES
                + (long) index.length * Integer.BYTES;
    }
}
