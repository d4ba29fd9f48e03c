// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import java.util.Arrays;

import dev.tou.segment.SegmentOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

import static dev.tou.segment.SequenceNumber.geq;
import static dev.tou.segment.SequenceNumber.leq;
import static dev.tou.segment.SequenceNumber.lt;

/**
 * Text that came out of order (RFC 9293 section 3.10.7.4, "seventh, process the segment text"), and what a selective
 * acknowledgment says about it (RFC 2018 section 4).
 *
 * <pre>
 *   rcv.nxt        run 0          run 1                       run 2
 *      |   gap   [======]  gap  [==========]       gap      [===]
 *                chunk chunk    chunk chunk chunk           chunk
 * </pre>
 *
 * <p><b>First byte wins.</b> Where segments overlap, the byte that arrived first is kept and later ones are not looked at.
 * A peer that sends different bytes for the same sequence number cannot change what is already held, nor what was already
 * delivered. {@link #deliver(int, ByteBuf, ReceiveBuffer)} keeps the promise for the segment that closes a gap.
 *
 * <p><b>Cost of a segment</b>, whatever the peer sends (CVE-2018-5390, "SegmentSmack"): O(log runs) steps to find its
 * place, searched from the tail because new text usually comes last; one step for each run that it joins, which can
 * happen to a run only once; one copy of the bytes that are new, and at most 256 more for each run joined; and one move
 * of at most {@code maxRuns} references in the array of runs. Nothing is ever rescanned.
 *
 * <p><b>Memory</b> is counted by true size and never exceeds its limit. A segment that would need more, or that would open
 * one gap too many, is refused as a whole: RFC 9293 lets a receiver drop it, and the sender repeats it. What closes the
 * first gap is never refused, because it is delivered without being stored.
 *
 * <p>Who owns what: the queue owns its chunks and holds no reference to a datagram. One event loop, no locks.
 *
 * <p>RFC 9293: SHLD-31.
 */
public final class ReassemblyQueue {

    /** The default of {@code maxRuns}: as many gaps as a lossy path makes in a window of megabytes. */
    public static final int DEFAULT_MAX_RUNS = 1024;

    private static final int INITIAL_RUNS = 4;

    /** The largest array that an empty queue keeps, so that a path that reorders a little all the time makes no garbage. */
    private static final int RETAINED_RUNS = 8;

    private static final Run[] NONE = {};

    private final RunPool pool = new RunPool();
    private final int maxRuns;
    private int memoryLimitBytes;

    /** In sequence, disjoint, and not touching each other. */
    private Run[] runs = NONE;

    private int count;
    private Run newest;
    private int heldBytes;
    private int memoryBytes;
    private long refusals;
    private long steps;
    private int overlapSeq;
    private int overlapBytes;

    /**
     * Makes an empty queue; it allocates nothing before the first insert.
     *
     * @param maxRuns the most runs, and so gaps, at a time; at least 1, default {@value #DEFAULT_MAX_RUNS}
     * @param memoryLimitBytes the most that {@link #memoryBytes()} may become
     */
    public ReassemblyQueue(int maxRuns, int memoryLimitBytes) {
        if (maxRuns < 1) {
            throw new IllegalArgumentException("maxRuns: " + maxRuns + " (expected: >= 1)");
        }
        this.maxRuns = maxRuns;
        memoryLimitBytes(memoryLimitBytes);
    }

    /** Changes the limit on {@link #memoryBytes()}, as the window grows or memory runs short; what is held stays. */
    public void memoryLimitBytes(int limitBytes) {
        if (limitBytes < 0) {
            throw new IllegalArgumentException("limitBytes: " + limitBytes + " (expected: >= 0)");
        }
        memoryLimitBytes = limitBytes;
    }

    /**
     * Holds the part of {@code text} that is not held yet.
     *
     * @param seq the sequence number of the first byte, behind rcv.nxt
     * @param text from its reader index to its writer index, already trimmed to the receive window; copied, neither
     *     consumed nor retained
     * @param allocator makes the chunks
     * @return how many bytes are newly held; 0 if all were held before or the segment was {@linkplain #refusals() refused}
     */
    public int insert(int seq, ByteBuf text, ByteBufAllocator allocator) {
        int bytes = text.readableBytes();
        overlapBytes = 0;
        if (bytes == 0) {
            return 0;
        }
        int end = seq + bytes;
        int from = firstReaching(seq);
        noteOverlap(from, seq, end);
        int to = from;
        while (to < count && leq(runs[to].start(), end)) {
            to++;
            steps++;
        }
        if (to - from == 1 && geq(seq, runs[from].start()) && leq(end, runs[from].end())) {
            touch(runs[from]);
            return 0;
        }
        long costBytes = cost(from, to, seq, end);
        long spareBytes = (long) memoryLimitBytes - memoryBytes - costBytes;
        if ((costBytes > 0 && spareBytes < 0) || (from == to && count == maxRuns)) {
            refusals++;
            return 0;
        }
        int growthBytes = (int) Math.max(0, Math.min(ChunkMemory.MAX_GROWTH_BYTES, spareBytes / (to - from + 1)));
        return from == to
                ? open(from, seq, text, growthBytes, allocator)
                : merge(from, to, seq, text, growthBytes, allocator);
    }

    /**
     * Delivers every byte that is contiguous with {@code rcvNxt}, and drops what lies before it.
     *
     * @return by how many bytes rcv.nxt advances
     */
    public int deliver(int rcvNxt, ReceiveBuffer into) {
        return deliver(rcvNxt, Unpooled.EMPTY_BUFFER, into);
    }

    /**
     * Delivers a text that begins at {@code rcvNxt} together with what it makes contiguous. Where both have a byte, the one
     * held here was first and wins. Nothing is copied and nothing can be refused.
     *
     * @param text ownership of one reference passes to this method; a slice of it may wait in {@code into} until the end of
     *     the burst
     * @return by how many bytes rcv.nxt advances, at least the length of {@code text}
     */
    public int deliver(int rcvNxt, ByteBuf text, ReceiveBuffer into) {
        int end = rcvNxt + text.readableBytes();
        noteOverlap(0, rcvNxt, end);
        int next = rcvNxt;
        int done = 0;
        while (done < count && leq(runs[done].start(), end)) {
            Run run = runs[done++];
            steps++;
            int gap = run.start() - next;
            if (gap > 0) {
                into.append(text.readRetainedSlice(gap));
                next = run.start();
            }
            int advance = run.end() - next;
            discount(run);
            if (advance > 0) {
                run.deliver(next, into, pool);
                text.skipBytes(Math.min(advance, text.readableBytes()));
                next += advance;
            } else {
                run.release(pool);
            }
            retire(run);
        }
        remove(0, done);
        next += text.readableBytes();
        into.append(text);
        return next - rcvNxt;
    }

    /** {@return the first sequence number of what was held already of the text that came last; see {@link #overlapBytes()}} */
    public int overlapSeq() {
        return overlapSeq;
    }

    /**
     * {@return how many bytes from {@link #overlapSeq()} on the text of the last {@code insert} or {@code deliver} shared with
     * what was held before it; if that were several ranges, the first of them, as RFC 2883 section 4 reports it}
     */
    public int overlapBytes() {
        return overlapBytes;
    }

    /**
     * Puts on an acknowledgment what is held (RFC 2018 section 4): first the run that holds the segment that came last, new or
     * not, then the others in the order in which they changed last. No run appears twice.
     *
     * <p>If the acknowledgment begins with a duplicate of something that is held, the run that holds it comes next: only so
     * does the peer recognize the duplicate (RFC 2883 section 4.1).
     *
     * @param acknowledgment without blocks, or with that of a duplicate
     * @param maxBlocks the most blocks that fit, the duplicate's included
     */
    public void report(SegmentOptions acknowledgment, int maxBlocks) {
        if (acknowledgment.sackBlocks() > 0) {
            int seq = acknowledgment.sackLeft(0);
            int holder = firstReaching(seq);
            if (holder < count && leq(runs[holder].start(), seq)) {
                touch(runs[holder]);
            }
        }
        for (Run run = newest; run != null && acknowledgment.sackBlocks() < maxBlocks; run = run.older) {
            acknowledgment.addSackBlock(run.start(), run.end());
        }
    }

    /**
     * Drops everything, as RFC 2018 section 8 permits when memory runs short, and at the end of a connection. The queue is
     * empty afterwards and may be used again.
     *
     * @return how many held bytes were dropped
     */
    public int release() {
        int dropped = heldBytes;
        for (int i = 0; i < count; i++) {
            Run run = runs[i];
            discount(run);
            run.release(pool);
            retire(run);
        }
        remove(0, count);
        return dropped;
    }

    /** {@return whether nothing is held} */
    public boolean isEmpty() {
        return count == 0;
    }

    /** {@return how many bytes of text are held} */
    public int heldBytes() {
        return heldBytes;
    }

    /** {@return the true size, in bytes: capacities of chunks, and a fixed overhead for each chunk and run} */
    public int memoryBytes() {
        return memoryBytes;
    }

    /** {@return how many runs are held, which is also the number of gaps} */
    public int runs() {
        return count;
    }

    /** {@return how many segments were refused for want of memory or of room for one more gap} */
    public long refusals() {
        return refusals;
    }

    /** {@return how many runs were looked at or joined so far; the bound on the cost of a segment is tested with it} */
    long steps() {
        return steps;
    }

    /** Finds the first run that ends at or behind {@code seq}: strides that double from the tail, then halves. */
    private int firstReaching(int seq) {
        int high = count;
        int low = count - 1;
        for (int stride = 1; low >= 0 && geq(runs[low].end(), seq); stride <<= 1) {
            high = low;
            low -= stride;
            steps++;
        }
        low = Math.max(low, -1) + 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (geq(runs[middle].end(), seq)) {
                high = middle;
            } else {
                low = middle + 1;
            }
            steps++;
        }
        return low;
    }

    /** {@return by how much the true size grows at most when the text is held, without room to spare in its chunks} */
    private long cost(int from, int to, int seq, int end) {
        if (from == to) {
            return Run.OVERHEAD_BYTES + Run.cost(end - seq);
        }
        long cost = 0;
        if (lt(seq, runs[from].start())) {
            cost += runs[from].costOfPrepending(runs[from].start() - seq);
        }
        for (int i = from; i < to; i++) {
            int gapEnd = i + 1 < to ? runs[i + 1].start() : end;
            cost += runs[i].costOfAppending(gapEnd - runs[i].end());
        }
        return cost;
    }

    private int open(int at, int seq, ByteBuf text, int growthBytes, ByteBufAllocator allocator) {
        Run run = pool.run(seq);
        int bytes = text.readableBytes();
        try {
            run.append(text, text.readerIndex(), bytes, growthBytes, allocator, pool);
        } finally {
            if (run.length() == 0) {
                pool.recycle(run);
            }
        }
        if (count == runs.length) {
            runs = Arrays.copyOf(runs, Math.min(maxRuns, Math.max(INITIAL_RUNS, count * 2)));
        }
        System.arraycopy(runs, at, runs, at + 1, count - at);
        runs[at] = run;
        count++;
        linkNewest(run);
        heldBytes += bytes;
        memoryBytes += run.memoryBytes();
        return bytes;
    }

    /** Fills the gaps before, between and behind the runs from {@code from} to {@code to}, and makes them one. */
    private int merge(int from, int to, int seq, ByteBuf text, int growthBytes, ByteBufAllocator allocator) {
        Run run = runs[from];
        int origin = text.readerIndex() - seq; // plus a sequence number: an index of text
        int heldBefore = heldBytes;
        int joined = from + 1;
        discount(run);
        try {
            if (lt(seq, run.start())) {
                int gap = run.start() - seq;
                run.prepend(text, text.readerIndex(), gap, growthBytes, allocator, pool);
            }
            for (; joined < to; joined++) {
                Run right = runs[joined];
                int gap = right.start() - run.end();
                run.append(text, origin + run.end(), gap, growthBytes, allocator, pool);
                discount(right);
                run.join(right, pool);
                retire(right);
            }
            int gap = seq + text.readableBytes() - run.end();
            if (gap > 0) {
                run.append(text, origin + run.end(), gap, growthBytes, allocator, pool);
            }
        } finally { // a failed allocation leaves fewer gaps filled, and nothing broken
            heldBytes += run.length();
            memoryBytes += run.memoryBytes();
            remove(from + 1, joined);
        }
        touch(run);
        return heldBytes - heldBefore;
    }

    // A text may lie behind the end of its first neighbour, and then overlaps the second.
    private void noteOverlap(int from, int seq, int end) {
        overlapBytes = 0;
        for (int i = from; i < count && i <= from + 1 && overlapBytes == 0 && lt(runs[i].start(), end); i++) {
            int left = lt(seq, runs[i].start()) ? runs[i].start() : seq;
            int right = lt(end, runs[i].end()) ? end : runs[i].end();
            overlapSeq = left;
            overlapBytes = Math.max(0, right - left);
        }
    }

    private void discount(Run run) {
        heldBytes -= run.length();
        memoryBytes -= run.memoryBytes();
    }

    private void retire(Run run) {
        unlink(run);
        pool.recycle(run);
    }

    private void remove(int from, int to) {
        if (from == to) {
            return;
        }
        System.arraycopy(runs, to, runs, from, count - to);
        int left = count - (to - from);
        Arrays.fill(runs, left, count, null);
        count = left;
        if (left == 0) {
            pool.trim();
            if (runs.length > RETAINED_RUNS) {
                runs = NONE;
            }
        }
    }

    private void touch(Run run) {
        if (run != newest) {
            unlink(run);
            linkNewest(run);
        }
    }

    private void linkNewest(Run run) {
        run.newer = null;
        run.older = newest;
        if (newest != null) {
            newest.newer = run;
        }
        newest = run;
    }

    private void unlink(Run run) {
        if (run.newer == null) {
            newest = run.older;
        } else {
            run.newer.older = run.older;
        }
        if (run.older != null) {
            run.older.newer = run.newer;
        }
    }
}
