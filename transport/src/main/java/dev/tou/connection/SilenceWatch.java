// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.net.SocketException;

import dev.tou.state.TcpEvent;
import dev.tou.timing.TcpTimer;

/** Watches for a peer that does not answer: what {@link Patience} knows, as timers and failures of the connection. */
public final class SilenceWatch {

    private SilenceWatch() {}

    /** {@return whether the peer has not answered for too long; then the connection has failed and is closed} */
    public static boolean isGivenUp(TransmissionControlBlock tcb, long nowNanos) {
        boolean givenUp = tcb.patience.isOver(nowNanos);
        if (givenUp) {
            timeOut(
                    tcb,
                    new SocketException(
                            "Connection timed out: " + tcb.patience.describe(nowNanos) + " from " + tcb.key()));
        }
        return givenUp;
    }

    /** The peer was silent for too long, or what it should have sent did not come: the connection is over. */
    public static void timeOut(TransmissionControlBlock tcb, Exception cause) {
        tcb.fail(cause);
        tcb.transition(TcpEvent.TIMEOUT);
    }

    /** Starts to watch an idle connection, or stops, as the application wants it. */
    public static void armKeepAlive(TransmissionControlBlock tcb, long nowNanos) {
        if (tcb.options().keepAlive()) {
            tcb.arm(TcpTimer.KEEPALIVE, Math.max(nowNanos, tcb.patience.keepAliveDueNanos()));
        } else {
            tcb.disarm(TcpTimer.KEEPALIVE);
        }
    }

    /**
     * Starts to watch the oldest unacknowledged segment, if the application limits how long it may wait, or stops. The limit
     * can be shorter than the retransmission timeout, so it has a timer of its own; an acknowledgment moves it.
     */
    public static void armUserTimeout(TransmissionControlBlock tcb) {
        if (tcb.options().userTimeoutMillis() == 0 || tcb.retransmissionQueue.isEmpty()) {
            tcb.disarm(TcpTimer.USER_TIMEOUT);
        } else {
            int oldest = tcb.retransmissionQueue.first();
            tcb.arm(TcpTimer.USER_TIMEOUT, tcb.patience.userTimeoutNanos(tcb.retransmissionQueue.sentNanos(oldest)));
        }
    }
}
