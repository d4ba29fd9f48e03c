// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.halfclose;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import dev.tou.channel.TouServerSocketChannel;
import io.netty.bootstrap.ServerBootstrap;
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
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Sorts lines. It can answer only once it has the last of them, and what tells it so is the client's FIN.
 *
 * <p>The one line that differs from kernel TCP is the channel's class. ALLOW_HALF_CLOSURE means what it always does:
 * without it Netty closes the channel when the FIN comes. A server for strangers would limit what it keeps.
 */
@Command(name = "half-close-server", mixinStandardHelpOptions = true, description = "Sorts half-close-client's words.")
public final class HalfCloseServer implements Callable<Integer> {

    @Option(names = "--port", defaultValue = "8010", description = "UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Override
    public Integer call() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
        try {
            Channel server = new ServerBootstrap()
                    .group(group)
                    .channel(TouServerSocketChannel.class) // was: NioServerSocketChannel.class
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .childHandler(new Initializer())
                    .bind(port)
                    .sync()
                    .channel();
            System.out.println("Sorting on UDP port " + ((InetSocketAddress) server.localAddress()).getPort());
            server.closeFuture().sync();
            return 0;
        } catch (Exception e) { // sync() throws what bind() has failed with
            System.err.println("Cannot sort on UDP port " + port + ": " + e.getMessage());
            return 1;
        } finally {
            group.shutdownGracefully();
        }
    }

    private static final class Initializer extends ChannelInitializer<SocketChannel> {

        @Override
        protected void initChannel(SocketChannel channel) {
            channel.pipeline()
                    .addLast(new LineBasedFrameDecoder(1024), new StringDecoder(StandardCharsets.UTF_8))
                    .addLast(new StringEncoder(StandardCharsets.UTF_8), new Sorter());
        }
    }

    private static final class Sorter extends SimpleChannelInboundHandler<String> {

        private final List<String> lines = new ArrayList<>();

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, String line) {
            lines.add(line);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) { // the FIN: there will be no more
                lines.sort(null);
                lines.forEach(line -> ctx.write(line + "\n"));
                ctx.writeAndFlush("").addListener(ChannelFutureListener.CLOSE);
            }
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new HalfCloseServer()).execute(args));
    }
}
