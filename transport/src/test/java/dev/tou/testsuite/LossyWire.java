// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import dev.tou.segment.ControlBits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;

/**
 * Of the datagrams that arrive, one in a hundred is lost, one in a hundred comes twice, and one in a hundred is overtaken by
 * the next few. It works on what arrives, because there the kernel has already taken apart what left in one piece.
 *
 * <p>A RST is never lost: it is the one segment that TCP does not send again, so whoever waits for it would wait for ever.
 */
final class LossyWire extends ChannelInboundHandlerAdapter {

    private static final int PERCENT = 100;
    private static final int CONTROL_BITS_AT = 13;
    private static final int MOST_OVERTAKERS = 4;

    /** When nothing follows, what is held goes on after this time. */
    private static final long LONGEST_HOLD_MILLIS = 5;

    private final SplittableRandom random;
    private final Deque<Held> held = new ArrayDeque<>();

    LossyWire(SplittableRandom random) {
        this.random = random;
    }

    private static final class Held {

        private final DatagramPacket datagram;
        private int overtakersLeft;

        Held(DatagramPacket datagram, int overtakersLeft) {
            this.datagram = datagram;
            this.overtakersLeft = overtakersLeft;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (!(msg instanceof DatagramPacket datagram)) {
            ctx.fireChannelRead(msg);
            return;
        }
        switch (random.nextInt(PERCENT)) {
            case 0 -> lose(ctx, datagram);
            case 1 -> {
                DatagramPacket again = datagram.copy();
                ctx.fireChannelRead(datagram);
                ctx.fireChannelRead(again);
            }
            case 2 -> hold(ctx, datagram);
            default -> {
                ctx.fireChannelRead(datagram);
                overtaken(ctx);
            }
        }
    }

    private static void lose(ChannelHandlerContext ctx, DatagramPacket datagram) {
        if (isReset(datagram.content())) {
            ctx.fireChannelRead(datagram);
        } else {
            datagram.release();
        }
    }

    private static boolean isReset(ByteBuf segment) {
        return segment.readableBytes() > CONTROL_BITS_AT
                && (segment.getByte(segment.readerIndex() + CONTROL_BITS_AT) & ControlBits.RST) != 0;
    }

    private void hold(ChannelHandlerContext ctx, DatagramPacket datagram) {
        Held late = new Held(datagram, 1 + random.nextInt(MOST_OVERTAKERS));
        held.add(late);
        ctx.executor()
                .schedule(
                        () -> {
                            if (held.remove(late)) {
                                ctx.fireChannelRead(late.datagram);
                                ctx.fireChannelReadComplete();
                            }
                        },
                        LONGEST_HOLD_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    /** One has gone by. */
    private void overtaken(ChannelHandlerContext ctx) {
        if (held.isEmpty()) {
            return;
        }
        List<Held> due = new ArrayList<>();
        for (Held late : held) {
            if (--late.overtakersLeft == 0) {
                due.add(late);
            }
        }
        held.removeAll(due);
        due.forEach(late -> ctx.fireChannelRead(late.datagram));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        held.forEach(late -> late.datagram.release());
        held.clear();
        ctx.fireChannelInactive();
    }
}
