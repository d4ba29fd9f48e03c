// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.net.InetSocketAddress;

import dev.tou.connection.AddressWords;
import dev.tou.connection.ConnectionKey;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Listener;
import dev.tou.endpoint.Shard;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentOptions;
import dev.tou.state.TcpEvent;
import dev.tou.telemetry.DropReason;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * Second stage: a segment and its connection. What has no connection is answered here: a SYN for a listener makes one, a
 * TIME-WAIT record answers for what was one, all else draws a reset (RFC 9293 sections 3.10.7.1 and 3.10.7.2). Outbound, it
 * addresses segments.
 */
final class ConnectionDemultiplexer extends ChannelDuplexHandler {

    /** 65535 bytes, scaled by 14 (RFC 7323 section 2.3). */
    private static final int LARGEST_WINDOW = 0xFFFF << 14;

    private final Shard shard;
    private final Departure departure;

    /** Where a segment came from, as tables know it. */
    private final AddressWords address = new AddressWords();

    /** The flow of the last segment: within a burst the next one is most often of the same. */
    private InetSocketAddress lastSender;

    private TransmissionControlBlock lastConnection;

    ConnectionDemultiplexer(Shard shard, Departure departure) {
        this.shard = shard;
        this.departure = departure;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (!(msg instanceof Arrival arrival)) {
            ctx.fireChannelRead(msg);
            return;
        }
        TransmissionControlBlock tcb = find(arrival);
        if (tcb == null) {
            tcb = withoutConnection(ctx, arrival);
        }
        if (tcb == null) {
            arrival.release();
            return;
        }
        received(tcb, arrival.segment());
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

    private static ConnectionKey keyOf(Arrival arrival) {
        Segment seg = arrival.segment();
        return ConnectionKey.of(arrival.sender(), seg.destinationPort(), seg.sourcePort());
    }

    private TransmissionControlBlock withoutConnection(ChannelHandlerContext ctx, Arrival arrival) {
        Segment seg = arrival.segment();
        int port = arrival.sender().getPort();
        int record = shard.timeWait().find(address.hi(), address.lo(), port, seg.destinationPort(), seg.sourcePort());
        Listener listener = shard.listener(seg.destinationPort());
        if (record < 0) {
            return listener == null ? closedPort(ctx, arrival) : listening(ctx, arrival, listener);
        }
        return listener != null && reopens(seg, record, listener)
                ? synReceived(ctx, arrival, listener)
                : inTimeWait(ctx, arrival, record);
    }

    // RFC 9293 section 3.10.7.2: LISTEN.
    private TransmissionControlBlock listening(ChannelHandlerContext ctx, Arrival arrival, Listener listener) {
        Segment seg = arrival.segment();
        if (seg.is(ControlBits.RST)) {
            return drop(DropReason.RESET_WITHOUT_CONNECTION);
        }
        if (seg.is(ControlBits.ACK)) {
            return reset(ctx, arrival);
        }
        if (!seg.is(ControlBits.SYN)) {
            return drop(DropReason.NO_CONNECTION);
        }
        return synReceived(ctx, arrival, listener);
    }

    private TransmissionControlBlock synReceived(ChannelHandlerContext ctx, Arrival arrival, Listener listener) {
        if (!admit(ctx, arrival, listener)) {
            return null;
        }
        TransmissionControlBlock tcb =
                shard.newConnection(keyOf(arrival), listener.options().copy(), arrival.nowNanos());
        tcb.becomePassive();
        tcb.transition(TcpEvent.PASSIVE_OPEN);
        return tcb;
    }

    private boolean admit(ChannelHandlerContext ctx, Arrival arrival, Listener listener) {
        if (!listener.canComplete()) {
            // Nobody accepts: a SYN-ACK would only promise what cannot be kept.
            drop(DropReason.ACCEPT_QUEUE_FULL);
            if (listener.resetsOnOverflow()) {
                reset(ctx, arrival);
            }
            return false;
        }
        if (!listener.admitSyn()) {
            drop(DropReason.SYN_QUEUE_FULL);
            return false;
        }
        return true;
    }

    // RFC 9293 section 3.10.7.1: CLOSED. "An incoming segment not containing a RST causes a RST to be sent in
    // response."
    private TransmissionControlBlock closedPort(ChannelHandlerContext ctx, Arrival arrival) {
        if (arrival.segment().is(ControlBits.RST)) {
            return drop(DropReason.RESET_WITHOUT_CONNECTION);
        }
        shard.drops().count(DropReason.NO_CONNECTION);
        return reset(ctx, arrival);
    }

    private TransmissionControlBlock reset(ChannelHandlerContext ctx, Arrival arrival) {
        if (!shard.mayReset(arrival.nowNanos())) {
            return drop(DropReason.RATE_LIMITED);
        }
        Replies.reset(departure.segment(), arrival.segment());
        ctx.write(departure.complete(null, shard.peer() == null ? arrival.sender() : null), ctx.voidPromise());
        return null;
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
            acknowledge(ctx, arrival, record);
        } else if (isUnacceptable(seg, record) && shard.timeWait().mayAcknowledge(record, arrival.nowNanos())) {
            acknowledge(ctx, arrival, record);
        }
        return null;
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
        ctx.write(departure.complete(null, shard.peer() == null ? arrival.sender() : null), ctx.voidPromise());
    }

    private TransmissionControlBlock drop(DropReason reason) {
        shard.drops().count(reason);
        return null;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (msg instanceof Departure leaving && leaving.connection() != null) {
            sent(leaving);
            leaving.recipient(shard.peer() == null ? leaving.connection().peerAddress() : null);
        }
        ctx.write(msg, promise);
    }

    private static void received(TransmissionControlBlock tcb, Segment seg) {
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
        if (tcb.report.isHeard()) {
            int text = leaving.hasTrain() ? leaving.train().totalTextBytes() : 0;
            int bits = leaving.segment().controlBits() | leaving.lastBits();
            boolean again = leaving.kind() == Departure.Kind.RETRANSMISSION;
            tcb.report.sent(leaving.seq(), text, leaving.segments(), bits, again);
        }
    }
}
