// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;

/**
 * An application that writes down what its pipeline is told, in order, and keeps the bytes. Tests hang their own reactions on
 * events by name; on real sockets they wait for events instead of sleeping.
 */
final class Recorder extends ChannelInboundHandlerAdapter {

    private static final long PATIENCE_SECONDS = 60;

    private final List<String> events = new ArrayList<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final Map<String, Consumer<SocketChannel>> reactions = new HashMap<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private SocketChannel channel;

    /** Does something whenever the event happens, inside of it. */
    Recorder on(String event, Consumer<SocketChannel> reaction) {
        reactions.put(event, reaction);
        return this;
    }

    /** {@return all events so far, each a word} */
    synchronized List<String> events() {
        return new ArrayList<>(events);
    }

    /** {@return all events so far, runs of reads and read completions as one} */
    synchronized List<String> outline() {
        List<String> outline = new ArrayList<>();
        for (String event : events) {
            boolean reading = event.equals("read") || event.equals("readComplete");
            if (!reading) {
                outline.add(event);
            } else if (outline.isEmpty() || !outline.get(outline.size() - 1).equals("reads")) {
                outline.add("reads");
            }
        }
        return outline;
    }

    synchronized long count(String event) {
        return events.stream().filter(event::equals).count();
    }

    synchronized byte[] received() {
        return received.toByteArray();
    }

    synchronized int receivedBytes() {
        return received.size();
    }

    synchronized SocketChannel channel() {
        return channel;
    }

    /** {@return what exceptionCaught was called with} */
    synchronized List<Throwable> failures() {
        return new ArrayList<>(failures);
    }

    /** {@return the threads that called, each once} */
    synchronized List<Thread> threads() {
        return new ArrayList<>(threads);
    }

    /** Waits, on real sockets, until the event has happened. */
    Recorder await(String event) {
        return await(event, recorder -> recorder.events.contains(event));
    }

    /** Waits, on real sockets, until so many bytes have come. */
    Recorder awaitBytes(int bytes) {
        return await(bytes + " bytes", recorder -> recorder.received.size() >= bytes);
    }

    private synchronized Recorder await(String what, Predicate<Recorder> done) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!done.test(this)) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("no " + what + " within " + PATIENCE_SECONDS + " s but " + outline() + " and "
                        + received.size() + " bytes");
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return this;
    }

    private void note(ChannelHandlerContext ctx, String event) {
        Consumer<SocketChannel> reaction;
        synchronized (this) {
            channel = (SocketChannel) ctx.channel();
            events.add(event);
            if (!threads.contains(Thread.currentThread())) {
                threads.add(Thread.currentThread());
            }
            notifyAll();
            reaction = reactions.get(event);
        }
        if (reaction != null) {
            reaction.accept((SocketChannel) ctx.channel());
        }
    }

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
        note(ctx, "registered");
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext ctx) {
        note(ctx, "unregistered");
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        note(ctx, "active");
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        note(ctx, "inactive");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf buffer = (ByteBuf) msg;
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes).release();
        synchronized (this) {
            received.writeBytes(bytes);
        }
        note(ctx, "read");
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        note(ctx, "readComplete");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        note(ctx, event.getClass().getSimpleName());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        note(ctx, ctx.channel().isWritable() ? "writable" : "unwritable");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        synchronized (this) {
            failures.add(cause);
        }
        note(ctx, "exception");
    }
}
