// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.net.SocketException;
import java.util.ArrayDeque;

import dev.tou.connection.SilenceWatch;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Shard;
import dev.tou.endpoint.TimerExpiry;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentText;
import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;
import dev.tou.telemetry.DropReason;
import dev.tou.timing.TcpTimer;
import dev.tou.window.SmallSegments;
import dev.tou.window.Train;
import dev.tou.window.UsableWindow;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/**
 * Fifth stage: how much may flow (RFC 9293 section 3.10.7.4, fifth to eighth; sections 3.8.4 and 3.8.6). Inbound, it takes the
 * peer's window, puts text in order and reaches the FIN. At the end of a burst it sends for every connection that the burst has
 * touched: what is lost, then new text, then the acknowledgment if nothing has carried it.
 */
final class WindowHandler extends ChannelDuplexHandler {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final long MAX_CORK_NANOS = 200 * NANOS_PER_MILLI;
    private static final long MAX_PROBE_NANOS = 60 * NANOS_PER_SECOND;

    private final Shard shard;
    private final Burst burst;
    private final Departure departure;
    private final RetransmissionHandler retransmission;
    private final StateMachineHandler stateMachine;
    private final ArrayDeque<TransmissionControlBlock> waitingForChannel = new ArrayDeque<>();
    private ChannelHandlerContext ctx;

    WindowHandler(
            Shard shard,
            Burst burst,
            Departure departure,
            RetransmissionHandler retransmission,
            StateMachineHandler stateMachine) {
        this.shard = shard;
        this.burst = burst;
        this.departure = departure;
        this.retransmission = retransmission;
        this.stateMachine = stateMachine;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    // --- text arrives ---

    @Override
    public void channelRead(ChannelHandlerContext context, Object msg) {
        if (!(msg instanceof Arrival arrival)) {
            context.fireChannelRead(msg);
            return;
        }
        TransmissionControlBlock tcb = arrival.connection();
        Segment seg = arrival.segment();
        tcb.snd.updateWindow(seg.seq(), seg.ack(), seg.windowBytes(tcb.negotiated.peerScale()));
        if (tcb.patience.windowProbes() > 0 && tcb.snd.usable() > 0) {
            tcb.patience.windowOpened();
        }
        if (seg.length() > 0) {
            text(tcb, seg);
        }
        arrival.release();
    }

    private void text(TransmissionControlBlock tcb, Segment seg) {
        if (!tcb.state().receives()
                || tcb.rcv.isBehindFin(seg.seq() + seg.text().bytes())) {
            // After the peer's FIN nothing can follow: "This should not occur ... Ignore the segment text."
            shard.drops().count(DropReason.TEXT_AFTER_CLOSE);
            tcb.acknowledgments.onUrgent();
            return;
        }
        if (tcb.isOrphan() && seg.text().bytes() > 0) {
            // Nobody will ever read it, and the peer should know (RFC 9293 section 3.6.1, before and in MUST-13).
            shard.drops().count(DropReason.TEXT_AFTER_CLOSE);
            stateMachine.abort(tcb);
            return;
        }
        if (seg.is(ControlBits.FIN)) {
            tcb.rcv.finAt(seg.seq() + seg.text().bytes());
        }
        tcb.observePeerSegment(seg.largestTextBytes());
        if (seg.seq() == tcb.rcv.nxt()) {
            inOrder(tcb, seg);
        } else {
            outOfOrder(tcb, seg);
        }
        if (tcb.rcv.reachFin()) {
            tcb.acknowledgments.onUrgent();
            tcb.transition(TcpEvent.FIN_RECEIVED);
        }
    }

    private static void inOrder(TransmissionControlBlock tcb, Segment seg) {
        SegmentText text = seg.text();
        int bytes = text.bytes();
        if (tcb.reassembly.isEmpty()) {
            for (int i = 0; i < text.pieces(); i++) {
                tcb.receiveBuffer.append(text.take(i));
            }
            tcb.rcv.advance(bytes);
        } else {
            // The segment may fill a gap, so its sender waits to hear (RFC 5681 section 4.2).
            tcb.acknowledgments.onUrgent();
            int from = tcb.rcv.nxt();
            fillGap(tcb, seg.seq(), text);
            bytes = tcb.rcv.nxt() - from;
        }
        text.forget();
        tcb.counters.bytesReceived += bytes;
        if (bytes > 0) {
            tcb.acknowledgments.onText(seg.wireSegments(), seg.is(ControlBits.PSH));
        }
    }

    // What a piece joins with may reach into the pieces behind it; the bytes that were held first stay.
    private static void fillGap(TransmissionControlBlock tcb, int seq, SegmentText text) {
        int pieceSeq = seq;
        for (int i = 0; i < text.pieces(); i++) {
            ByteBuf piece = text.take(i);
            int pieceEnd = pieceSeq + piece.readableBytes();
            piece.skipBytes(Math.min(tcb.rcv.nxt() - pieceSeq, piece.readableBytes()));
            tcb.rcv.advance(tcb.reassembly.deliver(tcb.rcv.nxt(), piece, tcb.receiveBuffer));
            pieceSeq = pieceEnd;
        }
    }

    private void outOfOrder(TransmissionControlBlock tcb, Segment seg) {
        SegmentText text = seg.text();
        tcb.counters.outOfOrder += seg.wireSegments();
        tcb.acknowledgments.onOutOfOrder(seg.wireSegments(), tcb.negotiated.sack());
        int seq = seg.seq();
        long refused = tcb.reassembly.refusals();
        for (int i = 0; i < text.pieces(); i++) {
            tcb.reassembly.insert(seq, text.piece(i), ctx.alloc());
            seq += text.piece(i).readableBytes();
        }
        if (tcb.reassembly.refusals() != refused) {
            shard.drops().count(DropReason.NO_MEMORY);
        }
    }

    // --- the burst ends ---

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        endOfBurst();
    }

    private void endOfBurst() {
        if (!burst.isActive()) {
            burst.begin(shard.resources().nowNanos());
        }
        try {
            // Applications first, so that acknowledgments ride on their replies.
            ctx.fireChannelReadComplete();
            for (TransmissionControlBlock tcb = burst.poll(); tcb != null; tcb = burst.poll()) {
                transmit(tcb);
                refill(tcb);
                tcb.settleMemory();
            }
        } finally {
            burst.end();
            ctx.flush();
        }
    }

    // What was unsent has left, so the channel, where more waits, is asked now: no acknowledgment may come that would
    // ask it. It touches the connection again.
    private static void refill(TransmissionControlBlock tcb) {
        if (tcb.options().unsentLowWaterBytes() > 0 && SendSpace.isWorthwhile(tcb)) {
            tcb.stream().onWritable();
        }
    }

    /** What an application wrote outside a burst goes at once. */
    void transmitNow(TransmissionControlBlock tcb) {
        transmit(tcb);
        tcb.settleMemory();
        ctx.flush();
    }

    private void transmit(TransmissionControlBlock tcb) {
        TcpState state = tcb.state();
        if (!state.isSynchronized()) {
            if (state == TcpState.SYN_RECEIVED && tcb.acknowledgments.isDueNow()) {
                // A challenge (RFC 5961): nothing else is acknowledged without our SYN.
                acknowledge(tcb);
            }
            return;
        }
        if (tcb.deservesWindowUpdate()) {
            tcb.acknowledgments.onUrgent();
        }
        if (tcb.acknowledgments.isDueLater() && tcb.options().quickAck()) {
            tcb.acknowledgments.onUrgent();
        }
        if (tcb.acknowledgments.isDueNow() && !tcb.reassembly.isEmpty()) {
            // What came out of order is reported on pure acknowledgments only.
            acknowledge(tcb);
        }
        if (state != TcpState.TIME_WAIT) {
            if (!retransmission.resendLost(tcb)) {
                waitForChannel(tcb);
            }
            sendText(tcb, tcb.options().smallSegments());
            sendFin(tcb);
        }
        if (tcb.acknowledgments.isDueNow()) {
            acknowledge(tcb);
        } else if (tcb.acknowledgments.isDueLater() && !tcb.isArmed(TcpTimer.DELAYED_ACK)) {
            int delayMillis = tcb.negotiated.ackDelayMillis(tcb.acknowledgments.isLonePush());
            tcb.arm(TcpTimer.DELAYED_ACK, now() + delayMillis * NANOS_PER_MILLI);
        }
        watchCork(tcb);
        watchClosedWindow(tcb);
    }

    private void sendText(TransmissionControlBlock tcb, SmallSegments small) {
        int full = tcb.sendBuffer.segmentTextBytes();
        boolean limited = false;
        if (tcb.unsentBytes() > 0 && tcb.hasIdled(now())) {
            tcb.congestion.onIdleRestart(now());
        }
        for (int unsent = tcb.unsentBytes(); unsent > 0; unsent = tcb.unsentBytes()) {
            if (!ctx.channel().isWritable()) {
                waitForChannel(tcb);
                break;
            }
            if (PathMtuProber.probe(ctx, tcb, departure, now())) {
                continue;
            }
            long room = tcb.congestionRoomBytes();
            limited = room < Math.min(unsent, full);
            int sendable = UsableWindow.sendableBytes(tcb.snd, unsent, room, full, small);
            if (sendable == 0) {
                break;
            }
            sendTrain(tcb, sendable);
        }
        tcb.congestionLimited(limited || tcb.congestionRoomBytes() < full);
    }

    private void sendTrain(TransmissionControlBlock tcb, int maxBytes) {
        Train train = tcb.sendBuffer.nextTrain(tcb.snd.nxt(), maxBytes, departure.train());
        boolean last = train.end() == tcb.sendBuffer.end();
        boolean fin = tcb.snd.finAt(train.end());
        int bits = (last ? ControlBits.PSH : 0) | (fin ? ControlBits.FIN : 0);
        tcb.snd.sent(train.totalTextBytes() + (fin ? 1 : 0));
        ctx.write(departure.text(tcb, Departure.Kind.NEW, bits), ctx.voidPromise());
    }

    // Our FIN, when no text was left that could have carried it.
    private void sendFin(TransmissionControlBlock tcb) {
        if (tcb.snd.finAt(tcb.snd.nxt()) && tcb.state().closedByUs()) {
            int seq = tcb.snd.nxt();
            tcb.snd.sent(1);
            ctx.write(departure.bare(tcb, Departure.Kind.NEW, seq, ControlBits.FIN), ctx.voidPromise());
        }
    }

    private void acknowledge(TransmissionControlBlock tcb) {
        int copies = 1 + tcb.acknowledgments.takeDuplicates();
        for (int i = 0; i < copies; i++) {
            tcb.counters.pureAcknowledgments++;
            ctx.write(departure.bare(tcb, Departure.Kind.ACKNOWLEDGMENT, tcb.snd.nxt(), 0), ctx.voidPromise());
        }
    }

    private long now() {
        return burst.isActive() ? burst.nowNanos() : shard.resources().nowNanos();
    }

    // --- the UDP channel is full ---

    private void waitForChannel(TransmissionControlBlock tcb) {
        if (!tcb.waitForChannel(true)) {
            waitingForChannel.add(tcb);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable() && !waitingForChannel.isEmpty()) {
            shard.loop().execute(this::resume);
        }
        context.fireChannelWritabilityChanged();
    }

    private void resume() {
        for (int i = waitingForChannel.size(); i > 0; i--) {
            TransmissionControlBlock tcb = waitingForChannel.poll();
            tcb.waitForChannel(false);
            burst.touch(tcb);
        }
        endOfBurst();
    }

    // --- timers ---

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == TimerExpiry.HANDLED) {
            endOfBurst();
        } else if (event instanceof TimerExpiry expiry) {
            TransmissionControlBlock tcb = expiry.connection();
            switch (expiry.timer()) {
                case DELAYED_ACK -> {
                    tcb.acknowledgments.onDelayExpired();
                    tcb.counters.delayedAcknowledgments++;
                }
                case CORK -> sendText(tcb, SmallSegments.LEAVE_AT_ONCE);
                case PERSIST -> probeClosedWindow(tcb, expiry.nowNanos());
                case KEEPALIVE -> probeSilence(tcb, expiry.nowNanos());
                default -> context.fireUserEventTriggered(event);
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    // Less than a segment waits for company, but not for ever.
    private void watchCork(TransmissionControlBlock tcb) {
        boolean corked = tcb.options().cork() && tcb.isLive() && tcb.unsentBytes() > 0;
        if (!corked) {
            tcb.disarm(TcpTimer.CORK);
        } else if (!tcb.isArmed(TcpTimer.CORK)) {
            tcb.arm(TcpTimer.CORK, now() + MAX_CORK_NANOS);
        }
    }

    // Text waits, nothing is on its way, and so no acknowledgment will ever tell that the window has opened.
    private void watchClosedWindow(TransmissionControlBlock tcb) {
        boolean stuck = tcb.isLive() && tcb.unsentBytes() > 0 && tcb.retransmissionQueue.isEmpty() && !isCorked(tcb);
        if (!stuck) {
            tcb.disarm(TcpTimer.PERSIST);
        } else if (!tcb.isArmed(TcpTimer.PERSIST)) {
            tcb.arm(TcpTimer.PERSIST, now() + probeDelayNanos(tcb));
        }
    }

    // The cork's own timer lets all of it go, unless the window takes only a part.
    private static boolean isCorked(TransmissionControlBlock tcb) {
        return tcb.isArmed(TcpTimer.CORK) && tcb.snd.usable() >= tcb.unsentBytes();
    }

    private static long probeDelayNanos(TransmissionControlBlock tcb) {
        return Math.min(MAX_PROBE_NANOS, tcb.rtt.rtoNanos() << Math.min(tcb.patience.windowProbes(), 16));
    }

    // RFC 9293 section 3.8.6.1. A window that is open, but smaller than a segment, is used after all (3.8.6.2.1).
    private void probeClosedWindow(TransmissionControlBlock tcb, long now) {
        int usable = Math.min(tcb.snd.usable(), tcb.unsentBytes());
        if (usable > 0) {
            sendTrain(tcb, Math.min(usable, tcb.sendBuffer.segmentTextBytes()));
            return;
        }
        tcb.patience.timedOut(now);
        if (SilenceWatch.isGivenUp(tcb, now)) {
            tcb.transition(TcpEvent.TIMEOUT);
            return;
        }
        tcb.patience.windowProbed();
        tcb.counters.windowProbes++;
        // A sequence number that is acknowledged already: not acceptable, so the peer must answer with where it is.
        ctx.write(departure.bare(tcb, Departure.Kind.ACKNOWLEDGMENT, tcb.snd.una() - 1, 0), ctx.voidPromise());
        tcb.arm(TcpTimer.PERSIST, tcb.patience.beforeUserTimeout(now + probeDelayNanos(tcb)));
    }

    // RFC 9293 section 3.8.4: "Keep-alive packets MUST only be sent when no sent data is outstanding, and no data or
    // acknowledgment packets have been received for the connection within an interval."
    private void probeSilence(TransmissionControlBlock tcb, long now) {
        if (!tcb.options().keepAlive() || !tcb.isLive()) {
            return;
        }
        long due = tcb.patience.keepAliveDueNanos();
        if (due - now > 0 || !tcb.retransmissionQueue.isEmpty()) {
            tcb.arm(TcpTimer.KEEPALIVE, Math.max(due, now + NANOS_PER_SECOND));
            return;
        }
        if (tcb.patience.keepAliveProbes() >= tcb.options().keepCount()) {
            tcb.fail(new SocketException("Connection timed out: " + tcb.patience.keepAliveProbes()
                    + " keep-alive probes unanswered by " + tcb.key()));
            stateMachine.abort(tcb);
            return;
        }
        tcb.patience.keptAlive();
        tcb.counters.keepAlives++;
        ctx.write(departure.bare(tcb, Departure.Kind.ACKNOWLEDGMENT, tcb.snd.nxt() - 1, 0), ctx.voidPromise());
        tcb.arm(TcpTimer.KEEPALIVE, now + tcb.options().keepIntervalSeconds() * NANOS_PER_SECOND);
    }
}
