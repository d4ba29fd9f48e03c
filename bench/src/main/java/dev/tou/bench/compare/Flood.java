// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;

/** Writes without end, as much as the channel takes: 64 KiB at a time while it is writable. */
public final class Flood extends ChannelInboundHandlerAdapter {

    /** Of every channel in the comparison. */
    static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(512 << 10, 1 << 20);

    private static final int CHUNK_BYTES = 64 << 10;

    /** After so many a loop that can go on for ever gives others a turn. */
    private static final int CHUNKS_OF_A_TURN = 64;

    private ByteBuf chunk;
    private Runnable turn;
    private boolean pouring;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        chunk = ctx.alloc().directBuffer(CHUNK_BYTES, CHUNK_BYTES).writeZero(CHUNK_BYTES);
        turn = () -> pour(ctx);
        if (ctx.channel().isActive()) {
            pour(ctx);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        chunk.release();
        chunk = null;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        pour(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        pour(ctx);
    }

    private void pour(ChannelHandlerContext ctx) {
        if (pouring || chunk == null) {
            return; // a flush below has made it writable again: the loop sees that
        }
        pouring = true;
        try {
            for (int n = 0; n < CHUNKS_OF_A_TURN && ctx.channel().isWritable(); ) {
                while (n < CHUNKS_OF_A_TURN && ctx.channel().isWritable()) {
                    ctx.write(chunk.retainedDuplicate());
                    n++;
                }
                ctx.flush();
            }
        } finally {
            pouring = false;
        }
        if (ctx.channel().isActive() && ctx.channel().isWritable()) {
            ctx.executor().execute(turn);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ((ByteBuf) message).release(); // nobody answers a flood
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
