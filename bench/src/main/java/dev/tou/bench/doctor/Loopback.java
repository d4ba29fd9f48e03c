// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.doctor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Transports;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Promise;

/** A connection of tou from this process to itself. */
final class Loopback {

    private static final long PATIENCE_SECONDS = 5;

    private Loopback() {}

    /**
     * Opens one, and sends a byte there and back.
     *
     * @throws Failure if that does not work: then nothing of tou does
     */
    static void connection(Transports.Io io) {
        EventLoopGroup group = Transports.group(io, 1, "tou-doctor");
        Channel listener = null;
        Channel client = null;
        try {
            InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            ChannelFuture bound = new ServerBootstrap()
                    .group(group)
                    .channel(Transports.serverSocketChannel())
                    .childHandler(new Echo())
                    .bind(any)
                    .awaitUninterruptibly();
            if (!bound.isSuccess()) {
                throw Failures.listening(any, bound.cause());
            }
            listener = bound.channel();
            client = echoed(group, (InetSocketAddress) listener.localAddress());
        } finally {
            Transports.shutdown(group, client, listener);
        }
    }

    private static Channel echoed(EventLoopGroup group, InetSocketAddress address) {
        Promise<Void> back = group.next().newPromise();
        ChannelFuture connected = new Bootstrap()
                .group(group)
                .channel(Transports.socketChannel())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Answer(back));
                    }
                })
                .connect(address)
                .awaitUninterruptibly();
        HostAndPort target = HostAndPort.of(address);
        if (!connected.isSuccess()) {
            throw Failures.connecting(target, "tou doctor", connected.cause());
        }
        Channel client = connected.channel();
        client.writeAndFlush(client.alloc().buffer(1).writeByte(1));
        if (!back.awaitUninterruptibly(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new Failure(
                    ExitCode.REFUSED,
                    "A byte over loopback did not come back in " + PATIENCE_SECONDS
                            + " s; see whether a firewall drops UDP on lo.");
        }
        return client;
    }

    @io.netty.channel.ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    private static final class Answer extends ChannelInboundHandlerAdapter {

        private final Promise<Void> back;

        Answer(Promise<Void> back) {
            this.back = back;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ((ByteBuf) message).release();
            back.trySuccess(null);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
