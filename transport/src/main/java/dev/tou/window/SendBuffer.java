// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import java.util.Arrays;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import static dev.tou.segment.SequenceNumber.leq;

/**
 * The bytes of the application from the moment they are written until they are acknowledged.
 *
 * <p>They are copied once, into <em>slabs</em>, as <em>slots</em>: room for a header, then at most one segment of text; the
 * next header room follows the last byte of text. So a run of full slots is ready to be sent as it lies, as one {@link Train}.
 * Slots are in sequence order and never move. A slot that was sent whole is frozen: it gets no more text, and its header is
 * rewritten for a retransmission only if nobody else holds the slab, because a datagram may still wait in a socket. All else,
 * a part of a slot or a slot whose slab is held, is copied (RFC 9293 says nothing of this; it is what keeps a segment that is
 * on its way as it was).
 *
 * <p>Owns its slabs. Used on the connection's event loop only. Nothing is allocated per segment, and an empty buffer holds no
 * memory but its index.
 */
public final class SendBuffer {

    private static final int MIN_SLAB_BYTES = 2048;

    /** What a lone write takes at most where segments are larger: less would make two segments of a few small writes. */
    static final int LONE_SLAB_BYTES = 16 * 1024;

    private static final int INITIAL_SLOTS = 8;

    /** The largest index that an empty buffer keeps, 20 KiB: who sends as much again in a moment need not allocate. */
    static final int RETAINED_SLOTS = 1024;

    private final ByteBufAllocator allocator;
    private final SlabPool slabs;
    private int headerBytes;
    private int slotTextBytes;
    private int mostTrainSegments;
    private int trainSegments;

    private int[] slotSeq = new int[INITIAL_SLOTS];
    private int[] slotText = new int[INITIAL_SLOTS];
    private int[] slotOffset = new int[INITIAL_SLOTS];
    private ByteBuf[] slotSlab = new ByteBuf[INITIAL_SLOTS];
    private int head;
    private int cursor;
    private int tail;

    private ByteBuf slab;
    private int lastSlabBytes;
    private int memoryBytes;
    private int una;
    private int end;
    private boolean lastSlotOpen;

    /**
     * An empty buffer; {@link #open} must come before the first byte.
     *
     * @param slabs what the connections of one event loop share
     */
    public SendBuffer(ByteBufAllocator allocator, SlabPool slabs) {
        this.allocator = allocator;
        this.slabs = slabs;
    }

    /**
     * Fixes the shape of segments once the handshake has settled it.
     *
     * @param firstSeq the sequence number of the first byte
     * @param headerBytes the header of each data segment, with options
     * @param textBytes the most text in a segment
     * @param trainSegments the most segments in a train
     */
    public void open(int firstSeq, int headerBytes, int textBytes, int trainSegments) {
        una = firstSeq;
        end = firstSeq;
        this.headerBytes = headerBytes;
        mostTrainSegments = trainSegments;
        segmentTextBytes(textBytes);
    }

    /**
     * The path carries segments of another size. New text is laid out for it. What lies in slots already stays as it is: if it
     * is smaller than a segment might be, copying it would cost more than its headers do; if it is larger, it leaves in pieces,
     * by the copying path.
     *
     * @param textBytes the most text in a segment
     */
    public void segmentTextBytes(int textBytes) {
        slotTextBytes = textBytes;
        trainSegments = segmentsPerTrain(textBytes);
        lastSlotOpen &= slotText[tail - 1 & mask()] < textBytes;
    }

    private int segmentsPerTrain(int textBytes) {
        return Math.max(1, Math.min(mostTrainSegments, Train.MAX_SEND_BYTES / (headerBytes + textBytes)));
    }

    /** {@return the most text in a segment, in bytes} */
    public int segmentTextBytes() {
        return slotTextBytes;
    }

    /** {@return the header of each data segment, in bytes} */
    public int headerBytes() {
        return headerBytes;
    }

    /** {@return the sequence number behind the last byte} */
    public int end() {
        return end;
    }

    /** {@return the bytes that are not acknowledged, sent or not} */
    public int bytes() {
        return end - una;
    }

    /** {@return what the bytes cost in memory} */
    public int memoryBytes() {
        return memoryBytes;
    }

    /** Copies {@code n} readable bytes of {@code source} behind the last byte, and skips them there. */
    public void append(ByteBuf source, int n) {
        while (n > 0) {
            if (!lastSlotOpen) {
                openSlot(n);
            }
            int last = tail - 1 & mask();
            int at = slab.writerIndex();
            int part = Math.min(n, Math.min(slotTextBytes - slotText[last], slab.capacity() - at));
            source.readBytes(slab, at, part);
            slab.writerIndex(at + part);
            slotText[last] += part;
            end += part;
            n -= part;
            lastSlotOpen = slotText[last] < slotTextBytes && slab.writerIndex() < slab.capacity();
        }
    }

    private void openSlot(int wanted) {
        int room = headerBytes + Math.min(wanted, slotTextBytes);
        if (slab == null || slab.capacity() - slab.writerIndex() < room) {
            openSlab(wanted);
        }
        if (tail - head == slotSeq.length) {
            grow();
        }
        int last = tail++ & mask();
        slab.writerIndex(slab.writerIndex() + headerBytes);
        slotSeq[last] = end;
        slotText[last] = 0;
        slotOffset[last] = slab.writerIndex();
        slotSlab[last] = slab;
        lastSlotOpen = true;
    }

    // A lone small write gets a small slab; whoever keeps bytes in flight gets ever larger ones, up to a train.
    private void openSlab(int wanted) {
        ByteBuf full = slab;
        int slot = headerBytes + slotTextBytes;
        int slots = (wanted + slotTextBytes - 1) / slotTextBytes;
        int needed = wanted < slotTextBytes ? headerBytes + wanted : Math.min(slots, trainSegments) * slot;
        int demand = Math.max(Math.max(needed, minSlabBytes(slot)), 2 * lastSlabBytes);
        int bytes = Math.min(demand, trainSegments * slot);
        slab = slabs.take(allocator, bytes);
        memoryBytes += bytes;
        lastSlabBytes = bytes;
        if (full != null && (head == tail || slotSlab[tail - 1 & mask()] != full)) {
            free(full);
        }
    }

    // Whole slots, so that small writes make full segments; unless that is much memory for a lone one.
    private static int minSlabBytes(int slot) {
        return slot <= MIN_SLAB_BYTES ? (MIN_SLAB_BYTES + slot - 1) / slot * slot : Math.min(slot, LONE_SLAB_BYTES);
    }

    /**
     * Gives out the next bytes to be sent for the first time.
     *
     * @param sndNxt the sequence number of the first of them
     * @param maxBytes how many may be sent, at least 1 and at most what there is
     * @param train filled in
     */
    public Train nextTrain(int sndNxt, int maxBytes, Train train) {
        while (leq(slotSeq[cursor & mask()] + slotText[cursor & mask()], sndNxt)) {
            cursor++;
        }
        int slot = cursor & mask();
        if (slotSeq[slot] != sndNxt || slotText[slot] > Math.min(maxBytes, slotTextBytes)) {
            int part = Math.min(maxBytes, slotSeq[slot] + slotText[slot] - sndNxt);
            return copy(sndNxt, Math.min(part, trainSegments * slotTextBytes), train);
        }
        ByteBuf at = slotSlab[slot];
        int text = slotText[slot];
        train.of(at, slotOffset[slot] - headerBytes, sndNxt, text);
        int most = text == slotTextBytes ? trainSegments : segmentsPerTrain(text);
        int left = maxBytes - text;
        int next = ++cursor;
        while (next != tail && train.segments() < most && train.lastTextBytes() == text) {
            int candidate = next & mask();
            boolean follows = slotSlab[candidate] == at
                    && slotOffset[candidate] == slotOffset[slot] + slotText[slot] + headerBytes
                    && slotText[candidate] <= Math.min(text, left);
            if (!follows) {
                break;
            }
            train.add(slotText[candidate]);
            left -= slotText[candidate];
            slot = candidate;
            cursor = ++next;
        }
        if (cursor == tail) {
            lastSlotOpen = false;
        }
        return train;
    }

    /**
     * Gives out bytes that were sent before, as one segment: where they lie if they are a whole slot whose slab nobody
     * else holds, otherwise as a copy. If they were sent when segments were larger than now, as several.
     *
     * @param seq the first byte
     * @param bytes how many, at most what was one segment's text then; 0 for a bare FIN
     */
    public Train retransmission(int seq, int bytes, Train train) {
        int slot = bytes == 0 || bytes > slotTextBytes ? -1 : slotOf(seq) & mask();
        boolean inPlace = slot >= 0 && slotSeq[slot] == seq && slotText[slot] == bytes && slotSlab[slot].refCnt() == 1;
        return inPlace ? train.of(slotSlab[slot], slotOffset[slot] - headerBytes, seq, bytes) : copy(seq, bytes, train);
    }

    /**
     * Gives out bytes as one segment that is larger than the others, to see whether the path carries it.
     *
     * @param seq the first byte
     * @param bytes how many; so many there must be
     */
    public Train probe(int seq, int bytes, Train train) {
        return copy(seq, bytes, bytes, train);
    }

    /** The slow path: segments in a buffer of their own, which the train owns. */
    public Train copy(int seq, int bytes, Train train) {
        return copy(seq, bytes, slotTextBytes, train);
    }

    private Train copy(int seq, int bytes, int segmentBytes, Train train) {
        int segments = Math.max(1, (bytes + segmentBytes - 1) / segmentBytes);
        ByteBuf copy = allocator.directBuffer(segments * headerBytes + bytes);
        int first = Math.min(bytes, segmentBytes);
        copySegment(seq, first, copy);
        train.of(copy, 0, seq, first).copied();
        for (int done = first; done < bytes; done += train.lastTextBytes()) {
            train.add(Math.min(bytes - done, segmentBytes));
            copySegment(seq + done, train.lastTextBytes(), copy);
        }
        return train;
    }

    private void copySegment(int seq, int bytes, ByteBuf copy) {
        copy.writerIndex(copy.writerIndex() + headerBytes);
        int left = bytes;
        int at = seq;
        for (int i = bytes > 0 ? slotOf(seq) : 0; left > 0; i++) {
            int slot = i & mask();
            int skip = at - slotSeq[slot];
            int part = Math.min(left, slotText[slot] - skip);
            slotSlab[slot].getBytes(slotOffset[slot] + skip, copy, part);
            at += part;
            left -= part;
        }
    }

    // The slot that holds the byte: binary search, because slots are in sequence order.
    private int slotOf(int seq) {
        int low = head;
        int high = tail - 1;
        while (low - high < 0) {
            int middle = low + (high - low + 1 >>> 1);
            if (leq(slotSeq[middle & mask()], seq)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Forgets what is acknowledged, and frees the slabs that hold nothing else. */
    public void acknowledge(int sndUna) {
        if (leq(sndUna, una)) {
            return;
        }
        una = leq(sndUna, end) ? sndUna : end;
        while (head != tail && leq(slotSeq[head & mask()] + slotText[head & mask()], una)) {
            ByteBuf of = slotSlab[head & mask()];
            slotSlab[head & mask()] = null;
            head++;
            if (of != slab && (head == tail || slotSlab[head & mask()] != of)) {
                free(of);
            }
        }
        if (head == tail) {
            becomeIdle();
        } else if (cursor - head < 0) {
            cursor = head;
        }
    }

    /** {@return whether the index is larger than a usual flight needs} */
    public boolean holdsMuch() {
        return slotSeq.length > RETAINED_SLOTS;
    }

    /** Gives a large index back, if all is acknowledged. Growing costs, so not before it has been so for a while. */
    public void giveBack() {
        if (head == tail && holdsMuch()) {
            slotSeq = new int[INITIAL_SLOTS];
            slotText = new int[INITIAL_SLOTS];
            slotOffset = new int[INITIAL_SLOTS];
            slotSlab = new ByteBuf[INITIAL_SLOTS];
        }
    }

    private void becomeIdle() {
        cursor = tail;
        lastSlotOpen = false;
        lastSlabBytes = 0;
        if (slab != null) {
            free(slab);
            slab = null;
        }
    }

    private void free(ByteBuf of) {
        memoryBytes -= of.capacity();
        slabs.give(of);
    }

    /** Frees everything. */
    public void release() {
        while (head != tail) {
            ByteBuf of = slotSlab[head & mask()];
            slotSlab[head & mask()] = null;
            head++;
            if (of != slab && (head == tail || slotSlab[head & mask()] != of)) {
                free(of);
            }
        }
        una = end;
        becomeIdle();
    }

    /** {@return how many slots the index can hold at present; for tests} */
    int slots() {
        return slotSeq.length;
    }

    private int mask() {
        return slotSeq.length - 1;
    }

    private void grow() {
        int length = slotSeq.length;
        int start = head & mask();
        slotSeq = rotated(slotSeq, start);
        slotText = rotated(slotText, start);
        slotOffset = rotated(slotOffset, start);
        ByteBuf[] slabs = Arrays.copyOfRange(slotSlab, start, start + 2 * length);
        System.arraycopy(slotSlab, 0, slabs, length - start, start);
        slotSlab = slabs;
        cursor -= head;
        tail -= head;
        head = 0;
    }

    private static int[] rotated(int[] ring, int start) {
        int[] grown = Arrays.copyOfRange(ring, start, start + 2 * ring.length);
        System.arraycopy(ring, 0, grown, ring.length - start, start);
        return grown;
    }
}
