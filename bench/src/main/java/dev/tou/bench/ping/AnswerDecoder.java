// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.FixedLengthFrameDecoder;

/**
 * Cuts what comes into answers. What is none is passed on as it has come: a server of something else may say little, and then
 * waits, and nobody is to wait for the rest of that.
 */
final class AnswerDecoder extends FixedLengthFrameDecoder {

    /** @param size bytes of an answer, {@link Requester#HEADER_BYTES} or more */
    AnswerDecoder(int size) {
        super(size);
    }

    @Override
    protected Object decode(ChannelHandlerContext ctx, ByteBuf in) throws Exception {
        return Requester.mayBegin(in) ? super.decode(ctx, in) : in.readRetainedSlice(in.readableBytes());
    }
}
