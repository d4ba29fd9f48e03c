// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.replay.Event.Source;
import dev.tou.channel.TouSocketChannel;
import dev.tou.state.TcpState;
import dev.tou.telemetry.AckKind;
import dev.tou.telemetry.ConnectionId;
import dev.tou.telemetry.TransportListener;
import dev.tou.telemetry.TransportListenerFactory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/** One end of a connection: shows each state that it is in, and what its application sees. */
@Sharable
final class End extends ChannelInboundHandlerAdapter implements TransportListenerFactory {

    private static final int SHORT = 40;
    /** What its application sees begins with this. */
    static final String APPLICATION = "application ";

    private static final String CLOSED = "sees its channel closed";

    private final Transcript transcript;
    private final Source source;
    private final BlockingQueue<TouSocketChannel> channels = new LinkedBlockingQueue<>();
    private volatile TouSocketChannel channel;
    private volatile boolean quiet;
    private final Insight insight;
    private long bytesRead;

    End(Transcript transcript, Source source) {
        this.transcript = transcript;
        this.source = source;
        insight = new Insight(transcript, source);
    }

    // --- what the scenario has it do ---

    /** {@return the connection, which a server waits for} */
    TouSocketChannel channel() throws InterruptedException {
        if (channel == null) {
            channel = channels.poll(30, TimeUnit.SECONDS);
            if (channel == null) {
                throw NotSeen.of("a connection at the " + source.text());
            }
        }
        return channel;
    }

    /** {@return the connection that was last waited for, and forgets it, so that the next one can be waited for} */
    TouSocketChannel nextChannel() throws InterruptedException {
        TouSocketChannel next = channel();
        channel = null;
        return next;
    }

    void write(String text) throws InterruptedException {
        transcript.say("The " + source.text() + " writes \"" + text + "\".");
        channel().writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    /** Writes {@code bytes} bytes that say nothing. */
    void write(int bytes) throws InterruptedException {
        channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[bytes]));
    }

    void close() throws InterruptedException {
        transcript.say("The " + source.text() + " calls close().");
        channel().close();
    }

    void shutdownOutput() throws InterruptedException {
        transcript.say("The " + source.text() + " calls shutdownOutput().");
        channel().shutdownOutput();
    }

    /** {@return why it decides as it does, which is shown on demand} */
    Insight insight() {
        return insight;
    }

    /** Its application reads from now on, where {@code AUTO_READ} was off. */
    void reads() throws InterruptedException {
        transcript.say("The " + source.text() + "'s application reads.");
        channel().config().setAutoRead(true);
    }

    /** Has its application write two texts in one turn. {@return whether both have left when that ends} */
    boolean write(String first, String second) throws InterruptedException {
        transcript.say("The " + source.text() + " writes \"" + first + "\", and then \"" + second + "\".");
        TouSocketChannel to = channel();
        return to.eventLoop()
                .submit(() -> {
                    to.writeAndFlush(Unpooled.copiedBuffer(first, StandardCharsets.UTF_8));
                    to.writeAndFlush(Unpooled.copiedBuffer(second, StandardCharsets.UTF_8));
                    return to.tcpInfo().notSent() == 0;
                })
                .sync()
                .getNow();
    }

    /** Whether what it reads from now on is only counted, and shown at the end. */
    void quiet(boolean counted) {
        quiet = counted;
    }

    // --- what the scenario expects of it ---

    /** Waits until all that it has sent is acknowledged, and it knows. */
    void isAcknowledged() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (channel().tcpInfo().unacked() > 0 || channel().tcpInfo().notSent() > 0) {
            if (System.nanoTime() > deadline) {
                throw NotSeen.of("the last acknowledgment for the " + source.text());
            }
            Thread.sleep(1);
        }
    }

    /** Waits until it is in {@code state}. */
    void reaches(TcpState state) throws InterruptedException {
        transcript.await(source, "the " + source.text() + " in " + state, event -> event.state() == state);
    }

    /** Waits until it acknowledges for this reason. */
    void acknowledges(AckKind kind) throws InterruptedException {
        sees(Insight.ACKNOWLEDGES + kind);
    }

    /** {@return what its application sees, when it sees something with {@code words} in it} */
    String sees(String words) throws InterruptedException {
        return transcript
                .await(
                        source,
                        "\"" + words + "\" at the " + source.text(),
                        event -> event.words() != null && event.words().contains(words))
                .words();
    }

    /** Waits until its application gets an exception, with {@code words} in it, and its channel is closed. */
    void seesFailure(String words) throws InterruptedException {
        sees(words);
        sees(CLOSED);
    }

    // --- what it tells ---

    @Override
    public TransportListener newListener(ConnectionId connection) {
        return insight.listener();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channels.add(channel(ctx));
        tell(channel(ctx).parent() == null ? "is connected" : "accepts the connection");
        ctx.fireChannelActive();
    }

    private static TouSocketChannel channel(ChannelHandlerContext ctx) {
        return (TouSocketChannel) ctx.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf buffer = (ByteBuf) message;
        int bytes = buffer.readableBytes();
        bytesRead += bytes;
        if (!quiet) {
            tell("reads " + (bytes > SHORT ? bytes + " bytes" : '"' + buffer.toString(StandardCharsets.UTF_8) + '"'));
        }
        buffer.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            tell(all() + "reads the end of the stream");
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        tell("gets " + text(cause));
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        tell(all() + CLOSED);
        ctx.fireChannelInactive();
    }

    private String all() {
        return quiet ? "has read " + bytesRead + " bytes and " : "";
    }

    /** Shows that a call has failed. */
    void fails(String call, Throwable cause) {
        tell("gets from " + call + " " + text(cause));
    }

    private static String text(Throwable cause) {
        // Netty puts the address to it in a subclass.
        return cause.getClass().getSimpleName().replace("Annotated", "") + ": " + cause.getMessage();
    }

    private void tell(String words) {
        transcript.words(source, APPLICATION + words);
    }
}
