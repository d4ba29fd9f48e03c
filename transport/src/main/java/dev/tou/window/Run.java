// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * A contiguous piece of text that came out of order, held in a list of chunks.
 *
 * <p>Growing at either end fills the room in the outermost chunk first: a chunk that is put in front holds its text at its
 * end, so that the next text in front finds room. Joining two runs links their lists. Part of {@link ReassemblyQueue},
 * which orders runs by sequence and by age.
 */
final class Run {

    /** The smallest chunk, and the step of its capacity, in bytes: less than the smallest usual segment. */
    static final int CHUNK_UNIT_BYTES = 256;

    /** What a run costs besides its chunks, in bytes. */
    static final int OVERHEAD_BYTES = 64;

    /** The neighbours in the order of the last change; the queue keeps them. */
    Run newer;

    Run older;

    private int start;
    private int length;
    private int memoryBytes;
    private Chunk first;
    private Chunk last;

    /** One buffer of a run, and the next in sequence. Also the link in the list of spare ones. */
    static final class Chunk {
        ByteBuf text;
        Chunk next;
    }

    /** Begins a run without text at {@code seq}. */
    void open(int seq) {
        start = seq;
        length = 0;
        memoryBytes = OVERHEAD_BYTES;
    }

    /** {@return the sequence number of the first byte} */
    int start() {
        return start;
    }

    /** {@return the sequence number after the last byte} */
    int end() {
        return start + length;
    }

    int length() {
        return length;
    }

    /** {@return the true size, in bytes} */
    int memoryBytes() {
        return memoryBytes;
    }

    /** {@return what appending {@code bytes} adds to the true size, if a chunk made for it has no room to spare} */
    int costOfAppending(int bytes) {
        return cost(bytes - (last == null ? 0 : last.text.writableBytes()));
    }

    /** {@return what prepending {@code bytes} adds to the true size, if a chunk made for it has no room to spare} */
    int costOfPrepending(int bytes) {
        return cost(bytes - first.text.readerIndex());
    }

    /** {@return the cost of a chunk for {@code bytes}, nothing if there are none} */
    static int cost(int bytes) {
        return bytes <= 0 ? 0 : ChunkMemory.capacity(bytes, 0, CHUNK_UNIT_BYTES) + ChunkMemory.OVERHEAD_BYTES;
    }

    /**
     * Copies {@code bytes} from {@code index} of {@code source} to the end.
     *
     * @param growthBytes the most that a chunk may be made larger than needed
     */
    void append(ByteBuf source, int index, int bytes, int growthBytes, ByteBufAllocator allocator, RunPool pool) {
        int room = last == null ? 0 : Math.min(bytes, last.text.writableBytes());
        if (room > 0) {
            source.getBytes(index, last.text, room);
            length += room;
        }
        int rest = bytes - room;
        if (rest > 0) {
            Chunk chunk = newChunk(rest, growthBytes, allocator, pool);
            source.getBytes(index + room, chunk.text, rest);
            length += rest;
            link(chunk, chunk);
        }
    }

    /**
     * Copies {@code bytes} from {@code index} of {@code source} in front of the first byte.
     *
     * @param growthBytes the most that a chunk may be made larger than needed
     */
    void prepend(ByteBuf source, int index, int bytes, int growthBytes, ByteBufAllocator allocator, RunPool pool) {
        int room = Math.min(bytes, first.text.readerIndex());
        int rest = bytes - room;
        Chunk chunk = rest > 0 ? newChunk(rest, growthBytes, allocator, pool) : null;
        if (room > 0) {
            writeBefore(first.text, source, index + rest, room);
        }
        if (chunk != null) {
            chunk.text.setIndex(chunk.text.capacity(), chunk.text.capacity());
            writeBefore(chunk.text, source, index, rest);
            chunk.next = first;
            first = chunk;
        }
        start -= bytes;
        length += bytes;
    }

    /**
     * Takes over the text of the run that begins where this one ends, and leaves that one empty.
     *
     * <p>Its chunks are linked, not copied, with one exception: a run of a single chunk and at most
     * {@value #CHUNK_UNIT_BYTES} bytes is copied if this run's last chunk has room, because otherwise each byte of a
     * trickle would keep the chunk that it came with. So joining costs a constant.
     */
    void join(Run right, RunPool pool) {
        ByteBuf only = right.first == right.last && right.length <= CHUNK_UNIT_BYTES ? right.first.text : null;
        if (only != null && only.readableBytes() <= last.text.writableBytes()) {
            only.getBytes(only.readerIndex(), last.text, only.readableBytes());
            length += right.length;
            right.release(pool);
        } else {
            link(right.first, right.last);
            length += right.length;
            memoryBytes += right.memoryBytes - OVERHEAD_BYTES;
            right.forget();
        }
    }

    /** Hands the chunks to {@code into}, without what comes before {@code seq}, and leaves the run empty. */
    void deliver(int seq, ReceiveBuffer into, RunPool pool) {
        int stale = Math.max(0, seq - start);
        Chunk chunk = first;
        forget();
        while (chunk != null) {
            Chunk next = chunk.next;
            ByteBuf text = pool.recycle(chunk);
            int skip = Math.min(stale, text.readableBytes());
            text.skipBytes(skip);
            stale -= skip;
            into.appendOwned(text);
            chunk = next;
        }
    }

    /** Releases all chunks, and leaves the run empty. */
    void release(RunPool pool) {
        Chunk chunk = first;
        forget();
        while (chunk != null) {
            Chunk next = chunk.next;
            pool.recycle(chunk).release();
            chunk = next;
        }
    }

    private void forget() {
        first = null;
        last = null;
        length = 0;
        memoryBytes = 0;
    }

    private Chunk newChunk(int bytes, int growthBytes, ByteBufAllocator allocator, RunPool pool) {
        int capacity = ChunkMemory.capacity(bytes, Math.min(length >>> 1, growthBytes), CHUNK_UNIT_BYTES);
        Chunk chunk = pool.chunk(allocator.buffer(capacity, capacity));
        memoryBytes += ChunkMemory.trueSize(chunk.text);
        return chunk;
    }

    private void link(Chunk from, Chunk to) {
        if (last == null) {
            first = from;
        } else {
            last.next = from;
        }
        last = to;
    }

    private static void writeBefore(ByteBuf chunk, ByteBuf source, int index, int bytes) {
        int at = chunk.readerIndex() - bytes;
        source.getBytes(index, chunk, at, bytes);
        chunk.readerIndex(at);
    }
}
