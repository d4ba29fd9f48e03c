// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import static dev.tou.segment.SequenceNumber.gt;

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
import java.net.InetSocketAddress;

/**
 * Second stage: a segment and its connection. What has no connection is answered here: a SYN for a listener makes one, a
 * TIME-WAIT record answers for what was one, all else draws a reset (RFC 9293 sections 3.10.7.1 and 3.10.7.2). Outbound, it
 * addresses segments.
 */
final class ConnectionDemultiplexer extends ChannelDuplexHandler {

    private final Shard shard;
    private final Departure departure;

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
        tcb.counters.segmentsReceived += arrival.segment().wireSegments();
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
        lastConnection = shard.connections().find(keyOf(arrival));
        return lastConnection;
    }

    private static ConnectionKey keyOf(Arrival arrival) {
        Segment seg = arrival.segment();
        return ConnectionKey.of(arrival.sender(), seg.destinationPort(), seg.sourcePort());
    }

    private TransmissionControlBlock withoutConnection(ChannelHandlerContext ctx, Arrival arrival) {
        ConnectionKey key = keyOf(arrival);
        int record = shard.timeWait().find(key);
        if (record >= 0 && !inTimeWait(ctx, arrival, record)) {
            return null;
        }
        Listener listener = shard.listener(arrival.segment().destinationPort());
        return listener == null ? closedPort(ctx, arrival) : listening(ctx, arrival, key, listener);
    }

    // RFC 9293 section 3.10.7.2: LISTEN.
    private TransmissionControlBlock listening(
            ChannelHandlerContext ctx, Arrival arrival, ConnectionKey key, Listener listener) {
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
        if (!listener.canComplete()) {
            // Nobody accepts: a SYN-ACK would only promise what cannot be kept.
            drop(DropReason.ACCEPT_QUEUE_FULL);
            return listener.resetsOnOverflow() ? reset(ctx, arrival) : null;
        }
        if (!listener.admitSyn()) {
            return drop(DropReason.SYN_QUEUE_FULL);
        }
        TransmissionControlBlock tcb =
                shard.newConnection(key, listener.options().copy(), arrival.nowNanos());
        tcb.becomePassive();
        tcb.transition(TcpEvent.PASSIVE_OPEN);
        return tcb;
    }

    // RFC 9293 section 3.10.7.1: CLOSED. "An incoming segment not containing a RST causes a RST to be sent in response."
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

    /**
     * TIME-WAIT (RFC 9293 section 3.10.7.4, RFC 1337, RFC 6191).
     *
     * @return whether the segment may begin a new connection
     */
    private boolean inTimeWait(ChannelHandlerContext ctx, Arrival arrival, int record) {
        Segment seg = arrival.segment();
        if (seg.is(ControlBits.RST)) {
            drop(DropReason.RESET_IN_TIME_WAIT);
            return false;
        }
        if (seg.is(ControlBits.SYN) && !seg.is(ControlBits.ACK) && isNewer(seg, record)) {
            shard.timeWait().remove(record);
            return true;
        }
        if (seg.is(ControlBits.FIN)) {
            // "Acknowledge it, and restart the 2 MSL timeout."
            shard.restartTimeWait(record, arrival.nowNanos());
        } else if (seg.length() == 0 && seg.seq() == shard.timeWait().rcvNxt(record)) {
            return false;
        }
        acknowledge(ctx, arrival, record);
        return false;
    }

    // RFC 6191: a SYN whose timestamp, or else whose sequence number, is beyond everything of the old connection.
    private boolean isNewer(Segment syn, int record) {
        boolean comparable =
                shard.timeWait().hasTimestamps(record) && syn.options().has(SegmentOptions.TIMESTAMPS);
        if (comparable
                && syn.options().timestampValue() != shard.timeWait().tsRecent(record)) {
            return gt(syn.options().timestampValue(), shard.timeWait().tsRecent(record));
        }
        return gt(syn.seq(), shard.timeWait().rcvNxt(record));
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
            int clock = (int) (arrival.nowNanos() / 1_000_000) + shard.timeWait().timestampOffset(record);
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
            leaving.connection().counters.segmentsSent += leaving.segments();
            leaving.recipient(
                    shard.peer() == null ? leaving.connection().peerAddress() : null);
        }
        ctx.write(msg, promise);
    }
}
