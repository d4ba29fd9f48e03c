// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.filetransfer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

import dev.tou.channel.TouSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.ByteToMessageDecoder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches a file by name. One line differs from kernel TCP, the channel's class. "tou receive" takes more care. */
@Command(name = "file-client", mixinStandardHelpOptions = true, description = "Fetches a file from file-server.")
public final class FileClient implements Callable<Integer> {
    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Server (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", defaultValue = "8023", description = "Its UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Parameters(index = "0", description = "Name of the file on the server.")
    private String name;

    @Parameters(index = "1", description = "Where to write it.")
    private Path target;

    @Override
    public Integer call() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Fetch fetch = new Fetch();
            Bootstrap client = new Bootstrap().group(group).handler(fetch);
            client.channel(TouSocketChannel.class); // was: NioSocketChannel.class
            client.connect(host, port).sync().channel().closeFuture().sync();
            if (fetch.missing > 0) {
                Files.delete(target);
            }
            boolean whole = fetch.missing == 0;
            String words = whole ? Files.size(target) + " bytes in " + target : "No such file, or not all of it.";
            (whole ? System.out : System.err).println(words);
            return whole ? 0 : 1;
        } catch (Exception e) {
            System.err.println("Cannot fetch it: " + e.getMessage());
            return 1;
        } finally {
            group.shutdownGracefully();
        }
    }

    private final class Fetch extends ByteToMessageDecoder {
        private volatile long missing = FileServer.NO_SUCH_FILE;
        private OutputStream out = OutputStream.nullOutputStream();

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(ctx.alloc().buffer().writeBytes((name + "\n").getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> ignored) throws IOException {
            if (missing >= 0) {
                missing -= in.readableBytes();
                in.readBytes(out, in.readableBytes()); // blocks this loop, which has nothing else to do
            } else if (in.readableBytes() >= Long.BYTES) {
                missing = in.readLong();
                out = missing < 0 ? out : Files.newOutputStream(target);
            }
        }

        @Override
        protected void handlerRemoved0(ChannelHandlerContext ctx) throws IOException {
            out.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            System.err.println("Lost the server: " + cause.getMessage());
            ctx.close();
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new FileClient()).execute(args));
    }
}
