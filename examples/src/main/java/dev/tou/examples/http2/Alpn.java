// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.http2;

import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLException;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;

/** What both ends agree on during the TLS handshake (RFC 7301): HTTP/2, or the connection ends. */
final class Alpn extends ApplicationProtocolNegotiationHandler {

    private static final ApplicationProtocolConfig HTTP_2 = new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_2);

    private final Consumer<ChannelPipeline> agreed;

    /** @param agreed adds the handlers of HTTP/2, once both ends speak it */
    private Alpn(Consumer<ChannelPipeline> agreed) {
        super(ApplicationProtocolNames.HTTP_1_1); // what it is if the other end names nothing
        this.agreed = agreed;
    }

    /** {@return TLS that offers HTTP/2 and nothing else} */
    static SslContext offering(SslContextBuilder tls) throws SSLException {
        return tls.applicationProtocolConfig(HTTP_2).build();
    }

    /** {@return what begins a connection: TLS, and then the agreement} */
    static ChannelInitializer<Channel> initializer(
            Function<Channel, SslHandler> tls, Consumer<ChannelPipeline> agreed) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(tls.apply(channel), new Alpn(agreed));
            }
        };
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
        if (!protocol.equals(ApplicationProtocolNames.HTTP_2)) {
            System.err.println(ctx.channel().remoteAddress() + " does not speak HTTP/2.");
            ctx.close();
            return;
        }
        agreed.accept(ctx.pipeline());
        ctx.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext last, Throwable cause) {
                lost(last, cause);
            }
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        lost(ctx, cause);
    }

    private static void lost(ChannelHandlerContext ctx, Throwable cause) {
        System.err.println("Lost " + ctx.channel().remoteAddress() + ": " + cause.getMessage());
        ctx.close();
    }
}
