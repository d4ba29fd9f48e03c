// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;

/** Reads the {@link Preamble} of a connection, lets the server put the right handlers behind it, and is gone. */
final class PreambleDecoder extends ByteToMessageDecoder {

    /** Who decides what becomes of a connection. */
    interface Doorman {

        /**
         * A connection has said what it is for; whatever it sends next goes to the handlers that are added here.
         *
         * @return whether it may stay
         */
        boolean admit(ChannelHandlerContext ctx, Preamble preamble);

        /** A connection has said something else, or nothing in time; it is closed after this. */
        void stranger(ChannelHandlerContext ctx);
    }

    /** Whoever connects for a test says so at once; others would only hold memory. */
    private static final long PATIENCE_SECONDS = 10;

    private final Doorman doorman;
    private Future<?> deadline;

    PreambleDecoder(Doorman doorman) {
        this.doorman = doorman;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = ctx.executor().schedule(() -> turnAway(ctx), PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        deadline.cancel(false);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        Preamble preamble;
        try {
            preamble = Preamble.read(in);
        } catch (IllegalArgumentException e) {
            in.skipBytes(in.readableBytes());
            turnAway(ctx);
            return;
        }
        if (preamble == null) {
            return;
        }
        if (doorman.admit(ctx, preamble)) {
            ctx.pipeline().remove(this); // and the bytes behind the preamble go on
        } else {
            in.skipBytes(in.readableBytes());
            ctx.close();
        }
    }

    private void turnAway(ChannelHandlerContext ctx) {
        if (!ctx.isRemoved() && ctx.channel().isOpen()) {
            doorman.stranger(ctx);
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        deadline.cancel(false);
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
