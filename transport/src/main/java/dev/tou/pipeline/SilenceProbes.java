// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.FailureReport;
import dev.tou.connection.SilenceWatch;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Shard;
import dev.tou.timing.TcpTimer;
import io.netty.channel.ChannelHandlerContext;

/**
 * Segments that carry nothing and only ask for an answer: of a peer whose window is closed (RFC 9293 section 3.8.6.1), and of one
 * that has been silent for long (section 3.8.4). And one that only reminds a NAT. When they are due is for {@link dev.tou.connection.Patience} to say.
 */
final class SilenceProbes {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Shard shard;
    private final Departure departure;
    private final StateMachineHandler stateMachine;
    private boolean mappingRefreshed;
    private long mappingNanos;

    SilenceProbes(Shard shard, Departure departure, StateMachineHandler stateMachine) {
        this.shard = shard;
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
        if (tcb.patience.expectsProbeAnswer(now)) {
            tcb.patience.expired(now);
            if (SilenceWatch.giveUpIfOver(tcb, now)) {
                return;
            }
        }
        tcb.patience.windowProbed();
        tcb.counters.windowProbes++;
        tcb.report.windowProbe();
        // A sequence number that is acknowledged already: not acceptable, so the peer must answer with where it is.
        departure.bare(tcb, Departure.Kind.ACKNOWLEDGMENT, tcb.snd.una() - 1, 0).leave(ctx, ctx.voidPromise());
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
            tcb.fail(FailureReport.silent(tcb, now));
            stateMachine.abort(tcb);
            return;
        }
        tcb.patience.keptAlive();
        tcb.counters.keepAlives++;
        tcb.report.keepAlive();
        departure.bare(tcb, Departure.Kind.ACKNOWLEDGMENT, tcb.snd.nxt() - 1, 0).leave(ctx, ctx.voidPromise());
        tcb.arm(TcpTimer.KEEPALIVE, tcb.patience.nextKeepAliveNanos(now));
    }

    /**
     * Has something leave before a NAT on the path forgets the connection. An acknowledgment that says nothing new needs no answer.
     * Connections that share a UDP channel to their peer share its place in the NAT's tables, so one of them is enough.
     */
    void mapping(ChannelHandlerContext ctx, TransmissionControlBlock tcb, long now) {
        long interval = tcb.options().natKeepAliveSeconds() * NANOS_PER_SECOND;
        if (interval == 0 || !tcb.isLive()) {
            return;
        }
        long due = tcb.patience.mappingDueNanos();
        if (mappingRefreshed && shard.peer() != null) {
            due = Math.max(due, mappingNanos + interval);
        }
        if (due - now > 0) {
            tcb.arm(TcpTimer.NAT_KEEPALIVE, due);
            return;
        }
        mappingRefreshed = true;
        mappingNanos = now;
        tcb.counters.natKeepAlives++;
        departure.bare(tcb, Departure.Kind.ACKNOWLEDGMENT, tcb.snd.nxt(), 0).leave(ctx, ctx.voidPromise());
        tcb.arm(TcpTimer.NAT_KEEPALIVE, now + interval);
    }
}
