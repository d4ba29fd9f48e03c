// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.util.List;

import dev.tou.bench.file.Reception;
import dev.tou.bench.ping.EchoHandler;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;

/** Lets one port receive files and answer requests: the first four bytes of a connection say which. */
final class ServiceSelector extends ByteToMessageDecoder {

    private final Reception files;

    ServiceSelector(Reception files) {
        this.files = files;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < EchoHandler.SIGN_BYTES) {
            return;
        }
        if (EchoHandler.isWantedBy(in)) {
            ctx.pipeline().addLast(new EchoHandler());
        } else {
            files.install(ctx.pipeline());
        }
        ctx.pipeline().remove(this);
    }
}
