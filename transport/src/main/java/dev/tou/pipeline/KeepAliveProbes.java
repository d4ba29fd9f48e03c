// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.FailureReport;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Shard;
import dev.tou.timing.TcpTimer;
import io.netty.channel.ChannelHandlerContext;

/**
 * Segments that carry nothing, and ask a peer that has been silent for long whether it is still there (RFC 9293 section 3.8.4), or
 * only remind a NAT of the connection. When they are due is for {@link dev.tou.connection.KeepAlive} to say.
 */
final class KeepAliveProbes {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Shard shard;
    private final Departure departure;
    private final StateMachineHandler stateMachine;
    private boolean mappingRefreshed;
    private long mappingNanos;

    KeepAliveProbes(Shard shard, Departure departure, StateMachineHandler stateMachine) {
        this.shard = shard;
        this.departure = departure;
        this.stateMachine = stateMachine;
    }

    /**
     * Asks whether an idle peer is still there, or gives up. RFC 9293 section 3.8.4: "Keep-alive packets MUST only be sent when no
     * sent data is outstanding, and no data or acknowledgment packets have been received for the connection within an interval."
     */
    void probe(ChannelHandlerContext ctx, TransmissionControlBlock tcb, long now) {
        if (!tcb.options().keepAlive() || !tcb.isLive()) {
            return;
        }
        long due = tcb.patience.keepAlive.dueNanos();
        if (due - now > 0 || !tcb.retransmissionQueue.isEmpty()) {
            tcb.arm(TcpTimer.KEEPALIVE, tcb.patience.keepAlive.checkNanos(now));
            return;
        }
        if (tcb.patience.keepAlive.isOver()) {
            tcb.fail(FailureReport.silent(tcb, now));
            stateMachine.abort(tcb);
            return;
        }
        tcb.patience.keepAlive.probed();
        tcb.counters.keepAlives++;
        tcb.report.keepAlive();
        departure.bare(tcb, Departure.Kind.ACKNOWLEDGMENT, tcb.snd.nxt() - 1, 0).leave(ctx, ctx.voidPromise());
        tcb.arm(TcpTimer.KEEPALIVE, tcb.patience.keepAlive.nextNanos(now));
    }

    /**
     * Has something leave before a NAT on the path forgets the connection. An acknowledgment that says nothing new needs no answer.
     * Connections that share a UDP channel to their peer share its place in the NAT's tables, so one of them is enough.
     */
    void refreshMapping(ChannelHandlerContext ctx, TransmissionControlBlock tcb, long now) {
        long interval = tcb.options().natKeepAliveSeconds() * NANOS_PER_SECOND;
        if (interval == 0 || !tcb.isLive()) {
            return;
        }
        long due = tcb.patience.keepAlive.mappingDueNanos();
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
