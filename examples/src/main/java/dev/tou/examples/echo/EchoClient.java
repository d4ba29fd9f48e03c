// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.echo;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

import dev.tou.channel.TouSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Sends a message, prints what comes back, and closes: Netty's echo client.
 *
 * <p>The one line that differs from kernel TCP is the channel's class.
 */
@Command(name = "echo-client", mixinStandardHelpOptions = true, description = "Has a message echoed by echo-server.")
public final class EchoClient implements Callable<Integer> {

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Server (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", defaultValue = "8007", description = "Its UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Parameters(defaultValue = "Hello over UDP", description = "What to send (default: ${DEFAULT-VALUE}).")
    private String message;

    @Override
    public Integer call() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Echo echo = new Echo(message.getBytes(StandardCharsets.UTF_8));
            new Bootstrap()
                    .group(group)
                    .channel(TouSocketChannel.class) // was: NioSocketChannel.class
                    .handler(echo)
                    .connect(host, port)
                    .sync()
                    .channel()
                    .closeFuture()
                    .sync();
            if (echo.missing > 0) {
                System.err.println(echo.missing + " bytes did not come back.");
            }
            return echo.missing == 0 ? 0 : 1;
        } catch (Exception e) { // sync() throws what connect() has failed with
            System.err.println("Cannot reach the server: " + e.getMessage());
            return 1;
        } finally {
            group.shutdownGracefully();
        }
    }

    private static final class Echo extends SimpleChannelInboundHandler<ByteBuf> {

        private final byte[] message;
        private volatile int missing;

        Echo(byte[] message) {
            this.message = message;
            this.missing = message.length;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(ctx.alloc().buffer(message.length).writeBytes(message));
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf echo) {
            missing -= echo.readableBytes(); // a stream has no messages: the echo may come in pieces
            System.out.write(ByteBufUtil.getBytes(echo), 0, echo.readableBytes());
            if (missing == 0) {
                System.out.println();
                ctx.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            System.err.println("Lost the server: " + cause.getMessage());
            ctx.close();
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new EchoClient()).execute(args));
    }
}
