// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

import dev.tou.connection.ConnectionOptions;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;

/**
 * Where UDP channels come from: the seam between the engine and the event loop's kind. The default chooses by the loop: NIO,
 * epoll or io_uring; a simulated network brings its own.
 */
public interface DatagramTransport {

    /** {@return the transport that fits any loop of Netty's own kinds} */
    static DatagramTransport ofLoop() {
        return LoopDatagramTransport.INSTANCE;
    }

    /** {@return whether channels can be made for the loop} */
    boolean supports(EventLoop loop);

    /** {@return a new channel, not registered, with receive buffers that fit datagrams of {@code maxDatagramBytes}} */
    DatagramChannel newChannel(EventLoop loop, SocketProtocolFamily family, int maxDatagramBytes);

    /** The channel is bound: sets what must not be set before. */
    default void bound(DatagramChannel channel) {}

    /** {@return the addresses of this host, for a wildcard bind} */
    List<InetAddress> localAddresses();

    /**
     * {@return the address of this host that a peer is reached from}
     *
     * @throws IOException if there is no way to the peer
     */
    InetAddress localAddressTowards(InetSocketAddress peer) throws IOException;

    /**
     * {@return the largest IP packet that the interface with a local address carries, in bytes; at most 65 535, and what every
     * interface takes if that is not known}
     */
    default int interfaceMtu(InetAddress local) {
        return ConnectionOptions.ACCEPTED_PATH_MTU;
    }

    /** {@return where the channel is bound at this moment; connecting makes a wildcard concrete} */
    default InetSocketAddress localAddress(DatagramChannel channel) {
        // Not the channel's own method, which keeps the first answer.
        return (InetSocketAddress) channel.unsafe().localAddress();
    }

    /**
     * {@return whether the channels of a loop must be closed before it shuts down, or it may leave their sockets open}
     */
    default boolean closesBeforeLoop(EventLoop loop) {
        return false;
    }

    /** {@return how many connected channels of one loop lead to one remote address before connections share them} */
    default int channelsPerRemote(EventLoop loop) {
        return 16;
    }

    /**
     * {@return whether the channel takes a {@link io.netty.channel.unix.SegmentedDatagramPacket}, many datagrams of one
     * size in one piece}
     */
    boolean sendsSegmented(DatagramChannel channel);

    /**
     * Sends from the port of a channel that has closed, as well as can be, and releases the datagrams.
     *
     * @param closed whose channel it was
     */
    void sendAfterClose(Shard closed, List<DatagramPacket> datagrams);
}
