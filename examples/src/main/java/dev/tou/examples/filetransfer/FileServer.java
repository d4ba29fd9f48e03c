// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.filetransfer;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import dev.tou.channel.TouServerSocketChannel;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Gets a name in a line; answers with the size and the file, as a {@link DefaultFileRegion}, and closes. The one line that
 * differs from kernel TCP is the channel's class.
 */
@Command(name = "file-server", mixinStandardHelpOptions = true, description = "Sends the files of a folder.")
public final class FileServer implements Callable<Integer> {
    static final long NO_SUCH_FILE = -1;

    @Option(names = "--port", defaultValue = "8023", description = "UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--dir", defaultValue = ".", description = "Folder (default: the current one).")
    private Path folder;

    @Override
    public Integer call() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
        try {
            Channel server = start(group, port, folder);
            System.out.println("Serving " + folder.toAbsolutePath().normalize() + " on UDP port "
                    + ((InetSocketAddress) server.localAddress()).getPort());
            server.closeFuture().sync();
            return 0;
        } catch (Exception e) { // sync() throws what bind() has failed with
            System.err.println("Cannot serve on UDP port " + port + ": " + e.getMessage());
            return 1;
        } finally {
            group.shutdownGracefully();
        }
    }

    static Channel start(EventLoopGroup group, int port, Path folder) throws InterruptedException {
        return new ServerBootstrap()
                .group(group)
                .channel(TouServerSocketChannel.class) // was: NioServerSocketChannel.class
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new LineBasedFrameDecoder(1024), new StringDecoder(StandardCharsets.UTF_8))
                                .addLast(new FileHandler(folder.toAbsolutePath().normalize()));
                    }
                })
                .bind(port)
                .sync()
                .channel();
    }

    private static final class FileHandler extends SimpleChannelInboundHandler<String> {

        private final Path folder;

        FileHandler(Path folder) {
            this.folder = folder;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, String name) throws Exception {
            Path file = folder.resolve(name).normalize();
            boolean served = folder.equals(file.getParent()) && Files.isRegularFile(file);
            long size = served ? Files.size(file) : NO_SUCH_FILE;
            ctx.write(ctx.alloc().buffer(Long.BYTES).writeLong(size));
            Object content = served ? new DefaultFileRegion(file.toFile(), 0, size) : Unpooled.EMPTY_BUFFER;
            ctx.writeAndFlush(content).addListener(ChannelFutureListener.CLOSE); // the FIN comes last
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new FileServer()).execute(args));
    }
}
