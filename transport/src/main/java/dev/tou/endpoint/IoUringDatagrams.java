// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetSocketAddress;

import io.netty.channel.IoEventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;

/** What needs io_uring's classes, apart, so that nothing else fails to load without them. */
final class IoUringDatagrams {

    static final boolean AVAILABLE = isOnClassPath();

    private IoUringDatagrams() {}

    private static boolean isOnClassPath() {
        try {
            Class.forName("io.netty.channel.uring.IoUring", false, IoUringDatagrams.class.getClassLoader());
            return Holder.isAvailable();
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    static boolean supports(IoEventLoop loop) {
        return loop.isIoType(IoUringIoHandler.class);
    }

    static boolean isOurs(DatagramChannel channel) {
        return channel instanceof IoUringDatagramChannel;
    }

    static DatagramChannel newChannel(SocketProtocolFamily family, int maxDatagramBytes) {
        IoUringDatagramChannel channel = new IoUringDatagramChannel(family);
        // One byte more than the largest, so that a filled slot means a datagram that was cut off.
        int slotBytes = maxDatagramBytes + 1;
        channel.config().setOption(IoUringChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, slotBytes);
        channel.config().setRecvByteBufAllocator(new ReceiveSlots(slotBytes));
        return channel;
    }

    /**
     * Lets a {@link FarewellSocket} have the port while this socket is still open: a loop that ends does not always wait
     * until the kernel has closed what it had. Not before it is bound, so that a port in use is an error; and no other
     * user can take the port by it, as with SO_REUSEADDR.
     */
    static void letFarewellsBind(DatagramChannel channel) {
        channel.config().setOption(IoUringChannelOption.SO_REUSEPORT, true);
    }

    static boolean sendsSegmented() {
        return IoUringDatagramChannel.isSegmentedDatagramPacketSupported();
    }

    /** {@return the address at this moment: the channel itself keeps what it had before it was connected} */
    static InetSocketAddress localAddress(DatagramChannel channel) {
        return ((Socket) ((IoUringDatagramChannel) channel).fd()).localAddress();
    }

    /** Loaded only once the class above is known to be there. */
    private static final class Holder {
        static boolean isAvailable() {
            return IoUring.isAvailable();
        }
    }
}
