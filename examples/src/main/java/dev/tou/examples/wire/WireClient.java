// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.wire;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.zip.CRC32C;

import dev.tou.channel.TouChannelOption;
import dev.tou.channel.TouSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.ByteToMessageDecoder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Sends bytes while a handler of its own throws every n-th datagram away, and all of them arrive.
 *
 * <p>Kernel TCP has no place for such a handler: here TCP is a pipeline, that of the UDP channel below, and what stands
 * before its "codec" sees the datagrams.
 */
@Command(name = "wire-client", mixinStandardHelpOptions = true, description = "Sends to wire-server, losing datagrams.")
public final class WireClient implements Callable<Integer> {
    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Server (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", defaultValue = "8011", description = "Its UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--lose-every",
            paramLabel = "N",
            defaultValue = "50",
            description = "Lose each N-th datagram: 50 loses 2%% of them (default: ${DEFAULT-VALUE}).")
    private int every;

    private final byte[] bytes = new byte[10_000_000];
    private final CRC32C sum = new CRC32C();
    private volatile boolean whole;

    @Override
    public Integer call() {
        if (every < 2) {
            System.err.println("--lose-every must be 2 or more: when all are lost, nothing arrives.");
            return 2;
        }
        new SplittableRandom(1).nextBytes(bytes);
        sum.update(bytes);
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            EveryNthLost lossy = new EveryNthLost(every);
            Bootstrap client = new Bootstrap().group(group).handler(new Answer());
            client.channel(TouSocketChannel.class); // was: NioSocketChannel.class
            client.option(TouChannelOption.UDP_PIPELINE, udp -> udp.addBefore("codec", "lossy", lossy));
            TouSocketChannel channel =
                    (TouSocketChannel) client.connect(host, port).sync().channel();
            channel.writeAndFlush(Unpooled.wrappedBuffer(bytes)).sync();
            channel.shutdownOutput().sync();
            channel.closeFuture().sync();
            System.out.println(lossy.lost() + " of " + lossy.datagrams() + " datagrams were lost, and "
                    + channel.tcpInfo().retrans() + " segments sent again.");
            System.out.println(bytes.length + (whole ? " bytes arrived whole." : " bytes did not arrive whole."));
            return whole ? 0 : 1;
        } catch (Exception e) { // sync() throws what connect() has failed with
            System.err.println("Cannot reach the server: " + e.getMessage());
            return 1;
        } finally {
            group.shutdownGracefully();
        }
    }

    private final class Answer extends ByteToMessageDecoder {

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> ignored) {
            if (in.readableBytes() == 2 * Long.BYTES) {
                whole = in.readLong() == bytes.length && in.readLong() == sum.getValue();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            System.err.println("Lost the server: " + cause.getMessage());
            ctx.close();
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new WireClient()).execute(args));
    }
}
