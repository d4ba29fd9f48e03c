// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.InetSocketAddress;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Netty's echo with nothing changed but the channel class, on real sockets. */
class StockBootstrapTest {

    private static final long SEED = 0x70BL;

    @ParameterizedTest(name = "{0} {1} {2} bytes")
    @CsvSource({
        "nio, 127.0.0.1, 1",
        "nio, ::1, 100000",
        "epoll, 127.0.0.1, 1",
        "epoll, ::1, 100000",
        "nio, 127.0.0.1, 10000000",
        "epoll, 127.0.0.1, 10000000",
        "io_uring, 127.0.0.1, 1",
        "io_uring, ::1, 100000",
        "io_uring, 127.0.0.1, 10000000",
    })
    void echoes(String io, String address, int size) throws Exception {
        byte[] bytes = new byte[size];
        new Random(SEED).nextBytes(bytes);
        try (Sockets sockets = new Sockets(io, 2)) {
            EventLoopGroup group = sockets.group;
            Channel server = new ServerBootstrap()
                    .group(group)
                    .channel(TouServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel ch) {
                            ch.pipeline().addLast(new Echo());
                        }
                    })
                    .bind(new InetSocketAddress(address, 0))
                    .sync()
                    .channel();
            CompletableFuture<byte[]> echoed = new CompletableFuture<>();
            Channel client = new Bootstrap()
                    .group(group)
                    .channel(TouSocketChannel.class)
                    .handler(new Collector(size, echoed))
                    .connect(server.localAddress())
                    .sync()
                    .channel();
            assertThat(client.localAddress()).isInstanceOf(InetSocketAddress.class);
            client.writeAndFlush(Unpooled.wrappedBuffer(bytes)).sync();
            assertThat(echoed.get(60, TimeUnit.SECONDS)).isEqualTo(bytes);
            client.close().sync();
            server.close().sync();
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.write(msg);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }

    private static final class Collector extends SimpleChannelInboundHandler<ByteBuf> {
        private final byte[] received;
        private final CompletableFuture<byte[]> whole;
        private int length;

        Collector(int size, CompletableFuture<byte[]> whole) {
            received = new byte[size];
            this.whole = whole;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            int n = msg.readableBytes();
            msg.readBytes(received, length, n);
            length += n;
            if (length == received.length) {
                whole.complete(received);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            whole.completeExceptionally(cause);
        }
    }
}
