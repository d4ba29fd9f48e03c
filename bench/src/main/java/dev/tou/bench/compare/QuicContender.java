// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.Transports;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;

/**
 * QUIC by Netty and quiche: a connection with one bidirectional stream, encrypted as QUIC always is.
 *
 * <p>Set up to be at its best: no address validation round trip, a large window that the UDP socket has room for, full
 * datagrams, segmentation by the kernel where epoll offers it. Receive offload is left off because it was slower in each way
 * of receiving that was tried; docs/results has the figures.
 */
final class QuicContender implements Contender {

    private static final String PROTOCOL = "tou-bench";
    private static final int IP_AND_UDP_HEADER_BYTES = 28;
    private static final int SEGMENTS_OF_A_SEND = 64;
    private static final int DATAGRAMS_OF_A_READ = 64;
    private static final long IDLE_SECONDS = 30;

    private final Settings settings;
    private Channel clientUdp;

    QuicContender(Settings settings) {
        this.settings = settings;
    }

    /** {@return why QUIC cannot be used here, or null if it can} */
    static String unavailability() {
        try {
            if (Quic.isAvailable()) {
                return null;
            }
            Throwable cause = Quic.unavailabilityCause();
            return cause == null ? "no native library" : cause.toString();
        } catch (LinkageError e) {
            return e.toString();
        }
    }

    @Override
    public String name() {
        return "quic";
    }

    @Override
    public String describe() {
        return "netty-quic (quiche), one stream, TLS 1.3, UDP payload " + payloadBytes() + ", windows " + windowBytes()
                + (epoll() ? ", UDP GSO" : "");
    }

    private boolean epoll() {
        return settings.io() == Transports.Io.EPOLL;
    }

    private int payloadBytes() {
        return settings.pathMtuBytes() - IP_AND_UDP_HEADER_BYTES;
    }

    private int windowBytes() {
        return settings.receiveBufferBytes();
    }

    @Override
    public Channel listen(EventLoop loop, InetSocketAddress address, ChannelHandler stream) throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .subject("CN=localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        QuicSslContext tls = QuicSslContextBuilder.forServer(
                        certificate.getKeyPair().getPrivate(), null, certificate.getCertificatePath())
                .applicationProtocols(PROTOCOL)
                .build();
        ChannelHandler codec = tuned(new QuicServerCodecBuilder().sslContext(tls))
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, segmentation())
                .handler(new Connection())
                .streamOption(ChannelOption.ALLOW_HALF_CLOSURE, false)
                .streamHandler(stream)
                .build();
        return udp(loop, codec, address);
    }

    @Override
    public void prepare(EventLoop loop) throws Exception {
        QuicSslContext tls = QuicSslContextBuilder.forClient()
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .applicationProtocols(PROTOCOL)
                .build();
        ChannelHandler codec =
                tuned(new QuicClientCodecBuilder().sslContext(tls)).build();
        clientUdp = udp(loop, codec, new InetSocketAddress("127.0.0.1", 0));
    }

    private Channel udp(EventLoop loop, ChannelHandler codec, InetSocketAddress address) throws InterruptedException {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(Transports.datagramChannel(settings.io()))
                .option(ChannelOption.SO_RCVBUF, settings.receiveBufferBytes())
                .option(ChannelOption.SO_SNDBUF, settings.receiveBufferBytes())
                .handler(codec);
        if (epoll()) { // so that one system call receives many datagrams
            bootstrap
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, payloadBytes())
                    .option(
                            ChannelOption.RECVBUF_ALLOCATOR,
                            new FixedRecvByteBufAllocator(payloadBytes() * DATAGRAMS_OF_A_READ));
        }
        return bootstrap.bind(address).sync().channel();
    }

    private <B extends QuicCodecBuilder<B>> B tuned(B codec) {
        return codec.maxIdleTimeout(IDLE_SECONDS, TimeUnit.SECONDS)
                .maxSendUdpPayloadSize(payloadBytes())
                .maxRecvUdpPayloadSize(payloadBytes())
                .initialMaxData(windowBytes())
                .initialMaxStreamDataBidirectionalLocal(windowBytes())
                .initialMaxStreamDataBidirectionalRemote(windowBytes())
                .initialMaxStreamsBidirectional(16);
    }

    private SegmentedDatagramPacketAllocator segmentation() {
        return epoll()
                ? EpollQuicUtils.newSegmentedAllocator(SEGMENTS_OF_A_SEND)
                : SegmentedDatagramPacketAllocator.NONE;
    }

    @Override
    public Future<? extends Channel> connect(EventLoop loop, InetSocketAddress server, ChannelHandler stream) {
        Promise<Channel> opened = loop.newPromise();
        QuicChannel.newBootstrap(clientUdp)
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, segmentation())
                .handler(new Connection())
                .streamHandler(new ChannelInboundHandlerAdapter())
                .remoteAddress(server)
                .connect()
                .addListener((Future<QuicChannel> connected) -> {
                    if (connected.isSuccess()) {
                        openStream(connected.getNow(), stream, opened);
                    } else {
                        opened.setFailure(connected.cause());
                    }
                });
        return opened;
    }

    private static void openStream(QuicChannel connection, ChannelHandler stream, Promise<Channel> opened) {
        connection
                .createStream(QuicStreamType.BIDIRECTIONAL, stream)
                .addListener((Future<QuicStreamChannel> created) -> {
                    if (created.isSuccess()) {
                        QuicStreamChannel channel = created.getNow();
                        channel.closeFuture().addListener(closed -> connection.close());
                        opened.setSuccess(channel);
                    } else {
                        connection.close();
                        opened.setFailure(created.cause());
                    }
                });
    }

    /** Streams tell what goes wrong; a connection has nothing to add. */
    private static final class Connection extends ChannelInboundHandlerAdapter {
        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
