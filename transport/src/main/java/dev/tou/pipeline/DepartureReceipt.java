// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.TransmissionControlBlock;
import io.netty.channel.Channel;

/**
 * The promise of a train: when it completes, the train has left, or could not. Until then none of its segments is sent again,
 * and their clocks have not started.
 *
 * <p>Where the channel does not take it in one piece, each of its datagrams has this promise, and each has its own fate. Which of
 * them failed is told by the order in which they come to an end: the channel keeps the one in which they were written.
 *
 * <p>Used again for another train after that: the book keeps the spare ones.
 */
final class DepartureReceipt extends ReusablePromise {

    private final DepartureBook book;
    private TransmissionControlBlock tcb;
    private int firstEntry;
    private int entries;
    private int endSeq;
    private int segments;
    private int textBytes;
    private long bookedNanos;
    private int bookedBefore;

    /** Of datagrams of their own, those that could not leave: a bit each, {@link Segments#PER_TRAIN} at most. */
    private long failedParts;

    /** The next spare one; the book's. */
    DepartureReceipt nextSpare;

    DepartureReceipt(Channel udp, DepartureBook book) {
        super(udp);
        this.book = book;
    }

    DepartureReceipt of(
            TransmissionControlBlock connection,
            int firstOfTrain,
            int entriesOfTrain,
            int segmentsOfTrain,
            int largestText,
            long nowNanos) {
        tcb = connection;
        firstEntry = firstOfTrain;
        entries = entriesOfTrain;
        int last = firstOfTrain + entriesOfTrain - 1;
        endSeq = connection.retransmissionQueue.seq(last) + connection.retransmissionQueue.length(last);
        segments = segmentsOfTrain;
        textBytes = largestText;
        bookedNanos = nowNanos;
        bookedBefore = book.flushes();
        failedParts = 0;
        reopen();
        return this;
    }

    @Override
    void failed(int part) {
        failedParts |= 1L << part;
    }

    @Override
    void completed(Throwable cause) {
        // What leaves with the next flush keeps the time of its booking: the loop may have been preempted since, and a
        // round trip must not look shorter than it is.
        long leftNanos = book.flushes() == bookedBefore ? bookedNanos : book.nowNanos();
        TransmissionControlBlock connection = tcb;
        tcb = null;
        if (connection.retransmissionQueue.isReused(firstEntry + entries - 1, endSeq)) {
            // An earlier copy was acknowledged while this one waited: what has the numbers now is not meant.
            entries = 0;
        }
        if (cause == null || parts() == 1 || entries <= 1) {
            // In one piece; or what must be several by now and was one: where one is refused, the entry has not left.
            book.left(connection, firstEntry, entries, leftNanos, cause);
        } else {
            leftOneByOne(connection, leftNanos, cause);
        }
        book.spare(this);
        book.judge(connection, segments, textBytes, cause);
    }

    private void leftOneByOne(TransmissionControlBlock connection, long leftNanos, Throwable cause) {
        for (int from = 0; from < entries; ) {
            boolean failed = hasFailed(from);
            int to = from + 1;
            while (to < entries && hasFailed(to) == failed) {
                to++;
            }
            book.left(connection, firstEntry + from, to - from, leftNanos, failed ? cause : null);
            from = to;
        }
    }

    private boolean hasFailed(int part) {
        return (failedParts >>> part & 1) != 0;
    }
}
