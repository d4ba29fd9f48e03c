// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.TransmissionControlBlock;
import io.netty.channel.Channel;

/**
 * The promise of a train: when it completes, the train has left, or could not. Until then none of its segments is sent again,
 * and their clocks have not started.
 *
 * <p>Used again for another train after that: the book keeps the spare ones.
 */
final class DepartureReceipt extends ReusablePromise {

    private final DepartureBook book;
    private TransmissionControlBlock tcb;
    private int firstEntry;
    private int entries;
    private int segments;
    private int textBytes;
    private long bookedNanos;
    private int bookedBefore;

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
        segments = segmentsOfTrain;
        textBytes = largestText;
        bookedNanos = nowNanos;
        bookedBefore = book.flushes();
        reopen();
        return this;
    }

    @Override
    void completed(Throwable cause) {
        // What leaves with the next flush keeps the time of its booking: the loop may have been preempted since, and a
        // round trip must not look shorter than it is.
        long leftNanos = book.flushes() == bookedBefore ? bookedNanos : book.nowNanos();
        TransmissionControlBlock connection = tcb;
        tcb = null;
        book.spare(this);
        book.left(connection, firstEntry, entries, leftNanos, cause);
        book.judge(connection, segments, textBytes, cause);
    }
}
