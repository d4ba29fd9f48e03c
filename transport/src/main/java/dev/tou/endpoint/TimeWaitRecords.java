// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.Arrays;

import dev.tou.connection.AddressWords;

/**
 * The records of {@link TimeWaitTable} for one address family: numbers only, no object per record.
 *
 * <pre>
 *   pages    records without gaps, 32 to a page of ints                          56 bytes, 68 with an IPv6 address
 *   order    a list through the records, oldest first (the expiry index)         in the record
 *   buckets  a hash table by linear hashing, as many buckets as records:
 *            record n has the head of bucket n, and the next of its own bucket   in the record
 * </pre>
 *
 * <p>The records stay without gaps because the last one moves into the place of a removed one. So memory follows the number
 * of records, up and down, a page at a time; and so the number of a record is valid only until the next one is added or removed.
 *
 * <p>No step walks all records: with each record the hash table gets one more bucket, made from half of another, and loses one
 * again. What is copied now and then is the list of the pages.
 */
class TimeWaitRecords {

    /** No record. */
    static final int NONE = -1;

    // The fields of a record, in ints. The first belongs to the bucket of the same number, and stays where it is.
    private static final int HEAD = 0;
    private static final int HASH = 1;
    private static final int UDP_AND_LOCAL_PORT = 2;
    private static final int REMOTE_PORT_AND_FLAGS = 3;
    static final int RCV_NXT = 4;
    static final int SND_NXT = 5;
    static final int TS_RECENT = 6;
    static final int TS_OFFSET = 7;
    static final int LAST_ACK_MILLIS = 8;
    static final int DEADLINE_MILLIS = 9;
    private static final int PREVIOUS = 10;
    private static final int NEXT = 11;
    private static final int NEXT_OF_BUCKET = 12;
    private static final int ADDRESS = 13;

    private static final int PORT_SHIFT = 16;
    private static final int FLAGS_MASK = 0xffff;

    private static final int PAGE_SHIFT = 5;
    private static final int PAGE_RECORDS = 1 << PAGE_SHIFT;
    private static final int ARRAY_HEADER_BYTES = 16;
    private static final int[][] NO_PAGES = {};

    private final int addressInts;
    private final int stride;

    private int[][] pages = NO_PAGES;
    private int allocatedPages;

    /** Of records, and of buckets. */
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

    /** {@return the record that expires after this one, or NONE} */
    int newerThan(int record) {
        return get(record, NEXT);
    }

    // --- the name ---

    /** {@return the upper word of the address} */
    long hi(int record) {
        return addressInts == 1 ? 0 : words(record, ADDRESS + 2);
    }

    /** {@return the lower word of the address} */
    long lo(int record) {
        return addressInts == 1 ? AddressWords.ofIpv4(get(record, ADDRESS)) : words(record, ADDRESS);
    }

    private long words(int record, int field) {
        return (long) get(record, field + 1) << 32 | Integer.toUnsignedLong(get(record, field));
    }

    /** {@return the ports, packed} */
    long ports(int record) {
        return Integer.toUnsignedLong(get(record, UDP_AND_LOCAL_PORT)) << PORT_SHIFT
                | get(record, REMOTE_PORT_AND_FLAGS) >>> PORT_SHIFT;
    }

    // --- fields ---

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
        int record = get(bucketOf(hash), HEAD);
        while (record != NONE && !(get(record, HASH) == hash && matches(record, hi, lo, ports))) {
            record = get(record, NEXT_OF_BUCKET);
        }
        return record;
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
        int record = size++;
        ensurePage(record >>> PAGE_SHIFT);
        splitInto(record);
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
        enterIntoBucket(record, bucketOf(hash));
        linkAsNewest(record);
        return record;
    }

    /** Removes a record; the one with the highest number takes over its number. */
    void remove(int record) {
        unlink(record);
        replaceInBucket(record, get(record, NEXT_OF_BUCKET));
        int last = size - 1;
        if (record != last) {
            move(last, record);
        }
        mergeBucket(last);
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
        replaceInBucket(from, to);
        replaceInOrder(get(from, PREVIOUS), get(from, NEXT), to, to);
        System.arraycopy(
                pages[from >>> PAGE_SHIFT],
                offset(from, HASH),
                pages[to >>> PAGE_SHIFT],
                offset(to, HASH),
                stride - HASH);
    }

    // --- linear hashing ---

    // By as many bits of the hash as it takes to count the buckets, or one less where that bucket is not made yet.
    private int bucketOf(int hash) {
        int mask = (Integer.highestOneBit(size) << 1) - 1;
        int bucket = hash & mask;
        return bucket < size ? bucket : bucket & mask >> 1;
    }

    /** {@return the bucket that the last one was made from, and goes back to} */
    private static int originOf(int lastBucket) {
        return lastBucket - Integer.highestOneBit(lastBucket);
    }

    private void enterIntoBucket(int record, int bucket) {
        set(record, NEXT_OF_BUCKET, get(bucket, HEAD));
        set(bucket, HEAD, record);
    }

    /** Makes the last bucket, which counts already. */
    private void splitInto(int last) {
        set(last, HEAD, NONE);
        if (last == 0) {
            return;
        }
        int origin = originOf(last);
        int record = get(origin, HEAD);
        set(origin, HEAD, NONE);
        while (record != NONE) {
            int next = get(record, NEXT_OF_BUCKET);
            enterIntoBucket(record, bucketOf(get(record, HASH)));
            record = next;
        }
    }

    /** Gives what is in the last bucket back to where it came from. */
    private void mergeBucket(int last) {
        int record = last == 0 ? NONE : get(last, HEAD);
        while (record != NONE) {
            int next = get(record, NEXT_OF_BUCKET);
            enterIntoBucket(record, originOf(last));
            record = next;
        }
    }

    /** Whoever has a record for its next in the bucket has another one instead. */
    private void replaceInBucket(int record, int other) {
        int bucket = bucketOf(get(record, HASH));
        int at = get(bucket, HEAD);
        if (at == record) {
            set(bucket, HEAD, other);
            return;
        }
        int before = at;
        while ((at = get(before, NEXT_OF_BUCKET)) != record) {
            before = at;
        }
        set(before, NEXT_OF_BUCKET, other);
    }

    // --- memory ---

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

    /** Gives back what the records do not need any more: all of it, or all but one spare page. */
    private void release() {
        if (size == 0) {
            pages = NO_PAGES;
            allocatedPages = 0;
            return;
        }
        int neededPages = (size - 1 >>> PAGE_SHIFT) + 1;
        while (allocatedPages > neededPages + 1) {
            pages[--allocatedPages] = null;
        }
        if (pages.length > 2 * allocatedPages) {
            pages = Arrays.copyOf(pages, allocatedPages);
        }
    }

    /** {@return the memory in use, array headers included, with eight bytes for a reference} */
    long footprintBytes() {
        long pageBytes = ARRAY_HEADER_BYTES + (long) PAGE_RECORDS * stride * Integer.BYTES;
        return allocatedPages * pageBytes + ARRAY_HEADER_BYTES + (long) pages.length * Long.BYTES;
    }
}
