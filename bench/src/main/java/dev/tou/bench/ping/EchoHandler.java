// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Sends back what comes, and stops reading while it cannot. */
public final class EchoHandler extends ChannelInboundHandlerAdapter {

    /** Of the bytes of a connection, so many tell whether it is a measurement. */
    public static final int SIGN_BYTES = Integer.BYTES;

    /** {@return whether the first {@link #SIGN_BYTES} bytes of a connection, {@code in}, are those of a measurement} */
    public static boolean isWantedBy(ByteBuf in) {
        return in.getInt(in.readerIndex()) == Requester.MAGIC;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ctx.write(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(ctx.channel().isWritable());
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
