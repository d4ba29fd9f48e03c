// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.stack;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;

/**
 * One end of a connection under test: sends a stream whose every byte can be computed from its place, checks that what it
 * receives is a prefix of the peer's stream, shuts down its output at the end and closes when both directions have ended.
 */
final class StreamEnd extends ChannelInboundHandlerAdapter {

    private final long sendKey;
    private final long receiveKey;
    private final long toSend;
    private final SplittableRandom random;
    private final boolean slowReader;
    private SocketChannel channel;
    private long sent;
    private long received;
    private boolean active;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean closed;
    private Throwable failure;

    StreamEnd(long sendKey, long receiveKey, long toSend, SplittableRandom random, boolean slowReader) {
        this.sendKey = sendKey;
        this.receiveKey = receiveKey;
        this.toSend = toSend;
        this.random = random;
        this.slowReader = slowReader;
    }

    static byte byteAt(long key, long offset) {
        long word = (offset >>> 3) * 0x9E3779B97F4A7C15L ^ key;
        word ^= word >>> 29;
        return (byte) (word * 0xBF58476D1CE4E5B9L >>> 8 * (offset & 7));
    }

    boolean isActive() {
        return active;
    }

    boolean isClosed() {
        return closed;
    }

    long received() {
        return received;
    }

    long sent() {
        return sent;
    }

    boolean inputEnded() {
        return inputEnded;
    }

    Throwable failure() {
        return failure;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = (SocketChannel) ctx.channel();
        active = true;
        write(ctx);
        ctx.fireChannelActive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        write(ctx);
        ctx.fireChannelWritabilityChanged();
    }

    private void write(ChannelHandlerContext ctx) {
        while (ctx.channel().isWritable() && sent < toSend) {
            int bytes = (int) Math.min(toSend - sent, chunkBytes());
            ByteBuf chunk = ctx.alloc().buffer(bytes);
            for (int i = 0; i < bytes; i++) {
                chunk.writeByte(byteAt(sendKey, sent + i));
            }
            sent += bytes;
            ctx.writeAndFlush(chunk).addListener(written -> {
                if (!written.isSuccess() && failure == null) {
                    failure = written.cause();
                }
            });
        }
        if (sent == toSend && !outputEnded && ctx.channel().isWritable()) {
            endOutput(ctx);
        }
    }

    // shutdownOutput fails what the send buffer has not taken yet, so it follows the last write.
    private void endOutput(ChannelHandlerContext ctx) {
        outputEnded = true;
        ctx.writeAndFlush(ctx.alloc().buffer(0)).addListener(written -> {
            channel.shutdownOutput();
            closeIfDone();
        });
    }

    private int chunkBytes() {
        return switch (random.nextInt(4)) {
            case 0 -> 1 + random.nextInt(64);
            case 1 -> 1 + random.nextInt(1500);
            default -> 1 + random.nextInt(20_000);
        };
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        try {
            while (bytes.isReadable()) {
                byte actual = bytes.readByte();
                if (actual != byteAt(receiveKey, received)) {
                    throw new AssertionError("wrong byte at offset " + received);
                }
                received++;
            }
        } finally {
            bytes.release();
        }
        if (slowReader && random.nextInt(3) == 0) {
            ctx.channel().config().setAutoRead(false);
            long millis = 1 + random.nextInt(300);
            ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), millis, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded = true;
            closeIfDone();
        }
        ctx.fireUserEventTriggered(event);
    }

    private void closeIfDone() {
        if (inputEnded && outputEnded && channel.isOutputShutdown()) {
            channel.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed = true;
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        ctx.close();
    }

    @Override
    public String toString() {
        return "sent " + sent + "/" + toSend + ", received " + received + (inputEnded ? " to the end" : "")
                + (closed
                        ? ", closed"
                        : active ? ", writable " + channel.isWritable() + ", " + channel : ", never active")
                + (failure == null ? "" : ", " + failure);
    }
}
