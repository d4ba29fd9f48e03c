// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.BindException;
import java.net.StandardSocketOptions;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.UnixChannelOption;

/**
 * What is fixed for a UDP channel when it is made.
 *
 * @param maxDatagramBytes the largest datagram that peers may send
 * @param mslSeconds the maximum segment lifetime; TIME-WAIT lasts twice that
 * @param trafficClass the TOS byte, or traffic class, of everything that the channel sends; 0 leaves it alone
 * @param reusePort whether other sockets may be bound to the same address, and the kernel deals out peers among them
 */
public record ShardOptions(int maxDatagramBytes, int mslSeconds, int trafficClass, boolean reusePort) {

    /** Gives the channel what it needs before it is bound, once it is registered. */
    void applyTo(DatagramChannel udp) throws BindException {
        if (trafficClass != 0) {
            udp.config().setOption(ChannelOption.IP_TOS, trafficClass);
        }
        if (reusePort
                && !udp.config().setOption(UnixChannelOption.SO_REUSEPORT, true)
                && !udp.config().setOption(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true)) {
            throw new BindException("SO_REUSEPORT is not known to " + udp);
        }
    }
}
