// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.TransmissionControlBlock;
import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;

/**
 * The promise of a train: when it completes, the train has left, or could not. Until then none of its segments is sent again,
 * and their clocks have not started.
 */
final class DepartureReceipt extends DefaultChannelPromise implements GenericFutureListener<Future<Void>> {

    private final RetransmissionHandler stage;
    private final TransmissionControlBlock tcb;
    private final int firstEntry;
    private final int entries;
    private final long bookedNanos;
    private final int bookedBefore;

    DepartureReceipt(
            Channel udp,
            RetransmissionHandler stage,
            TransmissionControlBlock tcb,
            int firstEntry,
            int entries,
            long bookedNanos) {
        super(udp);
        this.stage = stage;
        this.tcb = tcb;
        this.firstEntry = firstEntry;
        this.entries = entries;
        this.bookedNanos = bookedNanos;
        bookedBefore = stage.flushes();
        addListener(this);
    }

    @Override
    public void operationComplete(Future<Void> left) {
        // What leaves with the next flush keeps the time of its booking: the loop may have been preempted since, and a
        // round trip must not look shorter than it is.
        long leftNanos = stage.flushes() == bookedBefore ? bookedNanos : stage.nowNanos();
        stage.left(tcb, firstEntry, entries, leftNanos, left.cause());
    }
}
