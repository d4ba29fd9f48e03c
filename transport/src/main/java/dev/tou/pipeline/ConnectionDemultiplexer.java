// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.net.InetSocketAddress;

import dev.tou.connection.AddressWords;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Listener;
import dev.tou.endpoint.Shard;
import dev.tou.endpoint.SynCookies;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentEncoder;
import dev.tou.segment.SegmentOptions;
import dev.tou.segment.SequenceNumber;
import dev.tou.state.TcpState;
import dev.tou.telemetry.DropReason;
import dev.tou.timing.TcpTimer;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * Second stage: a segment and its connection. What has no connection is answered here: a TIME-WAIT record answers for what was
 * one, {@link PassiveOpening} for all else. Outbound, it addresses segments.
 */
final class ConnectionDemultiplexer extends ChannelDuplexHandler {

    /** 65535 bytes, scaled by 14 (RFC 7323 section 2.3). */
    private static final int LARGEST_WINDOW = 0xFFFF << 14;

    /** How long a new connection waits for its segment to come to the third stage, which should do so at once. */
    private static final long ON_THE_WAY_NANOS = 1_000_000_000;

    private final Shard shard;
    private final Departure departure;
    private final Answers answers;
    private final PassiveOpening opening;

    /** Where a segment came from, as tables know it. */
    private final AddressWords address = new AddressWords();

    /** The flow of the last segment: within a burst the next one is most often of the same. */
    private InetSocketAddress lastSender;

    private TransmissionControlBlock lastConnection;

    ConnectionDemultiplexer(Shard shard, Departure departure) {
        this.shard = shard;
        this.departure = departure;
        answers = new Answers(shard, departure);
        opening = new PassiveOpening(shard, departure, answers, address);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (!(msg instanceof Arrival arrival)) {
            ctx.fireChannelRead(msg);
            return;
        }
        TransmissionControlBlock tcb = find(arrival);
        if (tcb != null && tcb.state() == TcpState.SYN_RECEIVED) {
            SynCookies.Verdict cookie = opening.besideHalfOpen(tcb, arrival);
            if (cookie == SynCookies.Verdict.EARLY) {
                drop(DropReason.BAD_COOKIE);
                arrival.release();
                return;
            }
            if (cookie == SynCookies.Verdict.GOOD) {
                StateMachineHandler.abandon(tcb);
                tcb = null;
            }
        }
        if (tcb == null) {
            tcb = withoutConnection(ctx, arrival);
            if (tcb == null) {
                arrival.release();
                return;
            }
            tcb.arm(TcpTimer.HANDSHAKE, arrival.nowNanos() + ON_THE_WAY_NANOS);
        }
        received(tcb, arrival);
        arrival.belongsTo(tcb);
        ctx.fireChannelRead(arrival);
    }

    private TransmissionControlBlock find(Arrival arrival) {
        Segment seg = arrival.segment();
        TransmissionControlBlock last = lastConnection;
        if (last != null
                && last.key().localTcpPort() == seg.destinationPort()
                && last.key().remoteTcpPort() == seg.sourcePort()
                && lastSender.equals(arrival.sender())
                && last.isLive()) {
            return last;
        }
        lastSender = arrival.sender();
        address.read(lastSender.getAddress());
        lastConnection = shard.connections()
                .find(address.hi(), address.lo(), lastSender.getPort(), seg.destinationPort(), seg.sourcePort());
        return lastConnection;
    }

    private TransmissionControlBlock withoutConnection(ChannelHandlerContext ctx, Arrival arrival) {
        if (!address.isOfOneHost()) {
            // RFC 9293, MUST-63; nor does such an address get a reset.
            return drop(DropReason.BAD_ADDRESS);
        }
        Segment seg = arrival.segment();
        int port = arrival.sender().getPort();
        int record = shard.timeWait().find(address.hi(), address.lo(), port, seg.destinationPort(), seg.sourcePort());
        if (record < 0) {
            return opening.segmentArrives(ctx, arrival);
        }
        Listener listener = shard.listener(seg.destinationPort());
        return listener != null && reopens(seg, record, listener)
                ? opening.reopened(ctx, arrival, listener)
                : inTimeWait(ctx, arrival, record);
    }

    // RFC 6191: a SYN that is certainly newer than everything of the old connection.
    private boolean reopens(Segment seg, int record, Listener listener) {
        if (!seg.is(ControlBits.SYN) || seg.is(ControlBits.ACK | ControlBits.RST)) {
            return false;
        }
        boolean timestamps = listener.options().timestamps() && seg.options().has(SegmentOptions.TIMESTAMPS);
        return shard.timeWait()
                .admits(record, seg.seq(), timestamps, seg.options().timestampValue());
    }

    // RFC 9293 section 3.10.7.4 and RFC 1337: nothing but a new SYN disturbs TIME-WAIT.
    private TransmissionControlBlock inTimeWait(ChannelHandlerContext ctx, Arrival arrival, int record) {
        Segment seg = arrival.segment();
        if (seg.is(ControlBits.RST)) {
            return drop(DropReason.RESET_IN_TIME_WAIT);
        }
        if (seg.is(ControlBits.FIN) && seg.end() == shard.timeWait().rcvNxt(record)) {
            // "The only thing that can arrive in this state is a retransmission of the remote FIN. Acknowledge it, and
            // restart the 2 MSL timeout."
            shard.timeWait().restart(record, arrival.nowNanos());
            rememberTimestamp(seg, record);
            if (answers.findRoom(ctx)) {
                acknowledge(ctx, arrival, record);
            }
        } else if (isUnacceptable(seg, record)
                && answers.findRoom(ctx)
                && shard.timeWait().mayAcknowledge(record, arrival.nowNanos())) {
            acknowledge(ctx, arrival, record);
        }
        return null;
    }

    private void rememberTimestamp(Segment seg, int record) {
        boolean both = shard.timeWait().hasTimestamps(record) && seg.options().has(SegmentOptions.TIMESTAMPS);
        int present = seg.options().timestampValue();
        if (both && SequenceNumber.gt(present, shard.timeWait().tsRecent(record))) {
            shard.timeWait().updateTsRecent(record, present);
        }
    }

    // The window of a record is closed, so whatever has a length or lies elsewhere is out of it (RFC 9293 section
    // 3.10.7.4, first). RFC 5961 section 5.2 lets MAX.SND.WND be the largest that there can be.
    private boolean isUnacceptable(Segment seg, int record) {
        boolean outside = seg.length() > 0 || seg.seq() != shard.timeWait().rcvNxt(record);
        int acknowledges = shard.timeWait().sndNxt(record) - seg.ack();
        return outside || Integer.compareUnsigned(acknowledges, LARGEST_WINDOW) > 0;
    }

    private void acknowledge(ChannelHandlerContext ctx, Arrival arrival, int record) {
        Segment seg = arrival.segment();
        Segment ack = departure.segment();
        ack.header(
                seg.destinationPort(),
                seg.sourcePort(),
                shard.timeWait().sndNxt(record),
                shard.timeWait().rcvNxt(record),
                ControlBits.ACK,
                0);
        if (shard.timeWait().hasTimestamps(record)) {
            int clock =
                    (int) (arrival.nowNanos() / 1_000_000) + shard.timeWait().tsOffset(record);
            ack.options().timestamps(clock, shard.timeWait().tsRecent(record));
        }
        answers.send(ctx, arrival);
    }

    private TransmissionControlBlock drop(DropReason reason) {
        shard.drops().count(reason);
        return null;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (msg instanceof Departure leaving && leaving.connection() != null) {
            if (!maySend(leaving)) {
                drop(DropReason.AMPLIFICATION);
                return;
            }
            sent(leaving);
            leaving.recipient(shard.peer() == null ? leaving.connection().peerAddress() : null);
        }
        ctx.write(msg, promise);
    }

    // Whatever would leave before the peer has proven its address: a SYN-ACK again, a challenge, a reset. None of these
    // carries text, so nobody waits for it to leave.
    private static boolean maySend(Departure leaving) {
        return leaving.connection()
                .handshake
                .maySend(SegmentEncoder.headerBytes(leaving.segment().options()));
    }

    private static void received(TransmissionControlBlock tcb, Arrival arrival) {
        Segment seg = arrival.segment();
        tcb.handshake.received(seg.wireSegments(), arrival.bytes());
        tcb.counters.segmentsReceived += seg.wireSegments();
        if (seg.text().bytes() > 0) {
            tcb.counters.textSegmentsReceived += seg.wireSegments();
        }
        tcb.report.received(seg);
    }

    private static void sent(Departure leaving) {
        TransmissionControlBlock tcb = leaving.connection();
        tcb.counters.segmentsSent += leaving.segments();
        if (leaving.hasTrain()) {
            tcb.counters.textSegmentsSent += leaving.segments();
        }
        boolean synAgain = leaving.segment().is(ControlBits.SYN) && !tcb.handshake.sentOnce();
        if (synAgain) {
            tcb.counters.retransmissions++; // text and FINs are counted where they are taken out of the queue
        }
        if (tcb.report.isHeard()) {
            int text = leaving.hasTrain() ? leaving.train().totalTextBytes() : 0;
            int bits = leaving.segment().controlBits() | leaving.lastBits();
            boolean again = synAgain || leaving.kind() == Departure.Kind.RETRANSMISSION;
            tcb.report.sent(leaving.seq(), text, leaving.segments(), bits, again);
        }
    }
}
