// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.tou.channel.TouSocketChannel;
import dev.tou.telemetry.TcpInfo;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;

/** The application of a script: its calls, and what its handler has seen. */
final class ScriptedApp extends SimpleChannelInboundHandler<ByteBuf> {

    private final Script script;
    private SocketChannel channel;
    private ChannelFuture connecting;
    private final ByteArrayOutputStream unchecked = new ByteArrayOutputStream();
    private final List<Object> events = new ArrayList<>();
    private Throwable failure;
    private int received;
    private int written;
    private String reply;
    private boolean wasActive;
    private boolean inactive;

    ScriptedApp(Script script) {
        this.script = script;
    }

    void connecting(ChannelFuture future) {
        connecting = future;
        channel = (SocketChannel) future.channel();
    }

    // --- what the handler sees ---

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = (SocketChannel) ctx.channel();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        script.trace("app      active");
        wasActive = true;
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        script.trace("app      inactive");
        inactive = true;
        ctx.fireChannelInactive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
        script.trace("app      reads " + msg.readableBytes() + " bytes");
        byte[] bytes = new byte[msg.readableBytes()];
        msg.readBytes(bytes);
        unchecked.writeBytes(bytes);
        if (reply != null) {
            String text = reply;
            reply = null;
            ctx.writeAndFlush(ctx.alloc().buffer().writeBytes(text.getBytes(StandardCharsets.ISO_8859_1)));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        script.trace("app      event " + event.getClass().getSimpleName());
        events.add(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        script.trace("app      caught " + cause);
        if (!(cause instanceof IOException)) {
            throw new AssertionError("the application caught", cause);
        }
        failure = cause;
    }

    // --- what must be true of it ---

    SocketChannel channel() {
        return channel;
    }

    /** {@return the figures of the connection} */
    TcpInfo info() {
        return ((TouSocketChannel) channel).tcpInfo();
    }

    boolean exists() {
        return channel != null;
    }

    ScriptedApp isActive() {
        script.settle();
        check(wasActive && channel.isActive(), "the application should be active");
        return this;
    }

    /** It has not been told of any connection. */
    void isNotActive() {
        check(!wasActive, "the application should not be active");
    }

    /** It was closed without any failure. */
    void isClosed() {
        check(inactive && !channel.isOpen(), "the channel should be closed");
        check(failure == null, "the channel should be closed without " + failure);
    }

    void isOpen() {
        check(channel.isOpen() && !inactive, "the channel should be open");
        check(failure == null, "the channel should be open without " + failure);
    }

    /** It has caught this and was closed. {@return what it has caught} */
    Throwable failedWith(Class<? extends Throwable> type, String words) {
        Throwable caught = failure;
        check(caught != null, "the application should have caught something");
        checkCause(caught, type, words);
        check(!channel.isOpen(), "the channel should be closed");
        failure = null;
        return caught;
    }

    /** Its connect has failed with this. */
    void connectFailedWith(Class<? extends Throwable> type, String words) {
        check(connecting.isDone() && connecting.cause() != null, "connect should have failed");
        checkCause(connecting.cause(), type, words);
        check(!channel.isOpen(), "the channel should be closed");
    }

    void isConnecting() {
        check(!connecting.isDone(), "connect should still wait");
    }

    private void checkCause(Throwable cause, Class<? extends Throwable> type, String words) {
        check(
                type.isInstance(cause) && cause.getMessage().contains(words),
                "expected " + type.getSimpleName() + " with '" + words + "', seen " + cause);
    }

    /** It has received exactly this since the last check. */
    ScriptedApp received(String text) {
        return received(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** It has received exactly so many bytes of the pattern since the last check. */
    ScriptedApp received(int bytes) {
        return received(SegmentScript.pattern(received, bytes));
    }

    private ScriptedApp received(byte[] bytes) {
        script.settle();
        byte[] seen = unchecked.toByteArray();
        unchecked.reset();
        check(
                Arrays.equals(bytes, seen),
                "the application should receive" + WireSegment.text(bytes) + ", seen:" + WireSegment.text(seen));
        received += bytes.length;
        return this;
    }

    void receivedNothing() {
        received("");
    }

    /** {@return the events of a kind that it has seen, in order} */
    <T> List<T> events(Class<T> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    void sawEvent(Class<?> type) {
        check(events.stream().anyMatch(type::isInstance), "the application should have seen " + type.getSimpleName());
    }

    /**
     * {@return what it has been told and nobody has looked at, in words: established, text 4, closing, reset, refused; they
     * count as looked at}
     */
    List<String> takesNews() {
        script.settle();
        List<String> news = new ArrayList<>();
        if (wasActive) {
            news.add("established");
        }
        if (unchecked.size() > 0) {
            news.add("text " + unchecked.size());
        }
        if (events.stream().anyMatch(ChannelInputShutdownEvent.class::isInstance)) {
            news.add("closing");
        }
        if (failure != null) {
            news.add(failure.getMessage().contains("reset") ? "reset" : failure.toString());
        }
        if (connecting != null && connecting.cause() != null) {
            news.add(connecting.cause().getMessage().contains("refused") ? "refused" : "" + connecting.cause());
            connecting = null;
        }
        wasActive = false;
        unchecked.reset();
        events.clear();
        failure = null;
        return news;
    }

    /** Called at the end: what nobody looked at. */
    void finish() {
        check(unchecked.size() == 0, "received and not expected by any line: " + unchecked.size() + " bytes");
        check(failure == null, "caught and not expected by any line: " + failure);
    }

    private void check(boolean holds, String what) {
        if (!holds) {
            throw script.failure(what);
        }
    }

    // --- what it does ---

    private void act(String what) {
        script.trace("app      " + what);
        script.line();
    }

    ChannelFuture writes(String text) {
        act("writes '" + text + '\'');
        return writes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Writes so many bytes of the pattern. */
    ChannelFuture writes(int bytes) {
        act("writes " + bytes + " bytes");
        return writes(SegmentScript.pattern(written, bytes));
    }

    private ChannelFuture writes(byte[] bytes) {
        written += bytes.length;
        ByteBuf buffer = channel.alloc().buffer(bytes.length).writeBytes(bytes);
        ChannelFuture future = channel.writeAndFlush(buffer);
        script.settle();
        return future;
    }

    /** It will answer the next text from inside its handler. */
    void willReply(String text) {
        reply = text;
    }

    void closes() {
        act("closes");
        channel.close();
        script.settle();
    }

    /** Closes with a reset. */
    void aborts() {
        set(ChannelOption.SO_LINGER, 0);
        closes();
    }

    void shutsDownOutput() {
        act("shuts down its output");
        channel.shutdownOutput();
        script.settle();
    }

    void stopsReading() {
        set(ChannelOption.AUTO_READ, false);
        script.settle();
    }

    void reads() {
        act("asks for a read");
        channel.read();
        script.settle();
    }

    void readsAll() {
        set(ChannelOption.AUTO_READ, true);
        script.settle();
    }

    <T> ScriptedApp set(ChannelOption<T> option, T value) {
        act("sets " + option + " to " + value);
        check(channel.config().setOption(option, value), "not an option: " + option);
        return this;
    }
}
