// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.congestion.AckSample;
import dev.tou.connection.SilenceWatch;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Shard;
import dev.tou.endpoint.TimerExpiry;
import dev.tou.retransmission.AckFacts;
import dev.tou.retransmission.Acknowledged;
import dev.tou.retransmission.RetransmissionQueue;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentOptions;
import dev.tou.segment.SequenceNumber;
import dev.tou.state.TcpEvent;
import dev.tou.timing.StallWatch;
import dev.tou.timing.TcpTimer;
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

    /** For so long nothing must have been outstanding before memory is given back. */
    private static final long QUIET_NANOS = 1_000_000_000L;

    private final Shard shard;
    private final Burst burst;
    private final Departure departure;
    private final AckFacts facts = new AckFacts();
    private final Acknowledged acknowledged = facts.delivered;
    private final AckSample sample = new AckSample();
    private DepartureBook book;
    private LossRepair repair;

    RetransmissionHandler(Shard shard, Burst burst, Departure departure) {
        this.shard = shard;
        this.burst = burst;
        this.departure = departure;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        book = new DepartureBook(shard, burst, context);
        repair = new LossRepair(shard, departure, book, context);
    }

    /** {@return what sends again} */
    LossRepair repair() {
        return repair;
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
        long priorInFlight = tcb.recovery.inFlightBytes();
        readFacts(tcb, seg, now);
        if (tcb.snd.isNew(seg.ack())) {
            // RFC 9293 section 3.10.7.4, fifth: "If SND.UNA < SEG.ACK =< SND.NXT, then set SND.UNA <- SEG.ACK."
            queue.acknowledge(seg.ack(), now, acknowledged);
            facts.late = isLate(tcb);
            tcb.snd.acknowledged(seg.ack());
            tcb.sendBuffer.acknowledge(seg.ack());
            tcb.counters.bytesAcknowledged += acknowledged.bytes();
            measureRoundTrip(tcb, seg, now);
            tcb.patience.progressed(
                    queue.isEmpty() || queue.isRetransmitted(queue.first()) ? now : queue.sentNanos(queue.first()),
                    now);
            tcb.pathMtu.progressed();
        }
        if (seg.window() == 0 && !tcb.isOrphan()) {
            // RFC 9293 section 3.8.6.1, MUST-37: a peer that answers with a closed window is not gone. Where no
            // application waits any more, it could keep our memory for ever.
            tcb.patience.answered(now);
        }
        facts.ackedBytes = acknowledged.bytes();
        facts.sackedBytes = readBlocks(tcb, seg);
        facts.late = isLate(tcb);
        if (facts.ackedBytes == 0 && facts.sackedBytes == 0 && !facts.duplicate && !facts.hasDsack()) {
            return;
        }
        tcb.recovery.onAcknowledgment(facts);
        tellCongestion(tcb, priorInFlight);
        tcb.recovery.settle(facts);
        PathMtuProber.settle(tcb, now);
        PathMtuProber.judgeTimeouts(tcb);
        count(tcb);
        restartTimers(tcb, now);
        tcb.report.acknowledged();
        if (tcb.snd.finAcknowledged() && tcb.state().allows(TcpEvent.FIN_ACKED)) {
            tcb.transition(TcpEvent.FIN_ACKED);
        }
    }

    // The loop stood still while the acknowledgment was on its way, or in the socket: its time says nothing.
    private boolean isLate(TransmissionControlBlock tcb) {
        return burst.stalledNanos() > StallWatch.toleranceNanos(tcb.rtt.srttNanos())
                && acknowledged.leftBefore(burst.stallEndNanos());
    }

    private void readFacts(TransmissionControlBlock tcb, Segment seg, long now) {
        facts.nowNanos = now;
        facts.ack = seg.ack();
        facts.sndNxt = tcb.snd.nxt();
        facts.segmentBytes = tcb.sendBuffer.segmentTextBytes();
        facts.duplicate = isDuplicate(tcb, seg);
        facts.late = false;
        facts.hasEcho = tcb.negotiated.timestamps();
        tcb.recovery.begin(facts);
        if (facts.hasEcho) {
            facts.echo = seg.options().timestampEcho();
            acknowledged.echo(tcb.timestamps.endOf(facts.echo, now));
        }
    }

    // RFC 6298 section 3, Karn: what was sent twice says nothing of the round trip, and the timeout stays backed off,
    // unless the echoed timestamp tells which of the two was acknowledged (RFC 7323 section 4).
    private void measureRoundTrip(TransmissionControlBlock tcb, Segment seg, long now) {
        if (acknowledged.rttNanos() >= 0) {
            sample(tcb, acknowledged.rttNanos(), false, now);
        } else if (acknowledged.bytes() > 0 && tcb.negotiated.timestamps()) {
            long millis = tcb.timestamps.value(now) - seg.options().timestampEcho();
            long longest = now - tcb.patience.waitingSinceNanos() + tcb.rtt.rtoNanos();
            if (millis * NANOS_PER_MILLI <= longest) {
                // Nothing that was under way was sent before that, so the peer does not echo what we said then.
                sample(tcb, millis * NANOS_PER_MILLI, true, now);
            }
        }
        if (facts.late) {
            acknowledged.discardRtt();
        }
    }

    private void sample(TransmissionControlBlock tcb, long rttNanos, boolean coarse, long now) {
        if (facts.late) {
            tcb.rtt.onLateSample(rttNanos, burst.stalledNanos(), now);
        } else if (coarse) {
            tcb.rtt.onCoarseSample(rttNanos, now);
        } else {
            tcb.rtt.onSample(rttNanos, now);
        }
    }

    // RFC 5681 section 2, "DUPLICATE ACKNOWLEDGMENT", (a) to (e).
    private static boolean isDuplicate(TransmissionControlBlock tcb, Segment seg) {
        return (!tcb.retransmissionQueue.isEmpty() || tcb.recovery.awaitsProbeAnswer())
                && seg.length() == 0
                && seg.ack() == tcb.snd.una()
                && seg.windowBytes(tcb.negotiated.peerScale()) == tcb.snd.wnd();
    }

    // Blocks from the left to the right, so that what one acknowledgment reports at once does not look reordered.
    private int readBlocks(TransmissionControlBlock tcb, Segment seg) {
        facts.noBlocks();
        SegmentOptions options = seg.options();
        if (!tcb.negotiated.sack() || !options.has(SegmentOptions.SACK)) {
            return 0;
        }
        int blocks = options.sackBlocks();
        int second = Math.min(1, blocks - 1);
        boolean dsack = facts.firstBlock(
                options.sackLeft(0),
                options.sackRight(0),
                blocks > 1,
                options.sackLeft(second),
                options.sackRight(second));
        tcb.counters.duplicatesReported += dsack ? 1 : 0;
        int bytes = 0;
        int done = dsack ? 1 : 0;
        for (int left = blocks - Integer.bitCount(done); left > 0; left--) {
            int next = lowest(options, done);
            done |= 1 << next;
            bytes += tcb.retransmissionQueue.sack(options.sackLeft(next), options.sackRight(next), acknowledged);
        }
        return bytes;
    }

    private static int lowest(SegmentOptions options, int done) {
        int lowest = -1;
        for (int i = 0; i < options.sackBlocks(); i++) {
            boolean open = (done & 1 << i) == 0;
            if (open && (lowest < 0 || SequenceNumber.lt(options.sackLeft(i), options.sackLeft(lowest)))) {
                lowest = i;
            }
        }
        return lowest;
    }

    private void tellCongestion(TransmissionControlBlock tcb, long priorInFlight) {
        int delivered = tcb.recovery.newlyDelivered(facts);
        sample.reset(facts.nowNanos)
                .acknowledged(facts.ackedBytes, delivered)
                .lost(tcb.recovery.newlyLostSegments())
                .inFlight(priorInFlight, tcb.recovery.inFlightBytes())
                .rtt(acknowledged.rttNanos())
                .cwndLimited(tcb.isCongestionLimited())
                // The acknowledgment that ends recovery does not open the window as well (RFC 6582 section 3.2).
                .inRecovery(tcb.recovery.isReducing());
        tcb.deliveryRate.delivered(acknowledged, delivered, tcb.rtt.minRttNanos(), facts.nowNanos, sample);
        if (facts.late) {
            sample.deliveryRate(0, 0, false);
        }
        tcb.congestion().onAck(sample);
    }

    private void count(TransmissionControlBlock tcb) {
        if (tcb.recovery.hasBegun()) {
            tcb.counters.recoveries++;
        }
        if (tcb.recovery.hasProbeRepaired()) {
            tcb.report.probeRepaired();
        }
        if (tcb.recovery.refuted() != null) {
            tcb.counters.undone++;
            tcb.report.undone(tcb.recovery.refuted());
        }
    }

    // RFC 6298 section 5: off when all is acknowledged (5.2), restarted when something new is (5.3).
    private void restartTimers(TransmissionControlBlock tcb, long now) {
        if (tcb.retransmissionQueue.isEmpty()) {
            tcb.disarm(TcpTimer.RETRANSMISSION);
            tcb.disarm(TcpTimer.USER_TIMEOUT);
            if (tcb.holdings.areLarge()) {
                tcb.arm(TcpTimer.QUIET, now + QUIET_NANOS);
            }
        } else if (facts.ackedBytes > 0) {
            tcb.arm(TcpTimer.RETRANSMISSION, now + tcb.rtt.rtoNanos());
            SilenceWatch.armUserTimeout(tcb);
        }
        if (tcb.negotiated.sack()) {
            DepartureBook.armLossProbe(tcb, now);
            armReordering(tcb);
        }
    }

    private static void armReordering(TransmissionControlBlock tcb) {
        long deadline = tcb.recovery.reorderingDeadlineNanos();
        if (deadline == AckFacts.NEVER) {
            tcb.disarm(TcpTimer.REORDERING);
        } else {
            tcb.arm(TcpTimer.REORDERING, deadline);
        }
    }

    // --- timers ---

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof TimerExpiry expiry) {
            switch (expiry.timer()) {
                case RETRANSMISSION -> timeout(expiry.connection(), expiry.nowNanos());
                case LOSS_PROBE -> repair.probe(expiry);
                case REORDERING -> reorderingOver(expiry.connection());
                case USER_TIMEOUT -> userTimeout(expiry.connection(), expiry.nowNanos());
                case QUIET -> expiry.connection().holdings.giveBack();
                default -> context.fireUserEventTriggered(event);
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    private static void userTimeout(TransmissionControlBlock tcb, long now) {
        SilenceWatch.armUserTimeout(tcb);
        if (tcb.isArmed(TcpTimer.USER_TIMEOUT) && tcb.deadlineNanos(TcpTimer.USER_TIMEOUT) - now <= 0) {
            if (tcb.patience.isPatient()) {
                tcb.patience.expired();
            }
            SilenceWatch.giveUpIfOver(tcb, now);
        }
    }

    private void timeout(TransmissionControlBlock tcb, long now) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        if (queue.isEmpty()) {
            return;
        }
        tcb.patience.expired();
        if (SilenceWatch.giveUpIfOver(tcb, now)) {
            return;
        }
        if (queue.isHeld(queue.first()) || tcb.refusals.holdsBack(now)) {
            // It has not even left: nothing can be said of the path, but it does not wait for ever either. Where the
            // socket may be asked again and the window lets nothing go that would, this timeout asks.
            tcb.arm(TcpTimer.RETRANSMISSION, now + tcb.patience.retryDelayNanos(tcb.rtt.rtoNanos()));
            return;
        }
        tcb.counters.timeouts++;
        tcb.report.timeout();
        tcb.recovery.onTimeout(tcb.snd.una(), tcb.snd.nxt(), now);
        PathMtuProber.timedOut(tcb, now);
        tcb.disarm(TcpTimer.LOSS_PROBE);
        tcb.disarm(TcpTimer.REORDERING);
        tcb.arm(TcpTimer.RETRANSMISSION, now + tcb.rtt.rtoNanos());
        tcb.report.timeoutHandled();
    }

    // By the time that was asked for, however late the loop comes: what was sent since is not to blame for that.
    private void reorderingOver(TransmissionControlBlock tcb) {
        facts.nowNanos = tcb.deadlineNanos(TcpTimer.REORDERING);
        facts.ack = tcb.snd.una();
        facts.sndNxt = tcb.snd.nxt();
        facts.segmentBytes = tcb.sendBuffer.segmentTextBytes();
        tcb.recovery.onReorderingTimer(facts);
        PathMtuProber.settle(tcb, facts.nowNanos);
        if (tcb.recovery.hasBegun()) {
            tcb.counters.recoveries++;
            tcb.disarm(TcpTimer.LOSS_PROBE);
            tcb.report.acknowledged();
        }
        armReordering(tcb);
    }

    // --- segments leave ---

    @Override
    public void write(ChannelHandlerContext context, Object msg, ChannelPromise promise) {
        if (msg instanceof Departure leaving
                && (leaving.kind() == Departure.Kind.NEW || leaving.kind() == Departure.Kind.RETRANSMISSION)) {
            context.write(msg, book.enter(leaving));
        } else {
            context.write(msg, promise);
        }
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        context.flush();
        book.flushed();
    }
}
