// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.net.InetSocketAddress;

import dev.tou.bench.Transports;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;

/**
 * Requests in bare datagrams, which nothing acknowledges, orders or repeats: what machine, loops and link cost without any TCP,
 * so the floor under a TCP's latency. Only for links that lose nothing; a datagram that is lost stays unanswered.
 */
final class PlainUdp {

    /** So that a process that stands still for a while loses nothing. */
    private static final int RECEIVE_BUFFER_BYTES = 4 << 20;

    private PlainUdp() {}

    /** {@return a channel that sends every datagram back; blocking} */
    static Channel listen(Transports.Io io, EventLoop loop, InetSocketAddress address) throws InterruptedException {
        return bootstrap(io, loop).handler(new Reflector()).bind(address).sync().channel();
    }

    /**
     * {@return a connected channel, each write of which is a datagram; blocking}
     *
     * @param user is given the content of each datagram that comes back
     */
    static Channel connect(Transports.Io io, EventLoop loop, InetSocketAddress server, ChannelHandler user)
            throws InterruptedException {
        return bootstrap(io, loop)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Unwrapper()).addLast(user);
                    }
                })
                .connect(server)
                .sync()
                .channel();
    }

    private static Bootstrap bootstrap(Transports.Io io, EventLoop loop) {
        return new Bootstrap()
                .group(loop)
                .channel(Transports.datagramChannel(io))
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
    }

    private static final class Reflector extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            ctx.write(new DatagramPacket(packet.content(), packet.sender()));
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }

    private static final class Unwrapper extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.fireChannelRead(((DatagramPacket) message).content());
        }
    }
}
