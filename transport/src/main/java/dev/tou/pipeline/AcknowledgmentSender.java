// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.telemetry.AckKind;
import dev.tou.timing.TcpTimer;
import dev.tou.timing.TimerWheel;
import io.netty.channel.ChannelHandlerContext;

import static dev.tou.segment.SequenceNumber.lt;

/**
 * What the window stage does about acknowledgments at the end of a burst. When they are due is for
 * {@link dev.tou.window.AcknowledgmentPolicy} to say; here they leave, or the timer is set for them, and each is counted for what
 * it is.
 *
 * <p>That something was acknowledged, by whatever segment, is noted where it is stamped: {@link StateMachineHandler} advances the
 * right edge of the window there and has the policy begin anew.
 */
final class AcknowledgmentSender {

    private static final long NANOS_PER_MILLI = 1_000_000L;

    private final Departure departure;

    AcknowledgmentSender(Departure departure) {
        this.departure = departure;
    }

    /** What waits has waited long enough. */
    void delayExpired(TransmissionControlBlock tcb) {
        tcb.acknowledgments.onDelayExpired();
        tcb.report.acknowledgmentDue(AckKind.DELAYED);
    }

    /** Sends, before any text, what text cannot say: blocks, and steps for a peer that counts acknowledgments. */
    void beforeText(ChannelHandlerContext ctx, TransmissionControlBlock tcb) {
        if (tcb.receiving.deservesUpdate()) {
            tcb.report.acknowledgmentDue(AckKind.WINDOW_UPDATE);
            tcb.acknowledgments.onUrgent();
        }
        if (tcb.acknowledgments.isDueLater() && tcb.options().quickAck()) {
            tcb.acknowledgments.onUrgent();
        }
        if (!tcb.acknowledgments.isDueNow()) {
            return;
        }
        if (tcb.hasBlocksToReport()) {
            // What came out of order, or twice, is reported on pure acknowledgments only.
            acknowledge(ctx, tcb);
        } else if (!tcb.negotiated.ownPeer()) {
            acknowledgeInSteps(ctx, tcb);
        }
    }

    /** Sends what is due and has not left on text, or sees to it that it does not wait for ever. */
    void afterText(ChannelHandlerContext ctx, TransmissionControlBlock tcb, long now) {
        if (tcb.acknowledgments.isDueNow()) {
            acknowledge(ctx, tcb);
        } else if (tcb.acknowledgments.isDueLater() && !tcb.isArmed(TcpTimer.DELAYED_ACK)) {
            tcb.arm(TcpTimer.DELAYED_ACK, now + delayNanos(tcb));
        }
    }

    // What a peer of ours was told includes the tick by which a timer may be late.
    private static long delayNanos(TransmissionControlBlock tcb) {
        long nanos = tcb.negotiated.ackDelayMillis(tcb.acknowledgments.isLonePush()) * NANOS_PER_MILLI;
        return tcb.negotiated.ownPeer()
                ? tcb.acknowledgments.delayNanos(
                        Math.max(0, nanos - TimerWheel.TICK_NANOS),
                        tcb.receiving.rounds().rttNanos())
                : nanos;
    }

    /** Acknowledges everything, and says more than once what only repetition can say. */
    void acknowledge(ChannelHandlerContext ctx, TransmissionControlBlock tcb) {
        int copies = Math.max(1 + tcb.acknowledgments.takeDuplicates(), tcb.duplicates.ranges());
        AckKind kind = tcb.report.dueKind();
        for (int i = 0; i < copies; i++) {
            // The one before has used it up.
            tcb.report.acknowledgmentDue(kind);
            tcb.report.acknowledges(tcb.rcv.nxt());
            departure.bare(tcb, Departure.Kind.ACKNOWLEDGMENT, tcb.snd.nxt(), 0).leave(ctx, ctx.voidPromise());
        }
    }

    // Equal ones would look like duplicates, so each acknowledges two segments more.
    private void acknowledgeInSteps(ChannelHandlerContext ctx, TransmissionControlBlock tcb) {
        int step = 2 * tcb.receiving.peerSegmentBytes();
        int steps = tcb.acknowledgments.stepsBefore();
        int ack = tcb.lastAckSent() + step;
        for (int i = 0; i < steps && lt(ack, tcb.rcv.nxt()); i++) {
            tcb.report.acknowledges(ack);
            departure.bare(tcb, Departure.Kind.ACKNOWLEDGMENT, tcb.snd.nxt(), 0).acknowledgesOnly(ack);
            departure.leave(ctx, ctx.voidPromise());
            ack += step;
        }
    }
}
