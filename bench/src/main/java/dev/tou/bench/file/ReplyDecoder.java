// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;

/** Cuts what a receiver sends into {@link Reply} messages; after something that is none, the rest is dropped. */
final class ReplyDecoder extends ByteToMessageDecoder {

    private boolean broken;

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        broken = true; // unless it is a reply
        Reply reply = Reply.read(in);
        broken = false;
        if (reply != null) {
            out.add(reply);
        }
    }
}
