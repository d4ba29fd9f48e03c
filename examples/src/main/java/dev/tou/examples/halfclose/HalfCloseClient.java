// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.halfclose;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;

import dev.tou.channel.TouSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Sends words, a line each, ends its own direction with a FIN, and reads what the server makes of them.
 *
 * <p>The one line that differs from kernel TCP is the channel's class; {@code shutdownOutput()} is Netty's own.
 */
@Command(name = "half-close-client", mixinStandardHelpOptions = true, description = "Has half-close-server sort words.")
public final class HalfCloseClient implements Callable<Integer> {

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Server (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", defaultValue = "8010", description = "Its UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Parameters(defaultValue = "pear apple fig", split = " ", description = "Words (default: ${DEFAULT-VALUE}).")
    private List<String> words;

    private volatile int missing;

    @Override
    public Integer call() {
        missing = words.size();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Bootstrap client = new Bootstrap().group(group).handler(new Initializer());
            client.channel(TouSocketChannel.class); // was: NioSocketChannel.class
            SocketChannel channel =
                    (SocketChannel) client.connect(host, port).sync().channel();
            channel.writeAndFlush(String.join("\n", words) + "\n").sync();
            channel.shutdownOutput().sync(); // the FIN; the other direction stays open
            channel.closeFuture().sync();
            if (missing > 0) {
                System.err.println(missing + " words did not come back.");
            }
            return missing == 0 ? 0 : 1;
        } catch (Exception e) { // sync() throws what connect() has failed with
            System.err.println("Cannot reach the server: " + e.getMessage());
            return 1;
        } finally {
            group.shutdownGracefully();
        }
    }

    private final class Initializer extends ChannelInitializer<SocketChannel> {

        @Override
        protected void initChannel(SocketChannel channel) {
            channel.pipeline()
                    .addLast(new LineBasedFrameDecoder(1024), new StringDecoder(StandardCharsets.UTF_8))
                    .addLast(new StringEncoder(StandardCharsets.UTF_8), new Printer());
        }
    }

    private final class Printer extends SimpleChannelInboundHandler<String> {

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, String line) {
            System.out.println(line);
            missing--;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            System.err.println("Lost the server: " + cause.getMessage());
            ctx.close();
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new HalfCloseClient()).execute(args));
    }
}
