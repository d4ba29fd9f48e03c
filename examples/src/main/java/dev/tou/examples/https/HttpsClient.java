// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.https;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import dev.tou.channel.TouSocketChannel;
import dev.tou.examples.tls.SelfSigned;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An HTTP/1.1 client with TLS. The one line that differs from kernel TCP is the channel's class. */
@Command(name = "https-client", mixinStandardHelpOptions = true, description = "Asks https-server for a path.")
public final class HttpsClient implements Callable<Integer> {

    @Option(names = "--host", defaultValue = "localhost", description = "Server (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", defaultValue = "8443", description = "Its UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--trust", defaultValue = "https.pem", description = "Certificate (default: ${DEFAULT-VALUE}).")
    private Path trusted;

    @Parameters(defaultValue = "/", description = "What to ask for (default: ${DEFAULT-VALUE}).")
    private String path;

    private volatile boolean answered;

    @Override
    public Integer call() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            SslContext tls = SelfSigned.forClient(trusted).build();
            Bootstrap client = new Bootstrap().group(group).handler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel channel) {
                    channel.pipeline()
                            .addLast(tls.newHandler(channel.alloc(), host, port)) // the certificate must be the host's
                            .addLast(new HttpClientCodec(), new HttpObjectAggregator(1 << 20), new Get());
                }
            });
            client.channel(TouSocketChannel.class); // was: NioSocketChannel.class
            Channel channel = client.connect(host, port).sync().channel();
            var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
            request.headers().set(HttpHeaderNames.HOST, host);
            channel.writeAndFlush(request); // the TLS handler keeps it until the handshake is done
            channel.closeFuture().sync();
            group.submit(() -> {}).sync(); // what has closed it is said first
            return answered ? 0 : 1;
        } catch (Exception e) { // sync() throws what connect() has failed with
            System.err.println("Cannot reach the server: " + e.getMessage());
            return 1;
        } finally {
            group.shutdownGracefully();
        }
    }

    private final class Get extends SimpleChannelInboundHandler<FullHttpResponse> {

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse answer) {
            System.out.println(answer.protocolVersion() + " " + answer.status());
            System.out.print(answer.content().toString(StandardCharsets.UTF_8));
            answered = true;
            ctx.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            System.err.println("Lost the server: " + cause.getMessage());
            ctx.close();
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new HttpsClient()).execute(args));
    }
}
