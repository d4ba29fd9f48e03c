// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.net.SocketException;

import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;
import dev.tou.telemetry.DeliveryProblem;
import dev.tou.timing.TcpTimer;

/** Watches for a peer that does not answer: what {@link Patience} knows, as timers and failures of the connection. */
public final class SilenceWatch {

    private SilenceWatch() {}

    /** Ends the connection if the peer has not answered for too long: it has failed, and is closed. {@return whether it did} */
    public static boolean giveUpIfOver(TransmissionControlBlock tcb, long nowNanos) {
        boolean givenUp = tcb.patience.isOver(nowNanos);
        if (givenUp) {
            timeOut(tcb, FailureReport.timedOut(tcb, nowNanos));
        } else {
            tcb.patience.repeats();
        }
        return givenUp;
    }

    /** The peer was silent for too long, or what it should have sent did not come: the connection is over. */
    public static void timeOut(TransmissionControlBlock tcb, Exception cause) {
        tcb.fail(cause);
        tcb.transition(TcpEvent.TIMEOUT);
    }

    /** {@return what the application has yet to be told of a peer that does not answer, or null; once} */
    public static DeliveryProblem takeProblem(TransmissionControlBlock tcb, long nowNanos) {
        Patience patience = tcb.patience;
        if (!patience.takeProblem() || !tcb.isLive()) {
            return null;
        }
        SocketException reason =
                patience.unreachable() == null ? null : patience.unreachable().exception();
        return new DeliveryProblem(tcb.id(), nowNanos - patience.unansweredSinceNanos(), patience.tries(), reason);
    }

    /**
     * The network says that something could not be delivered, which may have been of this connection (RFC 9293 section 3.9.2.2).
     * That ends a handshake. Once synchronized it is remembered while something is unanswered, to explain a later end; where
     * nobody has the peer's port, and two repetitions have found so, it is the end.
     *
     * @return why the connection is over, or null if it goes on
     */
    public static Exception undeliverable(TransmissionControlBlock tcb, Unreachable what, long nowNanos) {
        if (tcb.state() == TcpState.SYN_SENT) {
            return FailureReport.unreachable(what);
        }
        boolean waits = !tcb.retransmissionQueue.isEmpty()
                || tcb.patience.windowProbes() > 0
                || tcb.patience.keepAlive.probes() > 0;
        if (waits) {
            tcb.patience.undeliverable(what);
        }
        return tcb.patience.isDeserted() ? FailureReport.deserted(tcb, nowNanos) : null;
    }

    /** Starts to refresh the connection's place in the tables of a NAT, or stops, as the application wants it. */
    public static void armNatKeepAlive(TransmissionControlBlock tcb, long nowNanos) {
        if (tcb.options().natKeepAliveSeconds() > 0) {
            tcb.arm(TcpTimer.NAT_KEEPALIVE, Math.max(nowNanos, tcb.patience.keepAlive.mappingDueNanos()));
        } else {
            tcb.disarm(TcpTimer.NAT_KEEPALIVE);
        }
    }

    /** Starts to watch an idle connection, or stops, as the application wants it. */
    public static void armKeepAlive(TransmissionControlBlock tcb, long nowNanos) {
        if (tcb.options().keepAlive()) {
            tcb.arm(TcpTimer.KEEPALIVE, Math.max(nowNanos, tcb.patience.keepAlive.dueNanos()));
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
            tcb.arm(TcpTimer.USER_TIMEOUT, tcb.patience.userTimeoutNanos());
        }
    }
}
