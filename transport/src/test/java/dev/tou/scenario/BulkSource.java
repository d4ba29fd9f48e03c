// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Writes so many bytes as fast as the channel takes them, and closes behind the last one. */
final class BulkSource extends ChannelInboundHandlerAdapter {

    private static final int CHUNK = 32 << 10;

    private final long toSend;
    private long sent;
    private long startNanos = -1;
    private final SimClock clock;
    private Throwable failure;

    /** Tells the virtual time. */
    @FunctionalInterface
    interface SimClock {
        long nowNanos();
    }

    BulkSource(long toSend, SimClock clock) {
        this.toSend = toSend;
        this.clock = clock;
    }

    /** {@return when the connection was there and the first byte was written} */
    long startNanos() {
        return startNanos;
    }

    Throwable failure() {
        return failure;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        startNanos = clock.nowNanos();
        write(ctx);
        ctx.fireChannelActive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        write(ctx);
        ctx.fireChannelWritabilityChanged();
    }

    private void write(ChannelHandlerContext ctx) {
        boolean wrote = false;
        while (ctx.channel().isWritable() && sent < toSend) {
            ByteBuf chunk = Pattern.slice(sent, Math.min(CHUNK, toSend - sent));
            sent += chunk.readableBytes();
            wrote = true;
            if (sent == toSend) {
                ctx.writeAndFlush(chunk).addListener(ChannelFutureListener.CLOSE);
                return;
            }
            ctx.write(chunk, ctx.voidPromise());
        }
        if (wrote) {
            ctx.flush();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failure = cause;
        ctx.close();
    }
}
