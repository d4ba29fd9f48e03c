// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.retransmission.DeliveryRate;
import dev.tou.retransmission.RetransmissionQueue;
import dev.tou.window.ReassemblyQueue;
import dev.tou.window.ReceiveBuffer;
import dev.tou.window.SendBuffer;

/** What a connection holds in memory: charged to the account of its loop, given back when it is quiet, freed at the end. */
public final class Holdings {

    private final MemoryAccount account;
    private final SendBuffer sendBuffer;
    private final ReceiveBuffer receiveBuffer;
    private final ReassemblyQueue reassembly;
    private final RetransmissionQueue queue;
    private final DeliveryRate deliveryRate;
    private int chargedBytes;

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

    /** Books what the buffers hold now. Nothing borrowed from a datagram may be left. */
    public void settle() {
        int held = sendBuffer.memoryBytes() + receiveBuffer.memoryBytes() + reassembly.memoryBytes();
        account.charge(held - chargedBytes);
        chargedBytes = held;
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
