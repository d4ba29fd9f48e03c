// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.net.PortUnreachableException;
import java.net.SocketException;

import dev.tou.congestion.AckSample;
import dev.tou.connection.SilenceWatch;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Shard;
import dev.tou.endpoint.TimerExpiry;
import dev.tou.retransmission.Acknowledged;
import dev.tou.retransmission.LossDetector;
import dev.tou.retransmission.RetransmissionQueue;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentOptions;
import dev.tou.state.TcpEvent;
import dev.tou.telemetry.LossSign;
import dev.tou.timing.TcpTimer;
import dev.tou.window.Train;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * Fourth stage: what was sent and whether it arrived (RFC 9293 section 3.10.7.4, fifth; RFC 6298, RFC 5681). Inbound, an
 * acknowledgment takes segments out of the retransmission queue, measures the round trip and feeds loss detection and
 * congestion control. Outbound, it books what leaves, and repeats what is lost.
 */
final class RetransmissionHandler extends ChannelDuplexHandler {

    private static final long NANOS_PER_MILLI = 1_000_000L;

    private final Shard shard;
    private final Burst burst;
    private final Departure departure;
    private final Acknowledged acknowledged = new Acknowledged();
    private final LossDetector.AckFacts facts = new LossDetector.AckFacts();
    private final AckSample sample = new AckSample();
    private ChannelHandlerContext ctx;
    private DepartureReceipt spareReceipts;
    private int flushes;

    RetransmissionHandler(Shard shard, Burst burst, Departure departure) {
        this.shard = shard;
        this.burst = burst;
        this.departure = departure;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    // --- acknowledgments arrive ---

    @Override
    public void channelRead(ChannelHandlerContext context, Object msg) {
        if (msg instanceof Arrival arrival) {
            acknowledge(arrival.connection(), arrival.segment(), arrival.nowNanos());
        }
        context.fireChannelRead(msg);
    }

    private void acknowledge(TransmissionControlBlock tcb, Segment seg, long now) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        long priorInFlight = tcb.inFlightBytes();
        facts.duplicate = isDuplicate(tcb, seg);
        acknowledged.clear();
        if (tcb.snd.isNew(seg.ack())) {
            // RFC 9293 section 3.10.7.4, fifth: "If SND.UNA < SEG.ACK =< SND.NXT, then set SND.UNA <- SEG.ACK."
            queue.acknowledge(seg.ack(), now, acknowledged);
            tcb.snd.acknowledged(seg.ack());
            tcb.sendBuffer.acknowledge(seg.ack());
            tcb.counters.bytesAcknowledged += acknowledged.bytes();
            measureRoundTrip(tcb, seg, now);
            tcb.patience.progressed(now);
            tcb.pathMtu.progressed();
        }
        if (seg.window() == 0 && !tcb.isOrphan()) {
            // RFC 9293 section 3.8.6.1, MUST-37: a peer that answers with a closed window is not gone. Where no
            // application waits any more, it could keep our memory for ever.
            tcb.patience.answered();
        }
        int sacked = sack(tcb, seg);
        if (acknowledged.bytes() == 0 && sacked == 0 && !facts.duplicate) {
            return;
        }
        boolean recovering = tcb.lossDetector.isRecovering();
        detectLoss(tcb, seg, sacked, now);
        // The acknowledgment that ends recovery sets the window and does not open it as well (RFC 6582 section 3.2).
        recovering |= tcb.lossDetector.isRecovering();
        controlCongestion(tcb, sacked, priorInFlight, recovering, now);
        PathMtuProber.settle(tcb, now);
        restartTimer(tcb, now);
        tcb.report.acknowledged();
        if (tcb.snd.finAcknowledged() && tcb.state().allows(TcpEvent.FIN_ACKED)) {
            tcb.transition(TcpEvent.FIN_ACKED);
        }
    }

    // RFC 6298 section 3, Karn: what was sent twice says nothing of the round trip, and the timeout stays backed off,
    // unless the echoed timestamp tells which of the two was acknowledged (RFC 7323 section 4).
    private void measureRoundTrip(TransmissionControlBlock tcb, Segment seg, long now) {
        if (acknowledged.rttNanos() >= 0) {
            tcb.rtt.onSample(acknowledged.rttNanos(), now);
        } else if (acknowledged.bytes() > 0 && tcb.negotiated.timestamps()) {
            long millis = tcb.timestamps.value(now) - seg.options().timestampEcho();
            long longest = now - tcb.patience.waitingSinceNanos() + tcb.rtt.rtoNanos();
            if (millis * NANOS_PER_MILLI <= longest) {
                // Nothing that was under way was sent before that, so the peer does not echo what we said then.
                tcb.rtt.onCoarseSample(millis * NANOS_PER_MILLI, now);
            }
        }
    }

    // RFC 5681 section 2, "DUPLICATE ACKNOWLEDGMENT", (a) to (e).
    private static boolean isDuplicate(TransmissionControlBlock tcb, Segment seg) {
        return !tcb.retransmissionQueue.isEmpty()
                && seg.length() == 0
                && seg.ack() == tcb.snd.una()
                && seg.windowBytes(tcb.negotiated.peerScale()) == tcb.snd.wnd();
    }

    private static int sack(TransmissionControlBlock tcb, Segment seg) {
        int bytes = 0;
        if (tcb.negotiated.sack() && seg.options().has(SegmentOptions.SACK)) {
            for (int i = 0; i < seg.options().sackBlocks(); i++) {
                bytes += tcb.retransmissionQueue.sack(
                        seg.options().sackLeft(i), seg.options().sackRight(i));
            }
        }
        return bytes;
    }

    private void detectLoss(TransmissionControlBlock tcb, Segment seg, int sacked, long now) {
        facts.ack = seg.ack();
        facts.sack = tcb.negotiated.sack();
        facts.sndNxt = tcb.snd.nxt();
        facts.ackedBytes = acknowledged.bytes();
        facts.sackedBytes = sacked;
        facts.segmentBytes = tcb.sendBuffer.segmentTextBytes();
        facts.nowNanos = now;
        // RFC 5681 section 3.2, step 2: what duplicate acknowledgments have let out "MUST NOT be included".
        long flight = Math.min(tcb.retransmissionQueue.outstandingBytes(), tcb.congestion.windowBytes());
        switch (tcb.lossDetector.onAcknowledgment(tcb.retransmissionQueue, facts)) {
            case RECOVERY_BEGINS -> {
                tcb.counters.recoveries++;
                tcb.congestion.onLossDetected(flight, now);
            }
            case RECOVERY_ENDS -> tcb.congestion.onRecoveryEnd(now);
            case NONE -> {
                // As it was.
            }
        }
    }

    private void controlCongestion(
            TransmissionControlBlock tcb, int sacked, long priorInFlight, boolean recovering, long now) {
        tcb.congestion.onAck(sample.reset(now)
                .acknowledged(acknowledged.bytes(), acknowledged.bytes() + (long) sacked)
                .inFlight(priorInFlight, tcb.inFlightBytes())
                .rtt(acknowledged.rttNanos())
                .cwndLimited(tcb.isCongestionLimited())
                .inRecovery(recovering));
    }

    // RFC 6298 section 5: off when all is acknowledged (5.2), restarted when something new is (5.3).
    private void restartTimer(TransmissionControlBlock tcb, long now) {
        if (tcb.retransmissionQueue.isEmpty()) {
            tcb.disarm(TcpTimer.RETRANSMISSION);
            tcb.disarm(TcpTimer.USER_TIMEOUT);
        } else if (acknowledged.bytes() > 0) {
            tcb.arm(TcpTimer.RETRANSMISSION, now + tcb.rtt.rtoNanos());
            SilenceWatch.armUserTimeout(tcb);
        }
    }

    // --- the timer expires ---

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof TimerExpiry expiry) {
            switch (expiry.timer()) {
                case RETRANSMISSION -> timeout(expiry.connection(), expiry.nowNanos());
                case USER_TIMEOUT -> userTimeout(expiry.connection(), expiry.nowNanos());
                default -> context.fireUserEventTriggered(event);
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    private static void userTimeout(TransmissionControlBlock tcb, long now) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        SilenceWatch.armUserTimeout(tcb);
        if (tcb.isArmed(TcpTimer.USER_TIMEOUT) && tcb.deadlineNanos(TcpTimer.USER_TIMEOUT) - now <= 0) {
            if (tcb.patience.isPatient()) {
                tcb.patience.timedOut(queue.sentNanos(queue.first()));
            }
            if (SilenceWatch.isGivenUp(tcb, now)) {
                tcb.transition(TcpEvent.TIMEOUT);
            }
        }
    }

    private void timeout(TransmissionControlBlock tcb, long now) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        if (queue.isEmpty()) {
            return;
        }
        if (queue.isHeld(queue.first())) {
            // It has not even left: nothing can be said of the path.
            tcb.arm(TcpTimer.RETRANSMISSION, now + tcb.rtt.rtoNanos());
            return;
        }
        tcb.patience.timedOut(queue.sentNanos(queue.first()));
        if (SilenceWatch.isGivenUp(tcb, now)) {
            tcb.transition(TcpEvent.TIMEOUT);
            return;
        }
        tcb.counters.timeouts++;
        tcb.report.timeout();
        tcb.congestion.onRetransmissionTimeout(queue.outstandingBytes(), now);
        tcb.lossDetector.onTimeout(queue, tcb.snd.nxt());
        PathMtuProber.timedOut(tcb, now);
        // RFC 6298 section 5.5: "The host MUST set RTO <- RTO * 2".
        tcb.rtt.backOff();
        tcb.arm(TcpTimer.RETRANSMISSION, now + tcb.rtt.rtoNanos());
        tcb.report.timeoutHandled();
    }

    // --- segments leave ---

    /**
     * Sends again what is lost, as far as the congestion window allows; the oldest in any case.
     *
     * @return false if the UDP channel takes no more, so that the rest must wait for it
     */
    boolean resendLost(TransmissionControlBlock tcb) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        while (queue.seekLost()) {
            int entry = queue.lostEntry();
            if (queue.length(entry) > tcb.congestionRoomBytes() && entry != queue.first()) {
                return true;
            }
            if (!ctx.channel().isWritable()) {
                return false;
            }
            resend(tcb, entry);
        }
        return true;
    }

    private void resend(TransmissionControlBlock tcb, int entry) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        int seq = queue.seq(entry);
        int end = seq + queue.length(entry);
        boolean fin = tcb.snd.finAt(end - 1);
        int text = fin ? end - 1 - seq : end - seq;
        Train train = tcb.sendBuffer.retransmission(seq, text, departure.train());
        tcb.counters.retransmissions++;
        tcb.counters.bytesRetransmitted += train.totalTextBytes();
        int bits = fin ? ControlBits.FIN : ControlBits.PSH;
        departure.text(tcb, Departure.Kind.RETRANSMISSION, bits).entry(entry);
        write(ctx, departure, ctx.voidPromise());
    }

    @Override
    public void write(ChannelHandlerContext context, Object msg, ChannelPromise promise) {
        if (msg instanceof Departure leaving
                && (leaving.kind() == Departure.Kind.NEW || leaving.kind() == Departure.Kind.RETRANSMISSION)) {
            context.write(msg, book(leaving));
        } else {
            context.write(msg, promise);
        }
    }

    private DepartureReceipt book(Departure leaving) {
        TransmissionControlBlock tcb = leaving.connection();
        RetransmissionQueue queue = tcb.retransmissionQueue;
        // Read afresh: what the applications did since the burst was read is no part of the round trip.
        long now = shard.resources().nowNanos();
        int first;
        int entries = 1;
        if (leaving.kind() == Departure.Kind.RETRANSMISSION) {
            first = leaving.entry();
            queue.resent(first, now);
        } else {
            if (queue.isEmpty()) {
                tcb.patience.progressed(now);
            }
            first = bookNew(leaving, queue, now);
            entries = leaving.segments();
        }
        tcb.patience.spoke(now);
        if (leaving.hasTrain()) {
            tcb.counters.bytesSent += leaving.train().totalTextBytes();
        }
        // RFC 6298 section 5.1: "Every time a packet containing data is sent (including a retransmission), if the timer
        // is not running, start it running".
        if (!tcb.isArmed(TcpTimer.RETRANSMISSION)) {
            tcb.arm(TcpTimer.RETRANSMISSION, now + tcb.rtt.rtoNanos());
        }
        if (tcb.options().userTimeoutMillis() > 0 && !tcb.isArmed(TcpTimer.USER_TIMEOUT)) {
            SilenceWatch.armUserTimeout(tcb);
        }
        int text = leaving.hasTrain() ? leaving.train().textBytes() : 0;
        return receipt().of(tcb, first, entries, text, now);
    }

    private DepartureReceipt receipt() {
        DepartureReceipt spare = spareReceipts;
        if (spare == null) {
            return new DepartureReceipt(ctx.channel(), this);
        }
        spareReceipts = spare.nextSpare;
        spare.nextSpare = null;
        return spare;
    }

    /** Takes back a receipt; there are never more than trains once waited in the channel together, and its mark limits those. */
    void spare(DepartureReceipt receipt) {
        receipt.nextSpare = spareReceipts;
        spareReceipts = receipt;
    }

    private static int bookNew(Departure leaving, RetransmissionQueue queue, long now) {
        int fin = leaving.hasFin() ? 1 : 0;
        if (!leaving.hasTrain()) {
            return queue.append(leaving.seq(), fin, now);
        }
        Train train = leaving.train();
        int first = queue.end();
        int last = train.segments() - 1;
        for (int i = 0; i < last; i++) {
            queue.append(train.seq() + i * train.textBytes(), train.textBytes(), now);
        }
        queue.append(train.seq() + last * train.textBytes(), train.lastTextBytes() + fin, now);
        return first;
    }

    // --- datagrams have left ---

    @Override
    public void flush(ChannelHandlerContext context) {
        context.flush();
        flushes++;
    }

    /** {@return how often the channel was flushed: a train that leaves before this changes has left at once} */
    int flushes() {
        return flushes;
    }

    /** {@return the loop's clock} */
    long nowNanos() {
        return shard.resources().nowNanos();
    }

    /** The datagrams of some entries have left at {@code leftNanos}, each with {@code text} bytes at most, or could not. */
    void left(TransmissionControlBlock tcb, int firstEntry, int entries, int text, long leftNanos, Throwable cause) {
        if (cause != null) {
            tcb.report.lossesAreShownBy(LossSign.SEND_FAILURE);
        }
        tcb.retransmissionQueue.left(firstEntry, entries, cause == null, leftNanos);
        tcb.report.lossesAreShownBy(LossSign.DUPLICATE_ACKS);
        if (cause != null && tcb.isLive()) {
            notSent(tcb, entries, text, cause);
        }
    }

    private void notSent(TransmissionControlBlock tcb, int entries, int text, Throwable cause) {
        SendFailure failure = SendFailure.of(cause);
        int packet = tcb.negotiated.packetBytes(text);
        if (failure == SendFailure.SEGMENTATION && packet > shard.interfaceMtuNow()) {
            // Linux says so of a train whose segments are too large.
            failure = SendFailure.TOO_LARGE;
        }
        if (failure == SendFailure.TOO_LARGE
                && !PathMtuProber.refused(tcb, text, shard.interfaceMtuNow(), nowNanos())) {
            tcb.fail(new SocketException("Message too long: a path MTU of "
                    + tcb.options().pathMtu() + " is more than the interface towards " + tcb.key() + " carries"));
            tcb.transition(TcpEvent.TIMEOUT);
        }
        boolean segmentation = failure == SendFailure.SEGMENTATION && entries > 1 && shard.sendsSegmented();
        if (segmentation) {
            shard.segmentationFailed();
        }
        // A pending ICMP error is reported by failing the next send: that datagram did not leave, so it goes again at
        // once. Anything else waits for the timer, because repeating what the kernel refuses would spin.
        if (segmentation || failure == SendFailure.TOO_LARGE || cause instanceof PortUnreachableException) {
            burst.touch(tcb);
            shard.loop().execute(() -> ctx.fireUserEventTriggered(TimerExpiry.HANDLED));
        }
    }
}
