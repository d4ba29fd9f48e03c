// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.wire;

import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.zip.CRC32C;

import dev.tou.channel.TouServerSocketChannel;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Reads to the end, and answers with the number of bytes that came and their CRC-32C. It knows nothing of losses. The one
 * line that differs from kernel TCP is the channel's class.
 */
@Command(name = "wire-server", mixinStandardHelpOptions = true, description = "Checks what wire-client sends.")
public final class WireServer implements Callable<Integer> {

    @Option(names = "--port", defaultValue = "8011", description = "UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Override
    public Integer call() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
        try {
            Channel server = new ServerBootstrap()
                    .group(group)
                    .channel(TouServerSocketChannel.class) // was: NioServerSocketChannel.class
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            channel.pipeline().addLast(new Checker());
                        }
                    })
                    .bind(port)
                    .sync()
                    .channel();
            System.out.println("Checking on UDP port " + ((InetSocketAddress) server.localAddress()).getPort());
            server.closeFuture().sync();
            return 0;
        } catch (Exception e) { // sync() throws what bind() has failed with
            System.err.println("Cannot check on UDP port " + port + ": " + e.getMessage());
            return 1;
        } finally {
            group.shutdownGracefully();
        }
    }

    private static final class Checker extends SimpleChannelInboundHandler<ByteBuf> {
        private final CRC32C sum = new CRC32C();
        private long bytes;

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf part) {
            bytes += part.readableBytes();
            sum.update(part.nioBuffer());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) { // the client's FIN: that was all
                ByteBuf answer = ctx.alloc().buffer(2 * Long.BYTES);
                answer.writeLong(bytes).writeLong(sum.getValue());
                ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            System.err.println("Lost " + ctx.channel().remoteAddress() + ": " + cause.getMessage());
            ctx.close();
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new WireServer()).execute(args));
    }
}
