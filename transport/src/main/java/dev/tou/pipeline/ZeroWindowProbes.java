// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.SilenceWatch;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.timing.TcpTimer;
import io.netty.channel.ChannelHandlerContext;

/**
 * Asks a peer whose window is closed whether it has opened, because the segment that said so may be lost (RFC 9293 section
 * 3.8.6.1). How long it asks is for {@link dev.tou.connection.Patience} to say.
 */
final class ZeroWindowProbes {

    private final Departure departure;

    ZeroWindowProbes(Departure departure) {
        this.departure = departure;
    }

    /** Text waits, nothing is on its way, and so no acknowledgment will ever tell that the window has opened. */
    void watch(TransmissionControlBlock tcb, long now) {
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
    void probe(ChannelHandlerContext ctx, TransmissionControlBlock tcb, long now) {
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
}
