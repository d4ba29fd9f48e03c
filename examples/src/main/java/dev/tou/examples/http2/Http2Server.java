// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.http2;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import dev.tou.channel.TouServerSocketChannel;
import dev.tou.examples.tls.SelfSigned;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * An HTTP/2 server with TLS. A path like /500 is answered after 500 ms, so that later requests overtake it.
 *
 * <p>The one line that differs from kernel TCP is the channel's class. It is a stream as TCP's is: a lost datagram delays
 * all requests behind it, as it would not with QUIC.
 */
@Command(name = "http2-server", mixinStandardHelpOptions = true, description = "Answers the requests of http2-client.")
public final class Http2Server implements Callable<Integer> {
    @Option(names = "--port", defaultValue = "8444", description = "UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--cert", defaultValue = "http2.pem", description = "For the client (default: ${DEFAULT-VALUE}).")
    private Path certificate;

    @Override
    public Integer call() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
        try {
            SslContext tls = Alpn.offering(SelfSigned.forServer(certificate));
            ServerBootstrap bootstrap = new ServerBootstrap().group(group);
            bootstrap.childHandler(Alpn.initializer(channel -> tls.newHandler(channel.alloc()), Http2Server::agreed));
            bootstrap.channel(TouServerSocketChannel.class); // was: NioServerSocketChannel.class
            Channel server = bootstrap.bind(port).sync().channel();
            System.out.println("HTTP/2 on UDP port " + ((InetSocketAddress) server.localAddress()).getPort());
            server.closeFuture().sync();
            return 0;
        } catch (Exception e) { // sync() throws what bind() has failed with
            System.err.println("Cannot serve on UDP port " + port + ": " + e.getMessage());
            return 1;
        } finally {
            group.shutdownGracefully();
        }
    }

    private static void agreed(ChannelPipeline connection) {
        connection.addLast(Http2FrameCodecBuilder.forServer().build());
        connection.addLast(new Http2MultiplexHandler(
                new ChannelInitializer<>() { // each request has a channel
                    @Override
                    protected void initChannel(Channel request) {
                        request.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(true));
                        request.pipeline().addLast(new HttpObjectAggregator(64 << 10), new Hello());
                    }
                }));
    }

    private static final class Hello extends SimpleChannelInboundHandler<FullHttpRequest> {

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            String path = request.uri();
            int millis = path.matches("/\\d{1,4}") ? Integer.parseInt(path.substring(1)) : 0;
            var body = ByteBufUtil.writeUtf8(ctx.alloc(), "Hello, this is " + path + "\n");
            var answer = new DefaultFullHttpResponse(request.protocolVersion(), HttpResponseStatus.OK, body);
            ctx.executor().schedule(() -> ctx.writeAndFlush(answer), millis, TimeUnit.MILLISECONDS);
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Http2Server()).execute(args));
    }
}
