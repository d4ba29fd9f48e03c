// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** An HTTP/1.1 server behind {@link SslHandler}: Netty's own handlers, and nothing but the channel class is ours. */
class HttpsTest {

    private static final int MAX_BODY_BYTES = 4 << 20;

    /** Answers with the request's body, twice. */
    private static final class TwiceHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            FullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    HttpResponseStatus.OK,
                    Unpooled.wrappedBuffer(
                            request.content().retainedDuplicate(),
                            request.content().retainedDuplicate()));
            HttpUtil.setContentLength(response, response.content().readableBytes());
            response.headers().set("path", request.uri());
            ctx.writeAndFlush(response);
        }
    }

    private static final class Answers extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final BlockingQueue<FullHttpResponse> answers = new LinkedBlockingQueue<>();

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
            answers.add(response.retain());
        }

        FullHttpResponse next() throws InterruptedException {
            FullHttpResponse next = answers.poll(60, TimeUnit.SECONDS);
            assertThat(next).as("answer within 60 s").isNotNull();
            return next;
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "nio, ::1", "epoll, 127.0.0.1", "epoll, ::1", "io_uring, 127.0.0.1", "io_uring, ::1"})
    void servesRequestsOnOneConnection(String io, String address) throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .subject("CN=localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        SslContext serverTls =
                SslContextBuilder.forServer(certificate.toKeyManagerFactory()).build();
        SslContext clientTls = SslContextBuilder.forClient()
                .trustManager(certificate.toTrustManagerFactory())
                .endpointIdentificationAlgorithm(null)
                .build();
        try (Sockets sockets = new Sockets(io, 2)) {
            Channel server = Sockets.listen(httpServer(sockets, serverTls), address);
            Answers answers = new Answers();
            SocketChannel client = (SocketChannel) Sockets.channel(sockets.client(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel ch) {
                            ch.pipeline()
                                    .addLast(
                                            patient(clientTls.newHandler(ch.alloc())),
                                            new HttpClientCodec(),
                                            new HttpObjectAggregator(2 * MAX_BODY_BYTES),
                                            answers);
                        }
                    })
                    .connect(server.localAddress()));
            Sockets.done(client.pipeline().get(SslHandler.class).handshakeFuture());
            for (int size : new int[] {0, 1, 1000, 100_000, 1_000_000}) {
                client.writeAndFlush(request("/size/" + size, size));
                FullHttpResponse answer = answers.next();
                assertThat(answer.status()).isEqualTo(HttpResponseStatus.OK);
                assertThat(answer.headers().get("path")).isEqualTo("/size/" + size);
                byte[] body = ByteBufUtil.getBytes(answer.content());
                assertThat(body).hasSize(2 * size).startsWith(Sockets.bytes(size));
                assertThat(body).endsWith(Sockets.bytes(size));
                answer.release();
            }
            // Many on their way at once.
            for (int i = 0; i < 50; i++) {
                client.write(request("/" + i, i));
            }
            client.flush();
            for (int i = 0; i < 50; i++) {
                FullHttpResponse answer = answers.next();
                assertThat(answer.headers().get("path")).isEqualTo("/" + i);
                answer.release();
            }
            Sockets.done(client.close());
        }
    }

    private static ServerBootstrap httpServer(Sockets sockets, SslContext tls) {
        return new ServerBootstrap()
                .group(sockets.group)
                .channel(TouServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel ch) {
                        ch.pipeline()
                                .addLast(
                                        patient(tls.newHandler(ch.alloc())),
                                        new HttpServerCodec(),
                                        new HttpObjectAggregator(MAX_BODY_BYTES),
                                        new TwiceHandler());
                    }
                });
    }

    /** A handshake is slow on a busy machine, where classes are loaded for the first; Netty's ten seconds may be over. */
    private static SslHandler patient(SslHandler tls) {
        tls.setHandshakeTimeout(60, TimeUnit.SECONDS);
        return tls;
    }

    private static FullHttpRequest request(String path, int bodyBytes) {
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.POST, path, Unpooled.wrappedBuffer(Sockets.bytes(bodyBytes)));
        request.headers().set(HttpHeaderNames.HOST, "localhost");
        request.headers().set(HttpHeaderNames.ACCEPT_CHARSET, StandardCharsets.UTF_8);
        HttpUtil.setContentLength(request, bodyBytes);
        return request;
    }
}
