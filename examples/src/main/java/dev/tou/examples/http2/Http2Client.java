// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.http2;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

import dev.tou.channel.TouSocketChannel;
import dev.tou.examples.tls.SelfSigned;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.SslContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An HTTP/2 client with TLS. The one line that differs from kernel TCP is the channel's class. */
@Command(name = "http2-client", mixinStandardHelpOptions = true, description = "Asks http2-server for several paths.")
public final class Http2Client implements Callable<Integer> {
    @Option(names = "--host", defaultValue = "localhost", description = "Server (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", defaultValue = "8444", description = "Its UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--trust", defaultValue = "http2.pem", description = "Certificate (default: ${DEFAULT-VALUE}).")
    private Path trusted;

    @Parameters(defaultValue = "/500 /0", split = " ", description = "Paths (default: ${DEFAULT-VALUE}).")
    private List<String> paths;

    private volatile int missing;
    private int over;

    @Override
    public Integer call() {
        missing = paths.size();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            SslContext tls = Alpn.offering(SelfSigned.forClient(trusted));
            Bootstrap client = new Bootstrap().group(group);
            client.handler(Alpn.initializer(channel -> tls.newHandler(channel.alloc(), host, port), this::ask));
            client.channel(TouSocketChannel.class); // was: NioSocketChannel.class
            client.connect(host, port).sync().channel().closeFuture().sync();
            group.submit(() -> {}).sync(); // what has closed it is said first
            System.err.print(missing == 0 ? "" : missing + " requests were not answered.\n");
            return missing == 0 ? 0 : 1;
        } catch (Exception e) { // sync() throws what connect() has failed with
            System.err.println("Cannot reach the server: " + e.getMessage());
            return 1;
        } finally {
            group.shutdownGracefully();
        }
    }

    private void ask(ChannelPipeline connection) {
        connection.addLast(Http2FrameCodecBuilder.forClient().build(), new Http2MultiplexHandler(new Answer()));
        for (String path : paths) {
            var head = new DefaultHttp2Headers().method("GET").path(path);
            var request = new DefaultHttp2HeadersFrame(head.scheme("https").authority(host), true);
            var stream = new Http2StreamChannelBootstrap(connection.channel()).handler(new Answer());
            stream.open().addListener(opened -> ((Channel) opened.getNow()).writeAndFlush(request));
        }
    }

    private final class Answer extends SimpleChannelInboundHandler<Http2DataFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, Http2DataFrame data) {
            System.out.print(data.content().toString(StandardCharsets.UTF_8));
            missing -= data.isEndStream() ? 1 : 0;
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) { // all was said, or the server has given up
            if (++over == paths.size()) {
                ctx.channel().parent().close();
            }
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Http2Client()).execute(args));
    }
}
