// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.util.function.Supplier;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** The client's side of every stream: asks for a service, then leaves the stream to the handler that uses it. */
@ChannelHandler.Sharable
public final class Opening extends ChannelInboundHandlerAdapter {

    private final Services.Service service;
    private final Supplier<ChannelHandler> user;

    public Opening(Services.Service service, Supplier<ChannelHandler> user) {
        this.service = service;
        this.user = user;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.write(Services.request(ctx, service));
        ctx.pipeline().addLast(user.get());
        ctx.flush(); // for a user that waits; others have flushed the request together with what they send first
        ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
