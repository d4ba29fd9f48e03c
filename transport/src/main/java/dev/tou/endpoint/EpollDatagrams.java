// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;

/** What needs epoll's classes, apart, so that nothing else fails to load without them. */
final class EpollDatagrams {

    static final boolean AVAILABLE = isOnClassPath();

    /** With UDP GRO one read returns many datagrams, and epoll counts each as a message. */
    private static final int MESSAGES_PER_READ = 1024;

    private static final int GRO_BYTES = 65_535;

    private EpollDatagrams() {}

    private static boolean isOnClassPath() {
        try {
            Class.forName("io.netty.channel.epoll.Epoll", false, EpollDatagrams.class.getClassLoader());
            return Holder.isAvailable();
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    static boolean supports(IoEventLoop loop) {
        return loop.isIoType(EpollIoHandler.class);
    }

    static DatagramChannel newChannel(SocketProtocolFamily family, int maxDatagramBytes) {
        EpollDatagramChannel channel = new EpollDatagramChannel(family);
        boolean gro = channel.config().setOption(EpollChannelOption.UDP_GRO, true);
        // GRO or recvmmsg, never both: together they lose the segment size (netty#17492).
        int bytes = gro ? GRO_BYTES : maxDatagramBytes + 1;
        channel.config().setRecvByteBufAllocator(new BoundedReads(bytes, MESSAGES_PER_READ));
        return channel;
    }

    static boolean sendsSegmented(DatagramChannel channel) {
        return channel instanceof EpollDatagramChannel && EpollDatagramChannel.isSegmentedDatagramPacketSupported();
    }

    /** Loaded only once the class above is known to be there. */
    private static final class Holder {
        static boolean isAvailable() {
            return Epoll.isAvailable();
        }
    }
}
