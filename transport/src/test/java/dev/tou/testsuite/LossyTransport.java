// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SplittableRandom;

import dev.tou.endpoint.DatagramTransport;
import dev.tou.endpoint.Shard;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;

/** The UDP channels of the loop, with a {@link LossyWire} in front of each one's pipeline. */
final class LossyTransport implements DatagramTransport {

    private final DatagramTransport loops = DatagramTransport.ofLoop();
    private SplittableRandom seeds = new SplittableRandom(0);

    /** The channels to come draw from this seed, each from a source of its own. */
    synchronized void seed(long seed) {
        seeds = new SplittableRandom(seed);
    }

    private synchronized SplittableRandom nextRandom() {
        return seeds.split();
    }

    @Override
    public DatagramChannel newChannel(EventLoop loop, SocketProtocolFamily family, int maxDatagramBytes) {
        DatagramChannel channel = loops.newChannel(loop, family, maxDatagramBytes);
        channel.pipeline().addFirst("wire", new LossyWire(nextRandom()));
        return channel;
    }

    @Override
    public boolean supports(EventLoop loop) {
        return loops.supports(loop);
    }

    @Override
    public List<InetAddress> localAddresses() {
        return loops.localAddresses();
    }

    @Override
    public int interfaceMtu(InetAddress local) {
        return loops.interfaceMtu(local);
    }

    @Override
    public InetAddress localAddressTowards(InetSocketAddress peer) throws IOException {
        return loops.localAddressTowards(peer);
    }

    @Override
    public InetSocketAddress localAddress(DatagramChannel channel) {
        return loops.localAddress(channel);
    }

    @Override
    public void bound(DatagramChannel channel) {
        loops.bound(channel);
    }

    @Override
    public boolean closesBeforeLoop(EventLoop loop) {
        return loops.closesBeforeLoop(loop);
    }

    @Override
    public int channelsPerRemote(EventLoop loop) {
        return loops.channelsPerRemote(loop);
    }

    @Override
    public boolean sendsSegmented(DatagramChannel channel) {
        return loops.sendsSegmented(channel);
    }

    @Override
    public void sendAfterClose(Shard closed, List<DatagramPacket> datagrams) {
        loops.sendAfterClose(closed, datagrams);
    }
}
