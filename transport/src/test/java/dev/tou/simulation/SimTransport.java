// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

import dev.tou.endpoint.DatagramTransport;
import dev.tou.endpoint.Shard;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;

/** The UDP channels of a simulated host, as the engine asks for them. One per host: endpoints are registered under it. */
public final class SimTransport implements DatagramTransport {

    private static final int MESSAGES_PER_READ = 64;
    private static final int SOCKET_RECEIVE_BYTES = 4 << 20;

    private final SimHost host;
    private final boolean segmented;
    private int channelsPerRemote = 16;
    private int socketReceiveBytes = SOCKET_RECEIVE_BYTES;

    /**
     * The transport of a host.
     *
     * @param segmented whether its channels take trains in one piece, as with UDP GSO
     */
    public SimTransport(SimHost host, boolean segmented) {
        this.host = host;
        this.segmented = segmented;
    }

    @Override
    public boolean supports(EventLoop loop) {
        return loop instanceof SimEventLoop sim && sim.host() == host;
    }

    @Override
    public DatagramChannel newChannel(EventLoop loop, SocketProtocolFamily family, int maxDatagramBytes) {
        DatagramChannel channel = host.newDatagramChannel(family);
        channel.config()
                .setRecvByteBufAllocator(
                        new FixedRecvByteBufAllocator(maxDatagramBytes + 1).maxMessagesPerRead(MESSAGES_PER_READ));
        channel.config().setOption(ChannelOption.SO_RCVBUF, socketReceiveBytes);
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1 << 20, 4 << 20));
        return channel;
    }

    @Override
    public List<InetAddress> localAddresses() {
        return host.addresses();
    }

    @Override
    public InetAddress localAddressTowards(InetSocketAddress peer) throws IOException {
        return host.sourceTowards(peer.getAddress());
    }

    @Override
    public int interfaceMtu(InetAddress local) {
        return host.mtu();
    }

    /** Sets what UDP sockets to come hold, as far as the host allows; half of it is the largest window that is announced. */
    public void socketReceiveBytes(int bytes) {
        socketReceiveBytes = bytes;
    }

    /** Sets how many channels there are to one remote address: with io_uring, one. */
    public void channelsPerRemote(int channels) {
        channelsPerRemote = channels;
    }

    @Override
    public int channelsPerRemote(EventLoop loop) {
        return channelsPerRemote;
    }

    @Override
    public boolean sendsSegmented(DatagramChannel channel) {
        return segmented;
    }

    @Override
    public void sendAfterClose(Shard closed, List<DatagramPacket> datagrams) {
        for (DatagramPacket datagram : datagrams) {
            host.network()
                    .inject(closed.localAddress(), datagram.recipient(), ByteBufUtil.getBytes(datagram.content()));
            datagram.release();
        }
    }
}
