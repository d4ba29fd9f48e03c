// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.NetUtil;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Netty's class of this name again, on channels of ours and with the JDK's TLS: handshakes whose client certificate fills many
 * segments, around the sizes where one TLS record becomes two.
 */
@OnEveryTransport
class NettySocketSslLargeCertificateTest {

    private static final long PATIENCE_SECONDS = 60;
    private static final String GREETING = "hello";

    @ParameterizedTest
    @ValueSource(ints = {1, 15_616, 16_000, 16_383, 16_384, 20_000})
    void handshakeWithLargeCertificate(int extensionBytes) throws Exception {
        CertificateBuilder base =
                new CertificateBuilder().ecp256().setKeyUsage(true, KeyUsage.digitalSignature, KeyUsage.keyCertSign);
        X509Bundle root = base.copy()
                .subject("cn=root.example")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle forServer = base.copy()
                .subject("cn=localhost")
                .addExtendedKeyUsageServerAuth()
                .buildIssuedBy(root);
        byte[] extension = new byte[extensionBytes];
        new Random(extensionBytes).nextBytes(extension);
        X509Bundle forClient = base.copy()
                .subject("cn=client")
                .addExtendedKeyUsageClientAuth()
                .addExtensionOctetString("1.2.840.113635.100.6.2.1", false, extension)
                .buildIssuedBy(root);
        TrustManagerFactory trust = root.toTrustManagerFactory();
        SslContext serverTls = SslContextBuilder.forServer(forServer.toKeyManagerFactory())
                .sslProvider(SslProvider.JDK)
                .trustManager(trust)
                .protocols("TLSv1.3")
                .clientAuth(ClientAuth.REQUIRE)
                .build();
        SslContext clientTls = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .keyManager(forClient.toKeyManagerFactory())
                .trustManager(trust)
                .protocols("TLSv1.3")
                .endpointIdentificationAlgorithm(null)
                .build();
        greet(serverTls, clientTls, extensionBytes);
    }

    private static void greet(SslContext serverTls, SslContext clientTls, int extensionBytes) throws Exception {
        Channel server = TouPermutation.socket()
                .get(0)
                .newServerInstance()
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        ch.pipeline().addLast(patient(serverTls.newHandler(ch.alloc())), new Echo());
                    }
                })
                .bind(new InetSocketAddress(NetUtil.LOCALHOST, 0))
                .sync()
                .channel();
        CompletableFuture<String> answer = new CompletableFuture<>();
        Channel client = TouPermutation.peerClient()
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        ch.pipeline().addLast(patient(clientTls.newHandler(ch.alloc())), new Collector(answer));
                    }
                })
                .connect(server.localAddress())
                .sync()
                .channel();
        client.writeAndFlush(Unpooled.copiedBuffer(GREETING, StandardCharsets.UTF_8));
        assertThat(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(GREETING);
        SSLEngine engine = client.pipeline().get(SslHandler.class).engine();
        assertThat(engine.getSession().getProtocol()).isEqualTo("TLSv1.3");
        assertThat(engine.getSession().getLocalCertificates()[0].getEncoded()).hasSizeGreaterThan(extensionBytes);
        client.close().sync();
        server.close().sync();
    }

    private static SslHandler patient(SslHandler tls) {
        tls.setHandshakeTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return tls;
    }

    @ChannelHandler.Sharable
    private static final class Echo extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            ctx.writeAndFlush(msg.retain());
        }
    }

    private static final class Collector extends SimpleChannelInboundHandler<ByteBuf> {

        private final CompletableFuture<String> answer;
        private final StringBuilder text = new StringBuilder();

        Collector(CompletableFuture<String> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            text.append(msg.toString(StandardCharsets.UTF_8));
            if (text.length() == GREETING.length()) {
                answer.complete(text.toString());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            answer.completeExceptionally(cause);
        }
    }
}
