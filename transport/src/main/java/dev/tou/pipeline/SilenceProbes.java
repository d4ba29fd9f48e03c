// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.net.SocketException;

import dev.tou.connection.SilenceWatch;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.timing.TcpTimer;
import io.netty.channel.ChannelHandlerContext;

/**
 * Segments that carry nothing and only ask for an answer: of a peer whose window is closed (RFC 9293 section 3.8.6.1), and of one
 * that has been silent for long (section 3.8.4). When they are due is for {@link dev.tou.connection.Patience} to say.
 */
final class SilenceProbes {

    private final Departure departure;
    private final StateMachineHandler stateMachine;

    SilenceProbes(Departure departure, StateMachineHandler stateMachine) {
        this.departure = departure;
        this.stateMachine = stateMachine;
    }

    /** Text waits, nothing is on its way, and so no acknowledgment will ever tell that the window has opened. */
    void watchClosedWindow(TransmissionControlBlock tcb, long now) {
        boolean stuck = tcb.isLive() && tcb.unsentBytes() > 0 && tcb.retransmissionQueue.isEmpty() && !isHeldBack(tcb);
        if (!stuck) {
            tcb.disarm(TcpTimer.PERSIST);
        } else if (!tcb.isArmed(TcpTimer.PERSIST)) {
            tcb.arm(TcpTimer.PERSIST, now + tcb.patience.windowProbeDelayNanos(tcb.rtt.rtoNanos()));
        }
    }

    // The pacer's timer lets more go, the cork's own all of it, unless the window takes only a part.
    private static boolean isHeldBack(TransmissionControlBlock tcb) {
        return tcb.isArmed(TcpTimer.PACING) || tcb.isArmed(TcpTimer.CORK) && tcb.snd.usable() >= tcb.unsentBytes();
    }

    /** Asks whether a closed window has opened, or gives up. */
    void closedWindow(ChannelHandlerContext ctx, TransmissionControlBlock tcb, long now) {
        tcb.patience.timedOut(now);
        if (SilenceWatch.isGivenUp(tcb, now)) {
            return;
        }
        tcb.patience.windowProbed();
        tcb.counters.windowProbes++;
        tcb.report.windowProbe();
        // A sequence number that is acknowledged already: not acceptable, so the peer must answer with where it is.
        ctx.write(departure.bare(tcb, Departure.Kind.ACKNOWLEDGMENT, tcb.snd.una() - 1, 0), ctx.voidPromise());
        long delay = tcb.patience.windowProbeDelayNanos(tcb.rtt.rtoNanos());
        tcb.arm(TcpTimer.PERSIST, tcb.patience.beforeUserTimeout(now + delay));
    }

    /**
     * Asks whether an idle peer is still there, or gives up. RFC 9293 section 3.8.4: "Keep-alive packets MUST only be sent when no
     * sent data is outstanding, and no data or acknowledgment packets have been received for the connection within an interval."
     */
    void silence(ChannelHandlerContext ctx, TransmissionControlBlock tcb, long now) {
        if (!tcb.options().keepAlive() || !tcb.isLive()) {
            return;
        }
        long due = tcb.patience.keepAliveDueNanos();
        if (due - now > 0 || !tcb.retransmissionQueue.isEmpty()) {
            tcb.arm(TcpTimer.KEEPALIVE, tcb.patience.keepAliveCheckNanos(now));
            return;
        }
        if (tcb.patience.isKeepAliveOver()) {
            tcb.fail(new SocketException("Connection timed out: " + tcb.patience.keepAliveProbes()
                    + " keep-alive probes unanswered by " + tcb.key()));
            stateMachine.abort(tcb);
            return;
        }
        tcb.patience.keptAlive();
        tcb.counters.keepAlives++;
        tcb.report.keepAlive();
        ctx.write(departure.bare(tcb, Departure.Kind.ACKNOWLEDGMENT, tcb.snd.nxt() - 1, 0), ctx.voidPromise());
        tcb.arm(TcpTimer.KEEPALIVE, tcb.patience.nextKeepAliveNanos(now));
    }
}
