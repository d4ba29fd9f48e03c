// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.SplittableRandom;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;

/**
 * Writes blocks into a stream, as fast as the channel takes them, until it is told to stop or its {@link Budget} is
 * spent; then, and only then, the stream is ended. A block counts as sent when the transport has taken it, as with a
 * blocking socket.
 */
final class Source extends ChannelInboundHandlerAdapter {

    /** After so many bytes a loop that can go on for ever gives others a turn. */
    private static final int BYTES_OF_A_TURN = 4 << 20;

    private static final long SEED = 5201;

    private final TestSide side;
    private final Stream stream;
    private final Budget budget;
    private final ByteBuf block;
    private final ChannelFutureListener whole;
    private ChannelHandlerContext ctx;
    private Runnable turn;
    private boolean running;
    private boolean pouring;
    private boolean released;
    private int underway;

    /** @param block what is written again and again; one reference passes to this handler */
    Source(TestSide side, Stream stream, Budget budget, ByteBuf block) {
        this.side = side;
        this.stream = stream;
        this.budget = budget;
        this.block = block;
        int bytes = block.readableBytes();
        this.whole = written -> onWritten(written, bytes);
    }

    /** {@return what sources write: noise, so that nothing on the way can make it smaller}; the caller releases it */
    static ByteBuf block(int bytes) {
        byte[] noise = new byte[bytes];
        new SplittableRandom(SEED).nextBytes(noise);
        return Unpooled.directBuffer(bytes, bytes).writeBytes(noise);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        turn = this::pour;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        running = false;
        if (!released) {
            released = true;
            block.release();
        }
    }

    void start() {
        running = true;
        pour();
    }

    /** No more is written; what was written stays in the transport. */
    void stop() {
        running = false;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        pour();
    }

    private void pour() {
        if (pouring || !running) {
            return; // a flush below has made it writable again: the loop sees that
        }
        pouring = true;
        int poured = 0;
        try {
            while (running && poured < BYTES_OF_A_TURN && ctx.channel().isWritable() && !budget.isSpent()) {
                while (poured < BYTES_OF_A_TURN && ctx.channel().isWritable() && !budget.isSpent()) {
                    poured += writeBlock();
                }
                ctx.flush();
            }
        } finally {
            pouring = false;
        }
        if (running && budget.isSpent()) {
            endIfAllIsTaken();
        } else if (running && ctx.channel().isActive() && ctx.channel().isWritable()) {
            ctx.executor().execute(turn);
        }
    }

    private int writeBlock() {
        int bytes = budget.take(block.readableBytes());
        underway++;
        if (bytes == block.readableBytes()) {
            ctx.write(block.retainedDuplicate()).addListener(whole);
        } else {
            ctx.write(block.retainedSlice(block.readerIndex(), bytes))
                    .addListener((ChannelFuture written) -> onWritten(written, bytes));
        }
        return bytes;
    }

    private void onWritten(ChannelFuture written, int bytes) {
        underway--;
        if (written.isSuccess()) {
            stream.moved(bytes);
            if (running && budget.isSpent()) {
                endIfAllIsTaken();
            }
        }
    }

    private void endIfAllIsTaken() {
        if (underway == 0 && !stream.hasEnded()) {
            running = false;
            side.ended(stream);
            ((SocketChannel) ctx.channel()).shutdownOutput();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ((ByteBuf) message).release(); // nobody answers
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        running = false;
        side.broken(stream, null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        running = false;
        side.broken(stream, cause);
    }
}
