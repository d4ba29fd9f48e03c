// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

import dev.tou.window.PathMtu;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;

/** The UDP channel that belongs to an event loop of Netty: NIO always, epoll and io_uring where their classes are there. */
final class LoopDatagramTransport implements DatagramTransport {

    static final LoopDatagramTransport INSTANCE = new LoopDatagramTransport();

    /** A stall of a loop is as many lost datagrams as do not fit here; the kernel grants what its limit allows. */
    private static final int SOCKET_RECEIVE_BYTES = 4 << 20;

    /** A few milliseconds of a fast link: what waits here, waits out of reach of the congestion controller. */
    private static final int SOCKET_SEND_BYTES = 1 << 20;

    /** Many connections share a channel, so Netty's own mark, meant for one, would stop them all. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(1 << 20, 4 << 20);

    private static final int NIO_MESSAGES_PER_READ = 64;

    private LoopDatagramTransport() {}

    @Override
    public boolean supports(EventLoop loop) {
        return loop instanceof IoEventLoop io && (io.isIoType(NioIoHandler.class) || isEpoll(io) || isIoUring(io));
    }

    private static boolean isEpoll(IoEventLoop io) {
        return EpollDatagrams.AVAILABLE && EpollDatagrams.supports(io);
    }

    private static boolean isIoUring(IoEventLoop io) {
        return IoUringDatagrams.AVAILABLE && IoUringDatagrams.supports(io);
    }

    @Override
    public DatagramChannel newChannel(EventLoop loop, SocketProtocolFamily family, int maxDatagramBytes) {
        if (!(loop instanceof IoEventLoop io) || !supports(loop)) {
            throw new UnsupportedOperationException("no UDP channel for event loops of "
                    + loop.getClass().getName() + "; use an IoEventLoop with NIO, epoll or io_uring");
        }
        DatagramChannel channel;
        if (isEpoll(io)) {
            channel = EpollDatagrams.newChannel(family, maxDatagramBytes);
        } else if (isIoUring(io)) {
            channel = IoUringDatagrams.newChannel(family, maxDatagramBytes);
        } else {
            channel = newNioChannel(family, maxDatagramBytes);
        }
        channel.config().setOption(ChannelOption.SO_RCVBUF, SOCKET_RECEIVE_BYTES);
        channel.config().setOption(ChannelOption.SO_SNDBUF, SOCKET_SEND_BYTES);
        channel.config().setWriteBufferWaterMark(WATER_MARK);
        DontFragment.set(channel, family == SocketProtocolFamily.INET6);
        return channel;
    }

    private static DatagramChannel newNioChannel(SocketProtocolFamily family, int maxDatagramBytes) {
        NioDatagramChannel channel = new NioDatagramChannel(family);
        // One byte more than the largest, so that a filled buffer means a datagram that was cut off.
        channel.config()
                .setRecvByteBufAllocator(
                        new FixedRecvByteBufAllocator(maxDatagramBytes + 1).maxMessagesPerRead(NIO_MESSAGES_PER_READ));
        return channel;
    }

    @Override
    public void bound(DatagramChannel channel) {
        if (isIoUring(channel)) {
            IoUringDatagrams.letFarewellsBind(channel);
        }
    }

    @Override
    public List<InetAddress> localAddresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .toList();
        } catch (SocketException e) {
            // Without the list the catch-all serves every address.
            return List.of();
        }
    }

    @Override
    public InetAddress localAddressTowards(InetSocketAddress peer) throws IOException {
        // Not by a channel of the loop: io_uring connects later, and a registration is dear.
        try (java.nio.channels.DatagramChannel probe = java.nio.channels.DatagramChannel.open()) {
            probe.connect(peer);
            return ((InetSocketAddress) probe.getLocalAddress()).getAddress();
        }
    }

    @Override
    public int interfaceMtu(InetAddress local) {
        if (local.isAnyLocalAddress()) {
            return DatagramTransport.super.interfaceMtu(local);
        }
        // Every address of 127.0.0.0/8 is of the loopback interface, which names only one of them.
        InetAddress named = local.isLoopbackAddress() ? InetAddress.getLoopbackAddress() : local;
        try {
            NetworkInterface carrier = NetworkInterface.getByInetAddress(named);
            return carrier == null
                    ? DatagramTransport.super.interfaceMtu(local)
                    : Math.max(PathMtu.LEAST_BYTES, Math.min(carrier.getMTU(), PathMtu.MOST_BYTES));
        } catch (SocketException e) {
            // The interface has just gone.
            return DatagramTransport.super.interfaceMtu(local);
        }
    }

    @Override
    public InetSocketAddress localAddress(DatagramChannel channel) {
        return isIoUring(channel)
                ? IoUringDatagrams.localAddress(channel)
                : DatagramTransport.super.localAddress(channel);
    }

    private static boolean isIoUring(DatagramChannel channel) {
        return IoUringDatagrams.AVAILABLE && IoUringDatagrams.isOurs(channel);
    }

    @Override
    public boolean closesBeforeLoop(EventLoop loop) {
        return loop instanceof IoEventLoop io && isIoUring(io);
    }

    /** With io_uring a channel has memory for 256 messages each way: connections share one. */
    @Override
    public int channelsPerRemote(EventLoop loop) {
        return loop instanceof IoEventLoop io && isIoUring(io) ? 1 : DatagramTransport.super.channelsPerRemote(loop);
    }

    @Override
    public boolean sendsSegmented(DatagramChannel channel) {
        return EpollDatagrams.AVAILABLE && EpollDatagrams.sendsSegmented(channel)
                || isIoUring(channel) && IoUringDatagrams.sendsSegmented();
    }

    @Override
    public void sendAfterClose(Shard closed, List<DatagramPacket> datagrams) {
        boolean sharesPort = closed.options().reusePort() || isIoUring(closed.udp());
        FarewellSocket.send(closed.localAddress(), sharesPort, datagrams);
    }
}
