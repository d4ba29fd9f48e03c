// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;

/** A plain user of UDP on a stock {@link Bootstrap}, for the tests of the simulation itself. */
final class UdpUser extends ChannelInboundHandlerAdapter {
    final SimDatagramChannel channel;
    final List<String> texts = new ArrayList<>();
    final List<Throwable> errors = new ArrayList<>();
    final List<Integer> batches = new ArrayList<>();
    long datagrams;
    long bytes;
    boolean echo;
    boolean keepTexts = true;
    int writabilityChanges;
    private int batch;

    private UdpUser(SimDatagramChannel channel) {
        this.channel = channel;
    }

    static Bootstrap bootstrap(SimHost host, SimDatagramChannel channel) {
        return new Bootstrap().group(host.eventLoop()).channelFactory(() -> channel);
    }

    static UdpUser bind(Simulation simulation, SimHost host, InetSocketAddress address) {
        UdpUser user = new UdpUser(host.newDatagramChannel());
        simulation.await(bootstrap(host, user.channel).handler(user).bind(address));
        return user;
    }

    static UdpUser bind(Simulation simulation, SimHost host, InetSocketAddress address, ChannelOption<Boolean> flag) {
        UdpUser user = new UdpUser(host.newDatagramChannel());
        simulation.await(
                bootstrap(host, user.channel).option(flag, true).handler(user).bind(address));
        return user;
    }

    static UdpUser connect(Simulation simulation, SimHost host, InetSocketAddress address) {
        UdpUser user = new UdpUser(host.newDatagramChannel());
        simulation.await(bootstrap(host, user.channel).handler(user).connect(address));
        return user;
    }

    UdpUser echoing() {
        echo = true;
        return this;
    }

    UdpUser counting() {
        keepTexts = false;
        return this;
    }

    ChannelFuture send(InetSocketAddress to, String text) {
        return channel.writeAndFlush(new DatagramPacket(text(text), to));
    }

    ChannelFuture send(String text) {
        return channel.writeAndFlush(text(text));
    }

    ChannelFuture sendTrain(InetSocketAddress to, int segmentSize, ByteBuf data) {
        return channel.writeAndFlush(new SegmentedDatagramPacket(data, segmentSize, to));
    }

    static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        datagrams++;
        batch++;
        bytes += packet.content().readableBytes();
        if (keepTexts) {
            texts.add(packet.content().toString(StandardCharsets.UTF_8));
        }
        if (echo) {
            ctx.write(new DatagramPacket(packet.content(), packet.sender()), ctx.voidPromise());
        } else {
            packet.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        batches.add(batch);
        batch = 0;
        if (echo) {
            ctx.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        writabilityChanges++;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        errors.add(cause);
    }
}
