// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.TransmissionControlBlock;

/** How much an application may write: what the send buffer has room for, and how much unsent text it shall hold. */
final class SendSpace {

    private SendSpace() {}

    /** {@return how many bytes the send buffer takes now} */
    static int bytes(TransmissionControlBlock tcb) {
        return tcb.state().sends() ? Math.max(0, room(tcb, tcb.sendCapacity())) : 0;
    }

    /** {@return whether it takes so many that asking for them is worth the while: a few at a time make tiny segments} */
    static boolean isWorthwhile(TransmissionControlBlock tcb) {
        if (!tcb.state().sends()) {
            return false;
        }
        int capacity = tcb.sendCapacity();
        return room(tcb, capacity) >= Math.max(1, Math.min(capacity, mostUnsent(tcb)) / 4);
    }

    private static int room(TransmissionControlBlock tcb, int capacity) {
        return (int) Math.min(capacity - tcb.sendBuffer.bytes(), mostUnsent(tcb) - tcb.unsentBytes());
    }

    // Whole segments, at least one, so that the limit does not make small ones.
    private static long mostUnsent(TransmissionControlBlock tcb) {
        long lowWater = tcb.options().unsentLowWaterBytes();
        int segment = tcb.sendBuffer.segmentTextBytes();
        return lowWater == 0 ? Integer.MAX_VALUE : Math.max(segment, lowWater - lowWater % segment);
    }
}
