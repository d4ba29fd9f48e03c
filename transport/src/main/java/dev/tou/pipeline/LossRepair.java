// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Shard;
import dev.tou.endpoint.TimerExpiry;
import dev.tou.retransmission.RetransmissionQueue;
import dev.tou.segment.ControlBits;
import dev.tou.segment.SequenceNumber;
import dev.tou.timing.TcpTimer;
import dev.tou.window.Train;
import io.netty.channel.ChannelHandlerContext;

/**
 * Sends again: what is lost, and the tail of a flight as a probe (RFC 8985 section 7.3). What is lost is known from
 * {@link dev.tou.retransmission.LossRecovery}; here is what may leave of it now, and in which pieces.
 */
final class LossRepair {

    private final Shard shard;
    private final Departure departure;
    private final DepartureBook book;
    private final ChannelHandlerContext ctx;

    /** @param ctx that of the stage which books what leaves */
    LossRepair(Shard shard, Departure departure, DepartureBook book, ChannelHandlerContext ctx) {
        this.shard = shard;
        this.departure = departure;
        this.book = book;
        this.ctx = ctx;
    }

    /**
     * Sends again what is lost, as far as the congestion window and the pacer allow; the oldest in any case that the socket takes.
     *
     * @return false if the UDP channel takes no more, so that the rest must wait for it
     */
    boolean resendLost(TransmissionControlBlock tcb) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        if (queue.lostBytes() > 0 && tcb.recovery.isLostWaiting()) {
            return true;
        }
        while (queue.seekLost()) {
            if (queue.lostEntry() == queue.first()) {
                splitFirst(tcb);
            }
            int entry = queue.lostEntry();
            if (queue.length(entry) > tcb.congestionRoomBytes() && entry != queue.first()) {
                return true;
            }
            if (!ctx.channel().isWritable()) {
                return false;
            }
            long now = shard.resources().nowNanos();
            boolean waits = entry == queue.first()
                    ? Pacing.holdBack(tcb, now)
                    : Pacing.allows(tcb, queue.length(entry), now) == 0;
            if (waits) {
                return true;
            }
            resend(tcb, entry, queue.seq(entry));
        }
        return true;
    }

    /**
     * To be asked when everything was sent that could be: Nagle's rule, a cork or the congestion window may hold back what the
     * peer would take.
     *
     * @return whether what is lost has waited for new text that did not leave, nor waits for the pacer or the channel
     */
    boolean waitsInVain(TransmissionControlBlock tcb) {
        return !tcb.isWaitingForChannel() && !tcb.isArmed(TcpTimer.PACING) && tcb.recovery.endsWaiting(tcb.snd.nxt());
    }

    /**
     * The tail is overdue: new text leaves if the peer takes it, whatever the congestion window, as an event to the next stage; or
     * the last segment again.
     */
    void probe(TimerExpiry expiry) {
        TransmissionControlBlock tcb = expiry.connection();
        RetransmissionQueue queue = tcb.retransmissionQueue;
        if (!tcb.recovery.mayProbe()) {
            return;
        }
        int last = queue.end() - 1;
        if (queue.isHeld(last) || tcb.refusals.isRefused() || !ctx.channel().isWritable()) {
            DepartureBook.armLossProbe(tcb, expiry.nowNanos()); // the path has not even been asked
            return;
        }
        boolean again = newTextBytes(tcb) == 0;
        int seq = again ? tailSeq(tcb) : tcb.snd.nxt();
        if (again) {
            resend(tcb, last, seq);
        } else {
            ctx.fireUserEventTriggered(expiry);
        }
        tcb.counters.lossProbes++;
        tcb.report.lossProbe(seq, tcb.snd.nxt() - seq);
        tcb.recovery.probed(seq, tcb.snd.nxt(), again, tcb.negotiated.timestamps(), book.stamp(tcb));
        tcb.disarm(TcpTimer.LOSS_PROBE);
        tcb.arm(TcpTimer.RETRANSMISSION, expiry.nowNanos() + tcb.rtt.rtoNanos());
    }

    /** {@return how much new text a probe may carry: one segment, if the peer's window takes it; 0 if there is none} */
    static int newTextBytes(TransmissionControlBlock tcb) {
        int wanted = Math.min(tcb.unsentBytes(), tcb.sendBuffer.segmentTextBytes());
        return wanted <= tcb.snd.usable() ? wanted : 0;
    }

    // Where the last segment begins, which may be less than the last entry if segments have become smaller since.
    private static int tailSeq(TransmissionControlBlock tcb) {
        splitFirst(tcb);
        int last = tcb.retransmissionQueue.end() - 1;
        int from = textEnd(tcb, last) - tcb.sendBuffer.segmentTextBytes();
        return SequenceNumber.lt(from, tcb.retransmissionQueue.seq(last)) ? tcb.retransmissionQueue.seq(last) : from;
    }

    // The oldest goes whatever the window, so it must not be more than a segment, as a probe of the path MTU was.
    private static void splitFirst(TransmissionControlBlock tcb) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        int first = queue.first();
        queue.splitFirst(textEnd(tcb, first) - queue.seq(first), tcb.sendBuffer.segmentTextBytes());
    }

    // A FIN lies behind the text of its entry.
    private static int textEnd(TransmissionControlBlock tcb, int entry) {
        int end = tcb.retransmissionQueue.seq(entry) + tcb.retransmissionQueue.length(entry);
        return tcb.snd.finAt(end - 1) ? end - 1 : end;
    }

    // An entry, from this sequence number on.
    private void resend(TransmissionControlBlock tcb, int entry, int seq) {
        int text = textEnd(tcb, entry) - seq;
        boolean fin = seq + text != tcb.retransmissionQueue.seq(entry) + tcb.retransmissionQueue.length(entry);
        Train train = tcb.sendBuffer.retransmission(seq, text, departure.train());
        tcb.counters.retransmissions++;
        tcb.counters.bytesRetransmitted += train.totalTextBytes();
        int bits = fin ? ControlBits.FIN : ControlBits.PSH;
        departure.text(tcb, Departure.Kind.RETRANSMISSION, bits).entry(entry);
        departure.leave(ctx, book.enter(departure));
    }
}
