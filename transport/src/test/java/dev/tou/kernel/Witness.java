// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.util.concurrent.CompletableFuture;

import dev.tou.telemetry.DeliveryProblem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/** An application that says words, hears their echoes, and notes how its connection dies, in the words and at the time of it. */
final class Witness extends ChannelInboundHandlerAdapter {

    /** So many round trips, one after the other, have told how long one takes. */
    private static final int GREETINGS = 50;

    private final CompletableFuture<Channel> greeted = new CompletableFuture<>();
    private final CompletableFuture<Death> death = new CompletableFuture<>();
    private volatile long spokenNanos;
    private int echoes;
    private boolean warned;
    private String cause = "channelInactive, no exception";

    /**
     * How a connection has died.
     *
     * @param cause the exception that the pipeline has caught, and its cause if it has one
     * @param warned whether there was a {@link DeliveryProblem} before
     * @param nanos when, by {@link System#nanoTime}, which is the same clock in all processes of a Linux host
     */
    record Death(String cause, boolean warned, long nanos) implements java.io.Serializable {}

    /** The other side. */
    static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }

    /** {@return the channel, once it has heard the echo of its greeting} */
    Channel greeted() {
        return KernelProcess.result(greeted);
    }

    Death death() {
        return KernelProcess.result(death);
    }

    /** {@return just before when it has said its last word, by the clock of {@link Death#nanos}} */
    long spokenNanos() {
        return spokenNanos;
    }

    boolean isAlive() {
        return !death.isDone();
    }

    /** {@return what to call a failure: its class and words, and those of its cause} */
    static String name(Throwable failure) {
        // Netty repeats a connect's failure with the address, in a class of its own that nobody can name.
        boolean annotated = failure.getClass().getSimpleName().startsWith("Annotated");
        Class<?> type = annotated ? failure.getClass().getSuperclass() : failure.getClass();
        String name = type.getSimpleName() + ": " + failure.getMessage();
        return annotated || failure.getCause() == null ? name : name + "; caused by " + name(failure.getCause());
    }

    static ByteBuf word() {
        return Unpooled.copyInt(42);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        speak(ctx);
    }

    private void speak(ChannelHandlerContext ctx) {
        spokenNanos = System.nanoTime();
        ctx.writeAndFlush(word());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ReferenceCountUtil.release(msg);
        if (++echoes < GREETINGS) {
            speak(ctx);
        } else {
            greeted.complete(ctx.channel());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        warned |= event instanceof DeliveryProblem;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        cause = name(failure);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        death.complete(new Death(cause, warned, System.nanoTime()));
    }
}
