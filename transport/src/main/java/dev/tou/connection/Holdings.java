// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.retransmission.DeliveryRate;
import dev.tou.retransmission.RetransmissionQueue;
import dev.tou.window.ReassemblyQueue;
import dev.tou.window.ReceiveBuffer;
import dev.tou.window.SendBuffer;

/** What a connection holds in memory: charged to the account of its loop, given back when it is quiet, freed at the end. */
public final class Holdings {

    /** What the send buffer holds at least, if the application has not chosen, in bytes. */
    private static final int LEAST_SEND_BYTES = 64 * 1024;

    /** What it holds at most, in bytes. */
    private static final int MOST_SEND_BYTES = 1 << 28;

    /** What it holds at most when memory is exhausted, in bytes: a few segments, so that everybody gets on. */
    private static final int EXHAUSTED_SEND_BYTES = 16 * 1024;

    /** The neighbours on the list of those that hold text out of order. */
    Holdings older;

    Holdings newer;

    private final MemoryAccount account;
    private final SendBuffer sendBuffer;
    private final ReceiveBuffer receiveBuffer;
    private final ReassemblyQueue reassembly;
    private final RetransmissionQueue queue;
    private final DeliveryRate deliveryRate;
    private int chargedBytes;
    private boolean holdsOutOfOrder;

    Holdings(
            MemoryAccount account,
            SendBuffer sendBuffer,
            ReceiveBuffer receiveBuffer,
            ReassemblyQueue reassembly,
            RetransmissionQueue queue,
            DeliveryRate deliveryRate) {
        this.account = account;
        this.sendBuffer = sendBuffer;
        this.receiveBuffer = receiveBuffer;
        this.reassembly = reassembly;
        this.queue = queue;
        this.deliveryRate = deliveryRate;
    }

    /** {@return what the buffers hold now, in bytes, by their capacity} */
    public int bytes() {
        return sendBuffer.memoryBytes() + receiveBuffer.memoryBytes() + reassembly.memoryBytes();
    }

    /** Books what the buffers hold now. Nothing borrowed from a datagram may be left. */
    public void settle() {
        int held = bytes();
        int more = held - chargedBytes;
        chargedBytes = held;
        if (reassembly.isEmpty() == holdsOutOfOrder) {
            holdsOutOfOrder = !holdsOutOfOrder;
            if (holdsOutOfOrder) {
                account.outOfOrder().add(this);
            } else {
                account.outOfOrder().remove(this);
            }
        }
        account.charge(more);
    }

    /** {@return whether memory is exhausted, so that text out of order, which comes again, is not kept} */
    public boolean refuseOutOfOrder() {
        return account.refuses();
    }

    /**
     * {@return whether memory is exhausted, and text, in order too, would stay here, so that it is not taken: the application does
     * not read, or has not read what came in earlier bursts} Whoever reads what comes is never refused, because that is not held.
     *
     * @param wanted whether the application reads what comes
     */
    public boolean refuseText(boolean wanted) {
        return (!wanted || receiveBuffer.holdsLeftovers()) && account.refuses();
    }

    /** Gives up the text that is held out of order. {@return how many gaps there were} */
    int dropOutOfOrder() {
        int gaps = reassembly.runs();
        reassembly.release();
        settle();
        return gaps;
    }

    /**
     * {@return the capacity of the send buffer, in bytes} When memory is short it grows no more, and when it is exhausted it is a
     * few segments, whatever was chosen. What is in it stays.
     *
     * @param chosenBytes what the application has chosen, or 0
     * @param windowBytes the congestion window
     */
    int sendCapacityBytes(int chosenBytes, long windowBytes) {
        long usual =
                chosenBytes > 0 ? chosenBytes : Math.max(LEAST_SEND_BYTES, Math.min(2 * windowBytes, MOST_SEND_BYTES));
        if (account.isExhausted()) {
            return (int) Math.min(usual, EXHAUSTED_SEND_BYTES);
        }
        return (int) (chosenBytes == 0 && account.isShort() ? LEAST_SEND_BYTES : usual);
    }

    /** {@return whether the books of what was sent have grown beyond a usual flight} */
    public boolean areLarge() {
        return queue.holdsMuch() || sendBuffer.holdsMuch();
    }

    /** Nothing has been outstanding for a while: gives large books back. No effect if something is. */
    public void giveBack() {
        if (queue.isEmpty()) {
            queue.giveBack();
            deliveryRate.giveBack();
            sendBuffer.giveBack();
        }
    }

    /** Frees everything. */
    void release() {
        queue.clear();
        sendBuffer.release();
        reassembly.release();
        receiveBuffer.release();
        settle();
    }
}
