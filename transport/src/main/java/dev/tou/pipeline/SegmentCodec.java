// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.net.InetSocketAddress;

import dev.tou.endpoint.Shard;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentDecoder;
import dev.tou.segment.SegmentEncoder;
import dev.tou.telemetry.DropReason;
import dev.tou.window.Train;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;

/**
 * First stage: datagrams and segments. Inbound, segments of one flow that follow each other within a burst are merged into
 * one, as a kernel's receive offload does, so the stages below run once for them. Outbound, headers are written in front of
 * text where it lies, and a train goes on as one piece where the channel takes that.
 *
 * <p>A segment waits here for the next one until the channel has read what there was. A handler before this one may pass a datagram
 * on when it likes, and nothing more may be read then: see {@link LateEnd}.
 *
 * <p>Owns received datagrams until their text is handed on; what it hands to the channel is retained for it.
 */
final class SegmentCodec extends ChannelDuplexHandler {

    private final Shard shard;
    private final Burst burst;
    private final LateEnd lateEnd;
    private final SegmentDecoder.Rejection rejection = new SegmentDecoder.Rejection();
    private Arrival pending = new Arrival();
    private Arrival next = new Arrival();
    private boolean hasPending;

    SegmentCodec(Shard shard, Burst burst) {
        this.shard = shard;
        this.burst = burst;
        lateEnd = new LateEnd(this, shard, burst);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (!(msg instanceof DatagramPacket packet)) {
            ctx.fireChannelRead(msg);
            return;
        }
        if (!burst.isActive()) {
            burst.beginReading();
            lateEnd.watch(ctx);
        }
        ByteBuf datagram = packet.content();
        if (datagram.readableBytes() > shard.maxDatagramBytes()) {
            drop(packet, DropReason.TRUNCATED);
            return;
        }
        int textAt = SegmentDecoder.decode(datagram, next.segment(), rejection);
        if (textAt < 0) {
            drop(packet, rejection.reason());
            return;
        }
        next.from(packet.sender(), datagram.readableBytes(), burst.datagramRead())
                .segment()
                .received(datagram.skipBytes(textAt));
        mergeOrPass(ctx);
    }

    private void drop(DatagramPacket packet, DropReason reason) {
        packet.release();
        shard.drops().count(reason);
    }

    private void mergeOrPass(ChannelHandlerContext ctx) {
        boolean merged = hasPending
                && next.sender().equals(pending.sender())
                && pending.segment().merge(next.segment());
        if (merged) {
            pending.merged(next);
        } else {
            passPending(ctx);
            Arrival passed = pending;
            pending = next;
            next = passed;
            hasPending = true;
        }
    }

    private void passPending(ChannelHandlerContext ctx) {
        if (hasPending) {
            hasPending = false;
            try {
                ctx.fireChannelRead(pending);
            } finally {
                // Whatever a stage has left behind must not end up in the next segment.
                pending.release();
            }
        }
    }

    /** {@return whether a segment waits here for the next one} */
    boolean hasPending() {
        return hasPending;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (hasPending && !burst.isActive()) {
            // A timer, or somebody else, has ended the burst that it came with.
            burst.begin(shard.resources().nowNanos());
        }
        passPending(ctx);
        ctx.fireChannelReadComplete();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        pending.release();
        next.release();
        hasPending = false;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (!(msg instanceof Departure departure)) {
            ctx.write(msg, promise);
        } else if (departure.hasTrain()) {
            writeTrain(ctx, departure, promise);
        } else {
            writeBare(ctx, departure, promise);
        }
    }

    private void writeBare(ChannelHandlerContext ctx, Departure departure, ChannelPromise promise) {
        Segment segment = departure.segment();
        int bytes = SegmentEncoder.headerBytes(segment.options());
        ByteBuf datagram = ctx.alloc().directBuffer(bytes, bytes).writerIndex(bytes);
        SegmentEncoder.write(datagram, 0, segment, segment.seq(), segment.controlBits(), bytes);
        ctx.write(addressed(datagram, departure.recipient()), promise);
    }

    private void writeTrain(ChannelHandlerContext ctx, Departure departure, ChannelPromise promise) {
        Segment segment = departure.segment();
        Train train = departure.train();
        int headerBytes = SegmentEncoder.headerBytes(segment.options());
        int stride = headerBytes + train.textBytes();
        int last = train.segments() - 1;
        for (int i = 0; i <= last; i++) {
            int bits = i == last ? segment.controlBits() | departure.lastBits() : segment.controlBits();
            int seq = train.seq() + i * train.textBytes();
            SegmentEncoder.write(train.buffer(), train.offset() + i * stride, segment, seq, bits, headerBytes);
        }
        int whole = last * stride + headerBytes + train.lastTextBytes();
        if (last == 0) {
            ctx.write(addressed(slice(train, 0, whole), departure.recipient()), promise);
        } else if (shard.sendsSegmented() && whole <= Train.MAX_SEND_BYTES) {
            ctx.write(new SegmentedDatagramPacket(slice(train, 0, whole), stride, recipientOf(departure)), promise);
        } else {
            ChannelPromise others = ctx.voidPromise();
            if (promise instanceof DepartureReceipt receipt) {
                receipt.parts(last + 1);
                others = promise;
            }
            for (int i = 0; i < last; i++) {
                ctx.write(addressed(slice(train, i * stride, stride), departure.recipient()), others);
            }
            ByteBuf end = slice(train, last * stride, headerBytes + train.lastTextBytes());
            ctx.write(addressed(end, departure.recipient()), promise);
        }
        if (train.isCopy()) {
            train.buffer().release();
        }
    }

    private static ByteBuf slice(Train train, int from, int bytes) {
        return train.buffer().retainedSlice(train.offset() + from, bytes);
    }

    private static Object addressed(ByteBuf datagram, InetSocketAddress recipient) {
        return recipient == null ? datagram : new DatagramPacket(datagram, recipient);
    }

    private InetSocketAddress recipientOf(Departure departure) {
        return departure.recipient() == null ? shard.peer() : departure.recipient();
    }
}
