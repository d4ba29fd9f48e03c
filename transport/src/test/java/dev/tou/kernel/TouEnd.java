// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;

/** An application on our side: digests what comes, writes a {@link Payload} as long as there is room, notes what it is told. */
final class TouEnd extends ChannelInboundHandlerAdapter {

    private static final long PATIENCE_SECONDS = 120;

    private final List<String> events = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final MessageDigest digest = Payload.sha256();
    private long received;
    private SocketChannel channel;
    private Payload sending;

    synchronized SocketChannel channel() {
        return channel;
    }

    /** {@return how many bytes have come that nobody has asked for} */
    synchronized long received() {
        return received;
    }

    /** {@return the messages of what {@code exceptionCaught} was called with} */
    synchronized List<String> failures() {
        return new ArrayList<>(failures);
    }

    synchronized List<String> events() {
        return new ArrayList<>(events);
    }

    /** {@return the SHA-256 of what has come since it was last asked, once it is so many bytes} */
    synchronized String receives(long bytes) {
        await(bytes + " bytes", () -> received >= bytes);
        if (received > bytes) {
            throw new AssertionError(received + " bytes have come, not " + bytes);
        }
        received = 0;
        return Payload.hex(digest);
    }

    /** Starts to write the payload. */
    void sends(long seed, long bytes) {
        channel().eventLoop().execute(() -> {
            sending = new Payload(seed, bytes);
            writeOn();
        });
    }

    private void writeOn() {
        Channel to = channel();
        while (sending != null && sending.hasNext() && to.isActive() && to.isWritable()) {
            int size = sending.next();
            ByteBuf buffer = to.alloc().buffer(size).writeBytes(sending.chunk(), 0, size);
            to.writeAndFlush(buffer);
        }
    }

    ChannelFuture close() {
        return channel().close();
    }

    /** Closes with {@code SO_LINGER} 0: a RST instead of a FIN. */
    void reset() {
        channel().config().setSoLinger(0);
        TouHost.done(close());
    }

    TouEnd await(String event) {
        return await(event, () -> events.contains(event));
    }

    synchronized TouEnd await(String what, BooleanSupplier done) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!done.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("no " + what + " within " + PATIENCE_SECONDS + " s but " + events + ", "
                        + failures + " and " + received + " bytes");
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return this;
    }

    private synchronized void note(String event) {
        events.add(event);
        notifyAll();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        synchronized (this) {
            channel = (SocketChannel) ctx.channel();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        note("active");
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        note("inactive");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf buffer = (ByteBuf) msg;
        synchronized (this) {
            received += buffer.readableBytes();
            digest.update(buffer.nioBuffer());
            notifyAll();
        }
        buffer.release();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        writeOn();
    }

    /** Such as {@code ChannelInputShutdownEvent}: the peer's FIN. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        note(event.getClass().getSimpleName());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        synchronized (this) {
            failures.add(String.valueOf(cause.getMessage()));
        }
        note("exception");
    }
}
