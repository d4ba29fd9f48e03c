// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Requests at fixed times, whether or not the last one was answered (open loop), and how long each answer took from the time at
 * which its request was due. The other end is an {@link Echo}.
 */
final class Exchanges extends ChannelInboundHandlerAdapter {

    private final BulkSource.SimClock clock;
    private final int size;
    private final int count;
    private final long periodNanos;
    private final long[] due;
    private final long[] took;
    private int asked;
    private long received;
    private int answered;
    private Throwable failure;

    Exchanges(BulkSource.SimClock clock, int size, int perSecond, int seconds) {
        this.clock = clock;
        this.size = size;
        count = perSecond * seconds;
        periodNanos = 1_000_000_000L / perSecond;
        due = new long[count];
        took = new long[count];
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ask(ctx, clock.nowNanos());
        ctx.fireChannelActive();
    }

    private void ask(ChannelHandlerContext ctx, long now) {
        due[asked] = now;
        ctx.writeAndFlush(Pattern.slice((long) asked * size, size), ctx.voidPromise());
        asked++;
        if (asked < count) {
            ctx.executor().schedule(() -> ask(ctx, now + periodNanos), periodNanos, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        try {
            Pattern.check(bytes, received);
            received += bytes.readableBytes();
        } finally {
            bytes.release();
        }
        for (long now = clock.nowNanos(); answered < received / size; answered++) {
            took[answered] = now - due[answered];
        }
        if (answered == count) {
            ctx.close();
        }
    }

    boolean isDone() {
        return answered == count;
    }

    Throwable failure() {
        return failure;
    }

    int answered() {
        return answered;
    }

    /** {@return the time that this share of the exchanges took at most, in milliseconds} */
    double quantileMillis(double share) {
        long[] sorted = Arrays.copyOf(took, answered);
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(share * answered) - 1] / 1e6;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failure = cause;
        ctx.close();
    }

    /** Sends back what comes. */
    static final class Echo extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.write(msg, ctx.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }
}
