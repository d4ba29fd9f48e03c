// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.echo;

import java.net.InetSocketAddress;
import java.util.concurrent.Callable;

import dev.tou.channel.TouServerSocketChannel;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Sends back whatever a client sends: Netty's echo server.
 *
 * <p>The one line that differs from kernel TCP is the channel's class. The event loops are Netty's: NIO here, epoll and
 * io_uring do as well.
 */
@Command(name = "echo-server", mixinStandardHelpOptions = true, description = "Sends back what echo-client sends.")
public final class EchoServer implements Callable<Integer> {

    @Option(names = "--port", defaultValue = "8007", description = "UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Override
    public Integer call() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
        try {
            Channel server = start(group, port);
            System.out.println("Echoing on UDP port " + ((InetSocketAddress) server.localAddress()).getPort());
            server.closeFuture().sync();
            return 0;
        } catch (Exception e) { // sync() throws what bind() has failed with
            System.err.println("Cannot echo on UDP port " + port + ": " + e.getMessage());
            return 1;
        } finally {
            group.shutdownGracefully();
        }
    }

    static Channel start(EventLoopGroup group, int port) throws InterruptedException {
        return new ServerBootstrap()
                .group(group)
                .channel(TouServerSocketChannel.class) // was: NioServerSocketChannel.class
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new EchoHandler());
                    }
                })
                .bind(port)
                .sync()
                .channel();
    }

    private static final class EchoHandler extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.write(message); // releases it
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            System.err.println("Lost " + ctx.channel().remoteAddress() + ": " + cause.getMessage());
            ctx.close();
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new EchoServer()).execute(args));
    }
}
