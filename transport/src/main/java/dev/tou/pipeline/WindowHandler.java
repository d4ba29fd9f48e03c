// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.io.IOException;
import java.util.ArrayDeque;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Shard;
import dev.tou.endpoint.TimerExpiry;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.state.TcpState;
import dev.tou.telemetry.WindowChange;
import dev.tou.timing.TcpTimer;
import dev.tou.window.SmallSegments;
import dev.tou.window.Train;
import dev.tou.window.UsableWindow;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * Fifth stage: how much may flow (RFC 9293 section 3.10.7.4, fifth to eighth; sections 3.8.4 and 3.8.6). Inbound, it takes the
 * peer's window, puts text in order and reaches the FIN. At the end of a burst it sends for every connection that the burst has
 * touched: what is lost, then new text, then the acknowledgment if nothing has carried it.
 */
final class WindowHandler extends ChannelDuplexHandler {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(WindowHandler.class);

    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final long MAX_CORK_NANOS = 200 * NANOS_PER_MILLI;

    private final Shard shard;
    private final Burst burst;
    private final Departure departure;
    private final RetransmissionHandler retransmission;
    private final StateMachineHandler stateMachine;
    private final TextArrives text;
    private final ZeroWindowProbes zeroWindowProbes;
    private final KeepAliveProbes keepAliveProbes;
    private final AcknowledgmentSender acknowledgments;
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
        text = new TextArrives(shard, stateMachine);
        zeroWindowProbes = new ZeroWindowProbes(departure);
        keepAliveProbes = new KeepAliveProbes(shard, departure, stateMachine);
        acknowledgments = new AcknowledgmentSender(departure);
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
        tcb.report.sendWindow();
        if (tcb.patience.windowProbes() > 0 && tcb.snd.usable() > 0) {
            tcb.patience.windowOpened();
        }
        if (seg.length() > 0) {
            text.arrive(tcb, seg, arrival.nowNanos(), ctx.alloc());
        }
        arrival.release();
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
                try {
                    transmit(tcb);
                    refill(tcb);
                    tcb.holdings.settle();
                } catch (RuntimeException | Error failure) {
                    failed(tcb, failure);
                }
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
        try {
            transmit(tcb);
            tcb.holdings.settle();
        } catch (RuntimeException | Error failure) {
            failed(tcb, failure);
        }
        ctx.flush();
    }

    // A controller or an allocator of the application, or no memory: the end of one connection, not of its neighbours,
    // whose first text no timer watches yet.
    private void failed(TransmissionControlBlock tcb, Throwable failure) {
        if (failure instanceof AssertionError broken) {
            throw broken; // a fault of ours, which nobody is to live with where assertions are on
        }
        LOGGER.warn("{} cannot send and is reset", tcb, failure);
        tcb.fail(new IOException("Sending failed: " + failure, failure));
        stateMachine.abort(tcb);
        // The application may be in the middle of a write: it hears of this in a turn of its own.
        shard.loop().execute(() -> {
            burst.touch(tcb);
            endOfBurst();
        });
    }

    private void transmit(TransmissionControlBlock tcb) {
        TcpState state = tcb.state();
        if (!state.isSynchronized()) {
            if (state == TcpState.SYN_RECEIVED && tcb.acknowledgments.isDueNow()) {
                // A challenge (RFC 5961): nothing else is acknowledged without our SYN.
                acknowledgments.acknowledge(ctx, tcb);
            }
            return;
        }
        acknowledgments.beforeText(ctx, tcb);
        if (state != TcpState.TIME_WAIT) {
            Pacing.begin(tcb, now());
            if (!retransmission.repair().resendLost(tcb)) {
                waitForChannel(tcb);
            }
            sendText(tcb, tcb.options().smallSegments());
            if (retransmission.repair().waitsInVain(tcb)
                    && !retransmission.repair().resendLost(tcb)) {
                waitForChannel(tcb);
            }
            sendFin(tcb);
        }
        acknowledgments.afterText(ctx, tcb, now());
        watchCork(tcb);
        zeroWindowProbes.watch(tcb, now());
        tcb.report.limitedBy(SendLimit.of(tcb), now());
    }

    private void sendText(TransmissionControlBlock tcb, SmallSegments small) {
        int full = tcb.sendBuffer.segmentTextBytes();
        boolean limited = false;
        if (tcb.unsentBytes() > 0 && tcb.hasIdled(now())) {
            tcb.congestion().onIdleRestart(now());
            tcb.report.window(WindowChange.IDLE_RESTART);
        }
        for (int unsent = tcb.unsentBytes(); unsent > 0; unsent = tcb.unsentBytes()) {
            if (!ctx.channel().isWritable()) {
                waitForChannel(tcb);
                break;
            }
            PathMtuProber.Moment moment = PathMtuProber.probe(ctx, tcb, departure, now());
            if (moment == PathMtuProber.Moment.PROBED) {
                continue;
            } else if (moment == PathMtuProber.Moment.WAIT) {
                limited = true;
                break;
            }
            long room = tcb.congestionRoomBytes();
            limited = room < Math.min(unsent, full);
            int sendable = UsableWindow.sendableBytes(tcb.snd, unsent, room, full, small);
            if (sendable > 0) {
                sendable = Pacing.allows(tcb, sendable, now());
            }
            if (sendable == 0) {
                break;
            }
            sendTrain(tcb, sendable);
        }
        tcb.patience.sendingStopped(tcb.unsentBytes() > 0);
        if (tcb.unsentBytes() == 0 && tcb.congestionRoomBytes() > 0 && tcb.retransmissionQueue.lostBytes() == 0) {
            tcb.deliveryRate.applicationLimited(tcb.recovery.inFlightBytes());
        }
        tcb.windowUse.sendingStopped(
                limited || tcb.congestionRoomBytes() < full,
                tcb.recovery.inFlightBytes(),
                tcb.snd.una(),
                tcb.snd.nxt());
    }

    private void sendTrain(TransmissionControlBlock tcb, int maxBytes) {
        Train train = tcb.sendBuffer.nextTrain(tcb.snd.nxt(), maxBytes, departure.train());
        boolean last = train.end() == tcb.sendBuffer.end();
        boolean fin = tcb.snd.finAt(train.end());
        int bits = (last ? ControlBits.PSH : 0) | (fin ? ControlBits.FIN : 0);
        tcb.snd.sent(train.totalTextBytes() + (fin ? 1 : 0));
        departure.text(tcb, Departure.Kind.NEW, bits).leave(ctx, ctx.voidPromise());
    }

    // Our FIN, when no text was left that could have carried it.
    private void sendFin(TransmissionControlBlock tcb) {
        if (tcb.snd.finAt(tcb.snd.nxt()) && tcb.state().closedByUs()) {
            int seq = tcb.snd.nxt();
            tcb.snd.sent(1);
            departure.bare(tcb, Departure.Kind.NEW, seq, ControlBits.FIN).leave(ctx, ctx.voidPromise());
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
                case DELAYED_ACK -> acknowledgments.delayExpired(tcb);
                case LOSS_PROBE -> sendTrain(tcb, LossRepair.newTextBytes(tcb));
                case CORK -> sendText(tcb, SmallSegments.LEAVE_AT_ONCE);
                case PERSIST -> persist(tcb, expiry.nowNanos());
                case KEEPALIVE -> keepAliveProbes.probe(ctx, tcb, expiry.nowNanos());
                case NAT_KEEPALIVE -> keepAliveProbes.refreshMapping(ctx, tcb, expiry.nowNanos());
                case PACING -> {
                    // The turn that follows sends.
                }
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

    // A window that is open, but smaller than a segment, is used after all (RFC 9293 section 3.8.6.2.1).
    private void persist(TransmissionControlBlock tcb, long now) {
        int usable = Math.min(tcb.snd.usable(), tcb.unsentBytes());
        if (usable > 0) {
            sendTrain(tcb, Math.min(usable, tcb.sendBuffer.segmentTextBytes()));
        } else {
            zeroWindowProbes.probe(ctx, tcb, now);
        }
    }
}
