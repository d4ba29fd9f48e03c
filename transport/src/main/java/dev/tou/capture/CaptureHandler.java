// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.capture;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

import dev.tou.endpoint.DatagramTransport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;

/**
 * Shows a {@link Capture} the datagrams of one UDP channel. To be put next to the wire, where the capture puts it when it is
 * {@link dev.tou.channel.TouChannelOption#UDP_PIPELINE}; behind a handler that loses or changes datagrams it captures what that
 * leaves. A train is captured as the datagrams that the kernel will make of it.
 *
 * <p>Owns no buffer: all pass on unchanged.
 */
public final class CaptureHandler extends ChannelDuplexHandler {

    /** Where the channel is bound, once somebody has asked; connecting makes a wildcard concrete. */
    private static final class Binding {
        private InetSocketAddress local;
    }

    private final Capture capture;
    private final Binding binding = new Binding();

    /** Captures to a file that is open. */
    public CaptureHandler(Capture capture) {
        this.capture = capture;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof DatagramPacket packet) {
            take(ctx, Direction.INBOUND, packet.sender(), local(ctx), packet.content(), stride(packet));
        }
        ctx.fireChannelRead(msg);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (msg instanceof DatagramPacket packet) {
            take(ctx, Direction.OUTBOUND, local(ctx), packet.recipient(), packet.content(), stride(packet));
        } else if (msg instanceof ByteBuf payload) {
            InetSocketAddress peer = (InetSocketAddress) ctx.channel().remoteAddress();
            take(ctx, Direction.OUTBOUND, local(ctx), peer, payload, Integer.MAX_VALUE);
        }
        ctx.write(msg, promise);
    }

    @Override
    public void connect(ChannelHandlerContext ctx, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        ctx.connect(remote, local, promise.unvoid().addListener(connected -> binding.local = null));
    }

    private void take(
            ChannelHandlerContext ctx,
            Direction direction,
            InetSocketAddress source,
            InetSocketAddress destination,
            ByteBuf payload,
            int stride) {
        if (source != null && destination != null) {
            capture.take(ctx.executor().ticker(), direction, source, destination, payload, stride);
        }
    }

    private static int stride(DatagramPacket packet) {
        return packet instanceof SegmentedDatagramPacket train ? train.segmentSize() : Integer.MAX_VALUE;
    }

    // The channel itself keeps its first answer.
    private InetSocketAddress local(ChannelHandlerContext ctx) {
        if (binding.local == null) {
            binding.local = DatagramTransport.ofLoop().localAddress((DatagramChannel) ctx.channel());
        }
        return binding.local;
    }
}
