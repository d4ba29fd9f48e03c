// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Text that has arrived in order and waits for the application.
 *
 * <pre>
 *  append(slice of a datagram) -----------+        borrowed until the end of the burst
 *  appendOwned(chunk of the reassembly) --+--> ring of references --> readInto(the application's buffer)
 *                                              |
 *  compact() at the end of the burst: what is still borrowed moves into chunks of our own
 * </pre>
 *
 * <p>The application normally reads at the end of the burst that brought the text, so text is borrowed from its datagram
 * and copied once, into the application's buffer. What it leaves is copied by {@link #compact} into chunks of 1 KiB to
 * 64 KiB, because the buffer of a datagram never outlives its burst. The last chunk is filled up before another is made,
 * and a new one is at least an eighth of what already waits, so a million texts of one byte cost about a million bytes.
 *
 * <p>Who owns what: this buffer owns one reference of everything handed to it, until it was read, compacted or
 * {@linkplain #release() released}; indices of a handed buffer belong to it as well. Nothing here allocates per append:
 * the ring doubles as needed, and a large ring goes back to the {@link RingPool} once it is empty at the end of a burst.
 *
 * <p>How much may wait here is decided elsewhere, by the window that is advertised. One event loop, no locks.
 */
public final class ReceiveBuffer {

    /** The smallest chunk, and the step of its capacity, in bytes. */
    static final int CHUNK_UNIT_BYTES = 1024;

    /** The first size of the ring. */
    static final int INITIAL_SLOTS = 8;

    /** The largest ring that an empty buffer keeps. */
    static final int RETAINED_SLOTS = 32;

    private final RingPool pool;

    /** A power of two long, or null before first need. Empty slots are null, so that a read buffer is not kept alive. */
    private RingPool.Ring ring;

    /** The connection's own ring, set aside while a large one is in use; else null. */
    private RingPool.Ring own;

    private int head;
    private int count;

    /** The first entries, by number, that are known to be chunks of our own, so that a compaction need not look at them. */
    private int settled;

    private int readableBytes;
    private int memoryBytes;

    /** @param pool what the connections of one event loop share */
    public ReceiveBuffer(RingPool pool) {
        this.pool = pool;
    }

    /**
     * Adds text at the end, without copying it.
     *
     * @param text from its reader index to its writer index; ownership of one reference passes to this buffer
     */
    public void append(ByteBuf text) {
        if (!text.isReadable()) {
            text.release();
            return;
        }
        push(text, true);
    }

    /**
     * Adds a chunk that is the connection's own already, without copying it.
     *
     * <p>A chunk that is less than half used is packed by the next {@link #compact}, as borrowed text is: text that came in
     * small pieces out of order must not cost many times its length while it waits for the application.
     *
     * @param chunk a buffer that shares no memory with a datagram; ownership of one reference passes to this buffer
     */
    public void appendOwned(ByteBuf chunk) {
        if (!chunk.isReadable()) {
            chunk.release();
            return;
        }
        push(chunk, chunk.readableBytes() < chunk.capacity() >>> 1);
    }

    /**
     * Moves text to the application: copies it, and releases what was read to its end.
     *
     * @param destination written at its writer index; grown if needed, at most to its maximal capacity
     * @param maxBytes the most to move, not negative
     * @return how many bytes were moved; 0 when nothing waits
     */
    public int readInto(ByteBuf destination, int maxBytes) {
        int length = Math.min(Math.min(maxBytes, readableBytes), destination.maxWritableBytes());
        destination.ensureWritable(length);
        int left = length;
        while (left > 0) {
            ByteBuf first = ring.text[head];
            int part = Math.min(left, first.readableBytes());
            // Not destination.writeBytes(first): of the two, only this one never makes views of the buffers.
            first.readBytes(destination, part);
            left -= part;
            readableBytes -= part;
            if (ring.borrowed[head]) {
                memoryBytes -= part;
            }
            if (!first.isReadable()) {
                pop();
            }
        }
        return length;
    }

    /**
     * Ends a burst: copies what is still borrowed into chunks of our own, and lets go of the datagrams.
     *
     * <p>Costs nothing when the application has read everything, else one copy of what was borrowed in this burst.
     *
     * @param allocator makes the chunks
     */
    public void compact(ByteBufAllocator allocator) {
        if (count == 0) {
            giveUpLargeRing();
        } else if (settled < count) {
            pack(allocator);
        }
    }

    /** {@return how many bytes wait for the application} */
    public int readableBytes() {
        return readableBytes;
    }

    /** {@return whether text of earlier bursts waits, which {@link #compact} has copied because the application did not read it} */
    public boolean holdsLeftovers() {
        return settled > 0;
    }

    /** {@return the true size, in bytes: chunks by their capacity and an overhead, borrowed text by its length} */
    public int memoryBytes() {
        return memoryBytes;
    }

    /** Lets go of everything. The buffer is empty afterwards and may be used again. */
    public void release() {
        while (count > 0) {
            readableBytes -= ring.text[head].readableBytes();
            if (ring.borrowed[head]) {
                memoryBytes -= ring.text[head].readableBytes();
            }
            pop();
        }
        giveUpLargeRing();
        ring = null;
        head = 0;
    }

    /** {@return how many references the ring can hold at present; for tests} */
    int slots() {
        return ring == null ? 0 : ring.slots();
    }

    private void push(ByteBuf text, boolean borrow) {
        if (ring == null) {
            ring = new RingPool.Ring(INITIAL_SLOTS);
        } else if (count == ring.slots()) {
            grow();
        }
        if (!borrow && settled == count) {
            settled++;
        }
        set(count++, text, borrow);
        readableBytes += text.readableBytes();
        memoryBytes += borrow ? text.readableBytes() : ChunkMemory.trueSize(text);
    }

    private void pop() {
        ByteBuf first = ring.text[head];
        if (!ring.borrowed[head]) {
            memoryBytes -= ChunkMemory.trueSize(first);
        }
        ring.text[head] = null;
        head = (head + 1) & (ring.slots() - 1);
        count--;
        settled = Math.max(0, settled - 1);
        first.release();
    }

    /** Rewrites the entries behind the settled ones in place: there are never more chunks than there were texts. */
    private void pack(ByteBufAllocator allocator) {
        int unsettledBytes = borrowedBytes();
        int kept = settled;
        int next = settled;
        try {
            for (; next < count; next++) {
                ByteBuf text = ring.text[slot(next)];
                if (ring.borrowed[slot(next)]) {
                    unsettledBytes -= text.readableBytes();
                    memoryBytes -= fillLastChunk(kept, text);
                    if (text.isReadable()) {
                        ByteBuf chunk = copy(text, unsettledBytes, allocator);
                        set(kept++, chunk, false);
                    }
                    text.release();
                } else {
                    set(kept++, text, false);
                }
            }
        } finally {
            closeGap(kept, next); // a failed allocation leaves a shorter, still borrowed, tail
        }
        settled = count;
    }

    private int borrowedBytes() {
        int bytes = 0;
        for (int i = settled; i < count; i++) {
            if (ring.borrowed[slot(i)]) {
                bytes += ring.text[slot(i)].readableBytes();
            }
        }
        return bytes;
    }

    private int fillLastChunk(int kept, ByteBuf text) {
        if (kept == 0) {
            return 0;
        }
        ByteBuf last = ring.text[slot(kept - 1)];
        int part = Math.min(last.writableBytes(), text.readableBytes());
        text.readBytes(last, part);
        return part;
    }

    private ByteBuf copy(ByteBuf text, int followingBytes, ByteBufAllocator allocator) {
        int length = text.readableBytes();
        int wish = Math.max(length + followingBytes, readableBytes >>> 3);
        int capacity = ChunkMemory.capacity(length, wish, CHUNK_UNIT_BYTES);
        ByteBuf chunk = allocator.buffer(capacity, capacity);
        text.readBytes(chunk, length);
        memoryBytes += ChunkMemory.trueSize(chunk) - length;
        return chunk;
    }

    private void closeGap(int to, int from) {
        int end = count;
        if (to != from) {
            for (int i = from; i < end; i++) {
                set(to++, ring.text[slot(i)], ring.borrowed[slot(i)]);
            }
            for (int i = to; i < end; i++) {
                ring.text[slot(i)] = null;
            }
            count = to;
        }
    }

    private void grow() {
        int slots = ring.slots() * 2;
        RingPool.Ring larger = slots > RETAINED_SLOTS ? pool.take(slots) : new RingPool.Ring(slots);
        for (int i = 0; i < count; i++) {
            larger.text[i] = ring.text[slot(i)];
            larger.borrowed[i] = ring.borrowed[slot(i)];
            ring.text[slot(i)] = null;
        }
        if (ring.slots() > RETAINED_SLOTS) {
            pool.give(ring);
        } else if (larger.slots() > RETAINED_SLOTS) {
            own = ring;
        }
        ring = larger;
        head = 0;
    }

    private void giveUpLargeRing() {
        if (ring != null && ring.slots() > RETAINED_SLOTS) {
            pool.give(ring);
            ring = own;
            own = null;
            head = 0;
        }
    }

    private void set(int entry, ByteBuf text, boolean borrow) {
        ring.text[slot(entry)] = text;
        ring.borrowed[slot(entry)] = borrow;
    }

    private int slot(int entry) {
        return (head + entry) & (ring.slots() - 1);
    }
}
