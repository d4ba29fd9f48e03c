// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

import dev.tou.bench.Transports;
import dev.tou.channel.TouChannelOption;
import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;

/**
 * A transport that a stock bootstrap can use: kernel TCP and tou differ in the channel class and in options only.
 *
 * @param client the class of a connecting channel
 * @param server the class of a listening channel
 * @param options of both
 */
public record SocketContender(
        String name,
        String describe,
        Class<? extends Channel> client,
        Class<? extends ServerChannel> server,
        Map<ChannelOption<?>, Object> options)
        implements Contender {

    private static final int BACKLOG = 4096;

    /** From {@code linux/in.h} and {@code linux/tcp.h}; epoll has no names of its own for these. */
    private static final int IPPROTO_TCP = 6;

    private static final int TCP_MAXSEG = 2;
    private static final int TCP_CONGESTION = 13;

    private static final int IP_AND_TCP_HEADER_BYTES = 40;

    /** {@return the kernel's TCP, with buffers that the kernel tunes} */
    static Contender tcp(Settings settings) {
        return kernel("tcp", settings, "path MTU of the interface", Map.of());
    }

    /** {@return the kernel's TCP held to segments that fit the path MTU of {@code settings}; not with NIO} */
    static Contender tcpOfMtu(String name, Settings settings) {
        int mss = settings.pathMtuBytes() - IP_AND_TCP_HEADER_BYTES;
        ChannelOption<Integer> option = new IntegerUnixChannelOption("TCP_MAXSEG", IPPROTO_TCP, TCP_MAXSEG);
        return kernel(name, settings, "TCP_MAXSEG " + mss, Map.of(option, mss));
    }

    /** {@return the kernel's TCP with one of its congestion controls instead of the default; epoll only} */
    public static Contender tcpOfAlgorithm(String name, Settings settings, String algorithm) {
        byte[] bytes = algorithm.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer value = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        ChannelOption<ByteBuffer> option =
                new RawUnixChannelOption("TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, bytes.length);
        return kernel(name, settings, algorithm, Map.of(option, value));
    }

    private static Contender kernel(
            String name, Settings settings, String detail, Map<ChannelOption<?>, Object> options) {
        Class<? extends Channel> client = Transports.kernelSocketChannel(settings.io());
        return new SocketContender(
                name,
                "kernel TCP, " + client.getSimpleName() + ", " + detail + ", buffers tuned by the kernel",
                client,
                Transports.kernelServerSocketChannel(settings.io()),
                options);
    }

    /** {@return TCP over UDP, whose packets start with the path MTU of {@code settings} and grow to what the path carries} */
    public static Contender tou(String name, Settings settings) {
        return tou(name, settings, "from " + orItsOwn(settings.pathMtuBytes()) + " up", ownOptions(settings));
    }

    /** {@return TCP over UDP with packets of the path MTU of {@code settings}} */
    public static Contender touOfMtu(String name, Settings settings) {
        Map<ChannelOption<?>, Object> options = ownOptions(settings);
        options.put(TouChannelOption.PATH_MTU_DISCOVERY, false);
        return tou(name, settings, String.valueOf(settings.pathMtuBytes()), options);
    }

    private static Contender tou(
            String name, Settings settings, String pathMtu, Map<ChannelOption<?>, Object> options) {
        return new SocketContender(
                name,
                Transports.socketChannel().getSimpleName() + " on " + settings.io() + ", path MTU " + pathMtu
                        + ", SO_RCVBUF " + orItsOwn(settings.receiveBufferBytes()),
                Transports.socketChannel(),
                Transports.serverSocketChannel(),
                options);
    }

    private static String orItsOwn(int bytes) {
        return bytes == 0 ? "its own" : String.valueOf(bytes);
    }

    private static Map<ChannelOption<?>, Object> ownOptions(Settings settings) {
        Map<ChannelOption<?>, Object> options = new HashMap<>();
        if (settings.pathMtuBytes() != 0) {
            options.put(TouChannelOption.PATH_MTU, settings.pathMtuBytes());
        }
        if (settings.receiveBufferBytes() != 0) {
            options.put(ChannelOption.SO_RCVBUF, settings.receiveBufferBytes());
        }
        return options;
    }

    @Override
    public Channel listen(EventLoop loop, InetSocketAddress address, ChannelHandler stream)
            throws InterruptedException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(server)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Flood.WATER_MARK)
                .childHandler(stream);
        apply(bootstrap);
        return bootstrap.bind(address).sync().channel();
    }

    @Override
    public Future<Channel> connect(EventLoop loop, InetSocketAddress address, ChannelHandler stream) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(client)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, Flood.WATER_MARK)
                .handler(stream);
        apply(bootstrap);
        Promise<Channel> opened = loop.newPromise();
        bootstrap.connect(address).addListener((ChannelFuture connected) -> {
            if (connected.isSuccess()) {
                opened.setSuccess(connected.channel());
            } else {
                opened.setFailure(connected.cause());
            }
        });
        return opened;
    }

    @SuppressWarnings("unchecked")
    private void apply(AbstractBootstrap<?, ?> bootstrap) {
        options.forEach((option, value) -> {
            Object fresh = value instanceof ByteBuffer bytes ? bytes.duplicate() : value; // setting it consumes it
            bootstrap.option((ChannelOption<Object>) option, fresh);
        });
    }
}
