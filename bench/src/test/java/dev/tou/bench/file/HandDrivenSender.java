// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.HostAndPort;
import dev.tou.bench.Transports;
import dev.tou.channel.TouSocketChannel;
import dev.tou.telemetry.TcpInfo;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;

import static org.assertj.core.api.Assertions.assertThat;

/** The sender's side of the protocol, step by step, as a test wants it. */
public final class HandDrivenSender implements AutoCloseable {

    private final EventLoopGroup group;
    private final Channel channel;
    private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();

    public HandDrivenSender(Transports.Io io, HostAndPort target) {
        group = Transports.group(io, 1, "hand");
        channel = new Bootstrap()
                .group(group)
                .channel(Transports.socketChannel())
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new ReplyDecoder())
                                .addLast(new SimpleChannelInboundHandler<Reply>() {
                                    @Override
                                    protected void channelRead0(ChannelHandlerContext ctx, Reply reply) {
                                        if (!(reply instanceof Reply.Checking)) { // a slow machine says so
                                            replies.add(reply);
                                        }
                                    }
                                });
                    }
                })
                .connect(target.unresolved())
                .syncUninterruptibly()
                .channel();
    }

    public void offer(String name, long size) {
        ByteBuf out = Unpooled.buffer();
        new Offer(name, size, false).write(out);
        channel.writeAndFlush(out).syncUninterruptibly();
    }

    public void bytes(String text) {
        channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8))
                .syncUninterruptibly();
    }

    void offerAndBytes(String name, String text) {
        ByteBuf out = Unpooled.buffer();
        new Offer(name, text.length(), false).write(out);
        out.writeCharSequence(text, StandardCharsets.UTF_8);
        channel.writeAndFlush(out).syncUninterruptibly();
    }

    void digest(Sha256 digest) {
        ByteBuf out = Unpooled.buffer();
        digest.write(out);
        channel.writeAndFlush(out).syncUninterruptibly();
    }

    Reply reply() throws InterruptedException {
        Reply reply = replies.poll(30, TimeUnit.SECONDS);
        assertThat(reply).as("a reply within 30 s").isNotNull();
        return reply;
    }

    /** Waits until the receiver has accepted, of a file that it has nothing of, and begins. */
    public void beginWhenAccepted() throws InterruptedException {
        assertThat(reply()).isEqualTo(Reply.Accepted.ALL);
        begin(0);
    }

    void begin(long offset) {
        ByteBuf out = Unpooled.buffer();
        new Start(offset).write(out);
        channel.writeAndFlush(out).syncUninterruptibly();
    }

    void bytes(byte[] piece) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(piece)).syncUninterruptibly();
    }

    /** Waits until the other end has all that was written: a close waits two seconds for that and not longer. */
    void awaitDelivered() throws InterruptedException {
        TouSocketChannel connection = (TouSocketChannel) channel;
        for (int i = 0; i < 60_000 && isUnderWay(connection.tcpInfo()); i++) {
            Thread.sleep(1);
        }
        assertThat(isUnderWay(connection.tcpInfo()))
                .as("something is under way")
                .isFalse();
    }

    private static boolean isUnderWay(TcpInfo connection) {
        return connection.unacked() > 0 || connection.notSent() > 0;
    }

    void awaitClosed() {
        assertThat(channel.closeFuture().awaitUninterruptibly(30, TimeUnit.SECONDS))
                .isTrue();
    }

    @Override
    public void close() {
        Transports.shutdown(group, channel);
    }
}
