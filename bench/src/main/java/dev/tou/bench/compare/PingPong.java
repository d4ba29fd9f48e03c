// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.HdrHistogram.Histogram;

/** Sends a message, waits for all of it to come back, and notes how long that took; again and again. */
final class PingPong extends ChannelInboundHandlerAdapter {

    static final int MESSAGE_BYTES = 64;

    private static final long HIGHEST_NANOS = 10_000_000_000L;

    private final Histogram histogram = new Histogram(HIGHEST_NANOS, 3);
    private ByteBuf message;
    private int missing;
    private long sentNanos;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        message = ctx.alloc().directBuffer(MESSAGE_BYTES, MESSAGE_BYTES).writeZero(MESSAGE_BYTES);
        send(ctx);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        message.release();
    }

    private void send(ChannelHandlerContext ctx) {
        missing = MESSAGE_BYTES;
        sentNanos = System.nanoTime();
        ctx.writeAndFlush(message.retainedDuplicate());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object answer) {
        ByteBuf bytes = (ByteBuf) answer;
        missing -= bytes.readableBytes();
        bytes.release();
        if (missing == 0) {
            histogram.recordValue(Math.min(System.nanoTime() - sentNanos, HIGHEST_NANOS));
            send(ctx);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    /** {@return round-trip times in nanoseconds; on the event loop only} */
    Histogram histogram() {
        return histogram;
    }
}
