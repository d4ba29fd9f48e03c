// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.net.ConnectException;

import dev.tou.connection.FailureReport;
import dev.tou.connection.HandshakeAnswer;
import dev.tou.connection.Opener;
import dev.tou.connection.SegmentArrives;
import dev.tou.connection.SilenceWatch;
import dev.tou.connection.SynSentArrives;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Shard;
import dev.tou.endpoint.TimerExpiry;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentEncoder;
import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;
import dev.tou.telemetry.AckKind;
import dev.tou.telemetry.DropReason;
import dev.tou.timing.TcpTimer;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

import static dev.tou.segment.SequenceNumber.lt;

/**
 * Third stage: the state machine (RFC 9293 section 3.10.7.3, and 3.10.7.4 first to fifth): is the segment acceptable, does it
 * reset the connection, does it complete the handshake. It also carries out OPEN, CLOSE and ABORT, and stamps what leaves with
 * acknowledgment, window and timestamps.
 */
final class StateMachineHandler extends ChannelDuplexHandler {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    /** What the retransmission timeout leaves beyond the delay that a peer of ours announces: 60 ms with its 25. */
    private static final long OWN_RTO_MARGIN_MILLIS = 35;

    private final Shard shard;
    private final Burst burst;
    private final Departure departure;
    private final Undeliverable undeliverable;
    private ChannelHandlerContext ctx;

    StateMachineHandler(Shard shard, Burst burst, Departure departure) {
        this.shard = shard;
        this.burst = burst;
        this.departure = departure;
        undeliverable = new Undeliverable(shard, burst);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    // --- segments arrive ---

    @Override
    public void channelRead(ChannelHandlerContext context, Object msg) {
        if (!(msg instanceof Arrival arrival)) {
            context.fireChannelRead(msg);
            return;
        }
        TransmissionControlBlock tcb = arrival.connection();
        burst.touch(tcb);
        boolean goesOn = switch (tcb.state()) {
            case CLOSED -> dropped(DropReason.NO_CONNECTION);
            case LISTEN -> inListen(tcb, arrival);
            case SYN_SENT -> inSynSent(tcb, arrival);
            default -> synchronizedState(tcb, arrival);
        };
        if (goesOn) {
            context.fireChannelRead(arrival);
        } else {
            arrival.release();
        }
    }

    private boolean dropped(DropReason reason) {
        shard.drops().count(reason);
        return false;
    }

    // A new connection, made for this SYN, or for a cookie that comes back, whose SYN was answered before. Or the SYN
    // never got here, because a handler before us has dropped it, and this is something else.
    private boolean inListen(TransmissionControlBlock tcb, Arrival arrival) {
        Segment syn = arrival.segment();
        if (tcb.handshake.isCookie()) {
            synReceived(tcb);
            return synchronizedState(tcb, arrival);
        }
        if (syn.is(ControlBits.RST) || !syn.is(ControlBits.SYN | ControlBits.ACK)) {
            return dropped(DropReason.NO_CONNECTION);
        }
        if (syn.is(ControlBits.ACK)) {
            replyReset(tcb, syn);
            return dropped(DropReason.UNACCEPTABLE_ACK);
        }
        tcb.rcv.synchronize(syn.seq());
        tcb.acceptOptions(syn.options(), arrival.nowNanos());
        tcb.snd.initialWindow(syn.window(), syn.seq(), tcb.snd.iss());
        tcb.snd.sent(1);
        synReceived(tcb);
        sendSynAck(tcb, arrival.nowNanos());
        return false;
    }

    private static void synReceived(TransmissionControlBlock tcb) {
        tcb.transition(TcpEvent.SYN_RECEIVED);
    }

    private boolean inSynSent(TransmissionControlBlock tcb, Arrival arrival) {
        Segment seg = arrival.segment();
        switch (SynSentArrives.check(tcb, seg)) {
            case DROP -> shard.drops().count(DropReason.UNACCEPTABLE_ACK);
            case REPLY_RESET -> {
                shard.drops().count(DropReason.UNACCEPTABLE_ACK);
                replyReset(tcb, seg);
            }
            case REFUSED -> reset(tcb, new ConnectException("Connection refused"));
            case SIMULTANEOUS_OPEN -> {
                takeSyn(tcb, arrival);
                tcb.handshake.bothOpen();
                synReceived(tcb);
                sendSynAck(tcb, arrival.nowNanos());
            }
            case ESTABLISH -> {
                takeSyn(tcb, arrival);
                tcb.snd.acknowledged(seg.ack());
                establish(tcb, TcpEvent.SYN_ACK_RECEIVED, seg, arrival.nowNanos());
                tcb.acknowledgments.onUrgent();
                // Text or a FIN on the SYN-ACK is legal: it goes on like any other.
                seg.trimFront(1);
                return seg.length() > 0;
            }
        }
        return false;
    }

    private static void takeSyn(TransmissionControlBlock tcb, Arrival arrival) {
        Segment syn = arrival.segment();
        tcb.rcv.synchronize(syn.seq());
        tcb.acceptOptions(syn.options(), arrival.nowNanos());
        tcb.snd.initialWindow(syn.window(), syn.seq(), syn.ack());
    }

    private boolean synchronizedState(TransmissionControlBlock tcb, Arrival arrival) {
        Segment seg = arrival.segment();
        long now = arrival.nowNanos();
        SegmentArrives.Verdict verdict = SegmentArrives.check(tcb, seg, now);
        if (verdict.reason() != null) {
            shard.drops().count(verdict.reason());
        }
        switch (verdict) {
            case PROCEED -> {
                tcb.patience.heard(now);
                return tcb.state() != TcpState.SYN_RECEIVED || completeHandshake(tcb, seg, now);
            }
            case ACKNOWLEDGE_OUT_OF_WINDOW, ACKNOWLEDGE_OLD_TIMESTAMP -> outOfWindow(tcb, seg, now);
            case CHALLENGE_RESET, CHALLENGE_SYN, CHALLENGE_ACK -> challengeIf(tcb.challenges.tryAcquire(now), tcb);
            case REPEAT_SYN_ACK -> answerAgain(tcb, now);
            case REPLY_RESET -> replyReset(tcb, seg);
            case RESET -> reset(tcb, FailureReport.reset(tcb, now));
            default -> {
                // Dropped in silence.
            }
        }
        return false;
    }

    private void outOfWindow(TransmissionControlBlock tcb, Segment seg, long now) {
        // What carries text is a retransmission whose acknowledgment was lost: it needs one, whatever the limit.
        if (seg.text().bytes() > 0 || seg.is(ControlBits.FIN)) {
            tcb.acknowledgments.onUrgent();
            if (lt(seg.seq(), tcb.rcv.nxt())) {
                tcb.observeDuplicate(seg.seq(), lt(seg.end(), tcb.rcv.nxt()) ? seg.end() : tcb.rcv.nxt());
            }
            tcb.report.acknowledgmentDue(AckKind.DUPLICATE);
        } else {
            boolean probe = tcb.rcv.wnd() == 0 && seg.seq() == tcb.rcv.nxt() - 1;
            challengeIf(probe ? tcb.challenges.tryAcquireForProbe(now) : tcb.challenges.tryAcquire(now), tcb);
        }
    }

    private static void challengeIf(boolean may, TransmissionControlBlock tcb) {
        if (may) {
            tcb.report.acknowledgmentDue(AckKind.CHALLENGE);
            tcb.acknowledgments.onUrgent();
        }
    }

    private boolean completeHandshake(TransmissionControlBlock tcb, Segment seg, long now) {
        tcb.handshake.addressProven();
        Opener listener = tcb.opener();
        if (listener != null && !listener.canComplete()) {
            shard.drops().count(DropReason.ACCEPT_QUEUE_FULL);
            if (listener.resetsOnOverflow()) {
                abort(tcb);
            }
            return false;
        }
        tcb.snd.acknowledged(seg.ack());
        tcb.snd.initialWindow(seg.windowBytes(tcb.negotiated.peerScale()), seg.seq(), seg.ack());
        establish(tcb, TcpEvent.SYN_ACKED, seg, now);
        return true;
    }

    private void establish(TransmissionControlBlock tcb, TcpEvent event, Segment seg, long now) {
        tcb.disarm(TcpTimer.HANDSHAKE);
        HandshakeAnswer.read(tcb, seg.options(), now);
        tcb.openWindows(Segments.PER_TRAIN, now);
        PathMtuProber.open(tcb, now);
        if (tcb.negotiated.ownPeer()) {
            tcb.rtt.floorNanos((OWN_RTO_MARGIN_MILLIS + tcb.negotiated.peerAckDelayMillis()) * NANOS_PER_MILLI);
            tcb.recovery.announced(
                    tcb.negotiated.peerAckDelayMillis() * NANOS_PER_MILLI,
                    tcb.negotiated.peerPushAckDelayMillis() * NANOS_PER_MILLI);
        }
        // What the application has changed since it called connect.
        tcb.optionsChanged(now);
        tcb.transition(event);
        if (tcb.snd.finQueued()) {
            // Closed by the application before the handshake was complete.
            closeNow(tcb);
        }
    }

    private void replyReset(TransmissionControlBlock tcb, Segment cause) {
        Replies.reset(departure.segment(), cause);
        departure.complete(tcb, null).leave(ctx, ctx.voidPromise());
    }

    static void reset(TransmissionControlBlock tcb, Exception cause) {
        tcb.fail(cause);
        reset(tcb);
    }

    /** The peer, or what stands for it, has ended a connection that has failed. */
    static void reset(TransmissionControlBlock tcb) {
        tcb.transition(TcpEvent.RESET);
    }

    // --- the application calls ---

    /** OPEN, active. */
    void open(TransmissionControlBlock tcb) {
        tcb.transition(TcpEvent.ACTIVE_OPEN);
        tcb.snd.sent(1);
        sendSyn(tcb, shard.resources().nowNanos());
    }

    /** CLOSE (RFC 9293 section 3.10.4): our FIN follows the last byte. */
    void close(TransmissionControlBlock tcb) {
        switch (tcb.state()) {
            case SYN_RECEIVED -> tcb.snd.queueFin(tcb.snd.nxt());
            case LISTEN, SYN_SENT, ESTABLISHED, CLOSE_WAIT -> closeNow(tcb);
            default -> {
                // Closed before.
            }
        }
    }

    private static void closeNow(TransmissionControlBlock tcb) {
        if (tcb.state().sends()) {
            tcb.snd.queueFin(tcb.sendBuffer.end());
        }
        tcb.transition(TcpEvent.CLOSE);
    }

    /** ABORT (RFC 9293 section 3.10.5): "send a reset segment: &lt;SEQ=SND.NXT&gt;&lt;CTL=RST&gt;". */
    void abort(TransmissionControlBlock tcb) {
        TcpState state = tcb.state();
        if (state == TcpState.CLOSED) {
            return;
        }
        // In CLOSING, LAST-ACK and TIME-WAIT the peer has said all it had to say: "delete the TCB" and nothing more.
        boolean tellsPeer = switch (state) {
            case SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT -> true;
            default -> false;
        };
        if (tellsPeer) {
            Segment reset = departure
                    .segment()
                    .header(
                            tcb.key().localTcpPort(),
                            tcb.key().remoteTcpPort(),
                            tcb.snd.nxt(),
                            tcb.rcv.nxt(),
                            ControlBits.RST | ControlBits.ACK,
                            0);
            stampTimestamps(tcb, reset);
            departure.complete(tcb, null).leave(ctx, ctx.voidPromise());
        }
        abandon(tcb);
    }

    /** ABORT, of which the peer is not told: nothing leaves any more. */
    static void abandon(TransmissionControlBlock tcb) {
        tcb.transition(TcpEvent.ABORT);
    }

    // --- timers ---

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof TimerExpiry expiry) {
            if (!burst.isActive()) {
                burst.begin(expiry.nowNanos());
            }
            burst.touch(expiry.connection());
            switch (expiry.timer()) {
                case HANDSHAKE -> handshakeOverdue(expiry.connection(), expiry.nowNanos());
                case FIN_WAIT_2 -> SilenceWatch.timeOut(expiry.connection(), null);
                case TIME_WAIT -> timeWaitOver(expiry.connection(), expiry.nowNanos());
                default -> context.fireUserEventTriggered(event);
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    private void timeWaitOver(TransmissionControlBlock tcb, long now) {
        if (shard.rearmUnlessTimeWaitOver(tcb, now)) {
            tcb.transition(TcpEvent.TIME_WAIT_EXPIRED);
        }
    }

    private void handshakeOverdue(TransmissionControlBlock tcb, long now) {
        if (tcb.state() == TcpState.LISTEN) {
            // The segment that it was made for has not come down to this stage.
            abandon(tcb);
            return;
        }
        boolean active = tcb.state() == TcpState.SYN_SENT;
        int retries = active ? tcb.options().synRetries() : tcb.options().synAckRetries();
        if (tcb.handshake.tries() > retries) {
            long seconds = (now - tcb.handshake.beganNanos()) / NANOS_PER_SECOND;
            SilenceWatch.timeOut(
                    tcb,
                    new ConnectException("Connection timed out: no answer to " + tcb.handshake.tries() + " SYNs in "
                            + seconds + " s"));
        } else if (active) {
            sendSyn(tcb, now);
        } else {
            sendSynAck(tcb, now);
        }
    }

    // --- segments leave ---

    private void sendSyn(TransmissionControlBlock tcb, long now) {
        Segment syn = departure
                .segment()
                .header(tcb.key().localTcpPort(), tcb.key().remoteTcpPort(), tcb.snd.iss(), 0, ControlBits.SYN, 0);
        tcb.negotiated.offer(syn.options(), tcb.timestamps.value(now));
        syn.window(synWindow(tcb));
        tcb.handshake.promise(syn.window());
        tcb.arm(TcpTimer.HANDSHAKE, now + tcb.handshake.synDelayNanos());
        tcb.handshake.tried(now);
        writeSyn(tcb, syn);
    }

    // The peer repeats its SYN. That neither hurries the clock of our SYN-ACK nor uses it up.
    private void answerAgain(TransmissionControlBlock tcb, long now) {
        tcb.handshake.answeredAgain();
        writeSyn(tcb, synAck(tcb, now));
    }

    private void sendSynAck(TransmissionControlBlock tcb, long now) {
        tcb.arm(TcpTimer.HANDSHAKE, now + tcb.handshake.synAckDelayNanos());
        tcb.handshake.tried(now);
        writeSyn(tcb, synAck(tcb, now));
    }

    private Segment synAck(TransmissionControlBlock tcb, long now) {
        int bits = ControlBits.SYN | ControlBits.ACK;
        Segment synAck = departure
                .segment()
                .header(tcb.key().localTcpPort(), tcb.key().remoteTcpPort(), tcb.snd.iss(), tcb.rcv.nxt(), bits, 0);
        tcb.negotiated.answer(synAck.options(), tcb.timestamps.value(now), tcb.timestamps.recent());
        synAck.window(synWindow(tcb));
        tcb.rcv.advertise(tcb.rcv.nxt() + synAck.window());
        tcb.acknowledgmentSent();
        return synAck;
    }

    // The window field of a SYN is not scaled (RFC 7323 section 2.2).
    private static int synWindow(TransmissionControlBlock tcb) {
        return Math.min(0xFFFF, tcb.advertisedWindow.capacityBytes());
    }

    private void writeSyn(TransmissionControlBlock tcb, Segment syn) {
        assert departure.segment() == syn;
        departure.complete(tcb, null).leave(ctx, ctx.voidPromise());
    }

    @Override
    public void write(ChannelHandlerContext context, Object msg, ChannelPromise promise) {
        if (msg instanceof Departure leaving && leaving.kind() != Departure.Kind.CONTROL) {
            stamp(leaving);
        }
        context.write(msg, promise);
    }

    private void stamp(Departure leaving) {
        TransmissionControlBlock tcb = leaving.connection();
        int bits = ControlBits.ACK | (leaving.hasTrain() ? 0 : leaving.lastBits());
        int ack = leaving.isPartial() ? leaving.partialAck() : tcb.rcv.nxt();
        tcb.receiving.advertise();
        Segment segment = leaving.segment();
        segment.header(
                tcb.key().localTcpPort(),
                tcb.key().remoteTcpPort(),
                leaving.seq(),
                ack,
                bits,
                tcb.advertisedWindow.field(tcb.rcv.edge() - ack));
        stampTimestamps(tcb, segment);
        if (leaving.kind() == Departure.Kind.ACKNOWLEDGMENT && tcb.negotiated.sack()) {
            int max = SegmentEncoder.maxSackBlocks(tcb.negotiated.timestamps());
            tcb.duplicates.report(segment.options());
            tcb.reassembly.report(segment.options(), max);
        }
        if (leaving.kind() != Departure.Kind.ACKNOWLEDGMENT && tcb.acknowledgments.isOwed()) {
            tcb.counters.piggybackedAcknowledgments++;
        }
        if (!leaving.isPartial()) {
            tcb.acknowledgmentSent();
        }
    }

    private void stampTimestamps(TransmissionControlBlock tcb, Segment segment) {
        if (tcb.negotiated.timestamps()) {
            segment.options().timestamps(tcb.timestamps.value(burst.stampNanos()), tcb.timestamps.recent());
        }
    }

    // --- errors of the UDP channel ---

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!undeliverable.hears(cause)) {
            context.fireExceptionCaught(cause);
        }
    }
}
