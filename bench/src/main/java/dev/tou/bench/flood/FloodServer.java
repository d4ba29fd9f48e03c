// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.flood;

import java.net.InetSocketAddress;

import dev.tou.bench.Transports;
import dev.tou.channel.SynCookieMode;
import dev.tou.channel.TouChannelOption;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.util.ReferenceCountUtil;

/**
 * The server that is flooded, on one event loop. By a connection's first byte it echoes that byte, or takes what comes, or sends
 * at a rate.
 */
final class FloodServer {

    static final byte ECHO = 'e';
    static final byte TAKE = 't';
    static final byte SEND = 's';

    private final Channel channel;

    /** What has come on connections that only take. Written on the event loop. */
    private volatile long taken;

    FloodServer(EventLoopGroup group, SynCookieMode cookies, double sendBytesPerSecond) throws InterruptedException {
        channel = new ServerBootstrap()
                .group(group)
                .channel(Transports.serverSocketChannel())
                .option(TouChannelOption.SYN_COOKIES, cookies)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        ch.pipeline().addLast(new Service(sendBytesPerSecond));
                    }
                })
                .bind(new InetSocketAddress("127.0.0.1", 0))
                .sync()
                .channel();
    }

    Channel channel() {
        return channel;
    }

    InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    /** {@return the bytes that have come on connections that only take} */
    long taken() {
        return taken;
    }

    private final class Service extends ChannelInboundHandlerAdapter {

        private final double bytesPerSecond;
        private byte kind;

        Service(double bytesPerSecond) {
            this.bytesPerSecond = bytesPerSecond;
        }

        @Override
        @SuppressWarnings("NonAtomicOperationOnVolatileField") // One event loop writes it.
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            if (kind == 0) {
                kind = bytes.getByte(bytes.readerIndex());
                if (kind == SEND) {
                    new PacedSender(ctx.channel(), bytesPerSecond).start();
                }
            }
            if (kind == ECHO) {
                ctx.writeAndFlush(message);
                return;
            }
            taken += kind == TAKE ? bytes.readableBytes() : 0;
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
