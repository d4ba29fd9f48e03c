// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Writes what it is told to, when it is told, in one write and one flush. */
final class Talker extends ChannelInboundHandlerAdapter {

    private ChannelHandlerContext ctx;
    private long written;
    private Throwable failure;

    @Override
    public void channelActive(ChannelHandlerContext context) {
        ctx = context;
        context.fireChannelActive();
    }

    boolean isActive() {
        return ctx != null;
    }

    void writes(long bytes) {
        for (long end = written + bytes; written < end; ) {
            ByteBuf chunk = Pattern.slice(written, end - written);
            written += chunk.readableBytes();
            ctx.write(chunk, ctx.voidPromise());
        }
        ctx.flush();
    }

    /** {@return what was written so far} */
    long written() {
        return written;
    }

    Throwable failure() {
        return failure;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failure = cause;
        context.close();
    }
}
