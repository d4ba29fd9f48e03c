// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.https;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import dev.tou.channel.TouServerSocketChannel;
import dev.tou.examples.tls.SelfSigned;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.ssl.SslContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** An HTTP/1.1 server with TLS. The one line that differs from kernel TCP is the channel's class. */
@Command(name = "https-server", mixinStandardHelpOptions = true, description = "Answers the requests of https-client.")
public final class HttpsServer implements Callable<Integer> {

    @Option(names = "--port", defaultValue = "8443", description = "UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--cert", defaultValue = "https.pem", description = "For the client (default: ${DEFAULT-VALUE}).")
    private Path certificate;

    @Override
    public Integer call() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
        try {
            SslContext tls = SelfSigned.forServer(certificate).build();
            Channel server = new ServerBootstrap()
                    .group(group)
                    .channel(TouServerSocketChannel.class) // was: NioServerSocketChannel.class
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            channel.pipeline()
                                    .addLast(tls.newHandler(channel.alloc()))
                                    .addLast(new HttpServerCodec(), new HttpServerKeepAliveHandler())
                                    .addLast(new HttpObjectAggregator(64 << 10), new Hello());
                        }
                    })
                    .bind(port)
                    .sync()
                    .channel();
            System.out.println("HTTPS on UDP port " + ((InetSocketAddress) server.localAddress()).getPort());
            server.closeFuture().sync();
            return 0;
        } catch (Exception e) { // sync() throws what bind() has failed with
            System.err.println("Cannot serve on UDP port " + port + ": " + e.getMessage());
            return 1;
        } finally {
            group.shutdownGracefully();
        }
    }

    private static final class Hello extends SimpleChannelInboundHandler<FullHttpRequest> {

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            String text = "Hello " + ctx.channel().remoteAddress() + ", this is " + request.uri() + "\n";
            var body = ByteBufUtil.writeUtf8(ctx.alloc(), text);
            var answer = new DefaultFullHttpResponse(request.protocolVersion(), HttpResponseStatus.OK, body);
            answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
            answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
            ctx.writeAndFlush(answer);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            System.err.println("Lost " + ctx.channel().remoteAddress() + ": " + cause.getMessage());
            ctx.close();
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new HttpsServer()).execute(args));
    }
}
