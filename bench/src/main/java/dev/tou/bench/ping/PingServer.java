// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.net.InetSocketAddress;

import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.Transports;
import dev.tou.bench.trace.Recording;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;

/**
 * The other end of a measurement: sends back what it gets, on a UDP port by tou and on the TCP port of the same number by
 * the kernel. One event loop serves both, so that neither has a better place.
 */
public final class PingServer implements AutoCloseable {

    /** How often to look for a number that is free for UDP and TCP, if the system is to choose. */
    private static final int CHOICES = 16;

    private final EventLoopGroup group;
    private Channel tou;
    private Channel tcp;

    private PingServer(Transports.Io io) {
        this.group = Transports.group(io, 1, "tou-ping-server");
    }

    /**
     * Listens on {@code address}; port 0 lets the system choose.
     *
     * @throws Failure if the address cannot be listened on, by either
     */
    public static PingServer listen(Transports.Io io, InetSocketAddress address) {
        return listen(io, address, Recording.NONE);
    }

    /** The same, its connections over tou written down by a recording, which is to be closed later. */
    public static PingServer listen(Transports.Io io, InetSocketAddress address, Recording recording) {
        PingServer server = new PingServer(io);
        try {
            for (int choice = 1; ; choice++) {
                server.tou =
                        server.bind(recording.on(new ServerBootstrap()), Transports.serverSocketChannel(), address);
                try {
                    server.tcp = server.bind(
                            new ServerBootstrap(), Transports.kernelServerSocketChannel(io), server.address());
                    return server;
                } catch (Failure taken) {
                    server.tou.close().awaitUninterruptibly();
                    if (address.getPort() != 0 || choice == CHOICES) {
                        throw new Failure(taken.exit(), "Kernel TCP, for --baseline: " + taken.getMessage(), taken);
                    }
                }
            }
        } catch (Failure failure) {
            Transports.shutdown(server.group);
            throw failure;
        }
    }

    private Channel bind(
            ServerBootstrap bootstrap, Class<? extends ServerSocketChannel> type, InetSocketAddress address) {
        ChannelFuture bound = bootstrap
                .group(group)
                .channel(type)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new EchoHandler());
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw Failures.listening(address, bound.cause());
        }
        return bound.channel();
    }

    /** {@return the address that it listens on, with the port that was chosen if none was asked for} */
    public InetSocketAddress address() {
        return (InetSocketAddress) tou.localAddress();
    }

    @Override
    public void close() {
        Transports.shutdown(group, tou, tcp);
    }
}
