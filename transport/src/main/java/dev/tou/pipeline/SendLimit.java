// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.telemetry.Limit;
import dev.tou.timing.TcpTimer;

/** Says what keeps a connection from sending more, once it has sent what it could. */
final class SendLimit {

    private SendLimit() {}

    /** {@return what limits now: the narrowest of what stands between the application's bytes and the wire} */
    static Limit of(TransmissionControlBlock tcb) {
        if (!tcb.isLive()) {
            return Limit.IDLE;
        }
        int unsent = tcb.unsentBytes();
        if (unsent == 0 && tcb.retransmissionQueue.lostBytes() == 0) {
            return withNothingToSend(tcb);
        }
        if (tcb.isWaitingForChannel() || tcb.refusals.isRefused()) {
            return Limit.UDP_CHANNEL;
        }
        if (tcb.isArmed(TcpTimer.PACING)) {
            return Limit.PACING;
        }
        int full = tcb.sendBuffer.segmentTextBytes();
        if (unsent == 0 || tcb.congestionRoomBytes() < Math.min(unsent, full)) {
            return Limit.CONGESTION_WINDOW;
        }
        if (tcb.snd.usable() < Math.min(unsent, full)) {
            return Limit.RECEIVE_WINDOW;
        }
        // A full segment that could leave and has not: its room is saved up for a probe of the path MTU.
        return unsent >= full ? Limit.CONGESTION_WINDOW : Limit.SMALL_SEGMENT;
    }

    private static Limit withNothingToSend(TransmissionControlBlock tcb) {
        if (tcb.retransmissionQueue.isEmpty()) {
            return Limit.IDLE;
        }
        return tcb.state().sends() && SendSpace.bytes(tcb) == 0 ? Limit.SEND_BUFFER : Limit.APPLICATION;
    }
}
