// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;

import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramChannel;

/** The half of {@link DatagramChannel} that TCP has no use for: multicast, all of it refused. */
abstract class UnicastDatagramChannel extends AbstractChannel implements DatagramChannel {

    UnicastDatagramChannel() {
        super(null);
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    private static ChannelFuture refuse(ChannelPromise promise) {
        return promise.setFailure(new UnsupportedOperationException("the simulated network has no multicast"));
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group) {
        return refuse(newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group, ChannelPromise promise) {
        return refuse(promise);
    }

    @Override
    public ChannelFuture joinGroup(InetSocketAddress group, NetworkInterface device) {
        return refuse(newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetSocketAddress group, NetworkInterface device, ChannelPromise promise) {
        return refuse(promise);
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group, NetworkInterface device, InetAddress source) {
        return refuse(newPromise());
    }

    @Override
    public ChannelFuture joinGroup(
            InetAddress group, NetworkInterface device, InetAddress source, ChannelPromise promise) {
        return refuse(promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress group) {
        return refuse(newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress group, ChannelPromise promise) {
        return refuse(promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetSocketAddress group, NetworkInterface device) {
        return refuse(newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(InetSocketAddress group, NetworkInterface device, ChannelPromise promise) {
        return refuse(promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress group, NetworkInterface device, InetAddress source) {
        return refuse(newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(
            InetAddress group, NetworkInterface device, InetAddress source, ChannelPromise promise) {
        return refuse(promise);
    }

    @Override
    public ChannelFuture block(InetAddress group, NetworkInterface device, InetAddress source) {
        return refuse(newPromise());
    }

    @Override
    public ChannelFuture block(InetAddress group, NetworkInterface device, InetAddress source, ChannelPromise promise) {
        return refuse(promise);
    }

    @Override
    public ChannelFuture block(InetAddress group, InetAddress source) {
        return refuse(newPromise());
    }

    @Override
    public ChannelFuture block(InetAddress group, InetAddress source, ChannelPromise promise) {
        return refuse(promise);
    }
}
