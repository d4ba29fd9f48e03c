// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.net.InetSocketAddress;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;

/** A port that somebody else listens on. */
final class PortInUse implements AutoCloseable {

    private final EventLoopGroup group = Transports.group(Transports.Io.NIO, 1, "in-use");
    private final Channel channel;

    private PortInUse(InetSocketAddress address) {
        channel = new ServerBootstrap()
                .group(group)
                .channel(Transports.serverSocketChannel())
                .childHandler(new ChannelInboundHandlerAdapter())
                .bind(address)
                .syncUninterruptibly()
                .channel();
    }

    static PortInUse on(InetSocketAddress address) {
        return new PortInUse(address);
    }

    int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    @Override
    public void close() {
        Transports.shutdown(group, channel);
    }
}
