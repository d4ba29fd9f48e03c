// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannel;

/**
 * What is fixed for a UDP channel when it is made.
 *
 * @param maxDatagramBytes the largest datagram that peers may send
 * @param mslSeconds the maximum segment lifetime; TIME-WAIT lasts twice that
 * @param trafficClass the TOS byte, or traffic class, of everything that the channel sends; 0 leaves it alone
 */
public record ShardOptions(int maxDatagramBytes, int mslSeconds, int trafficClass) {

    /** Gives the channel its traffic class, once it is registered. */
    void mark(DatagramChannel udp) {
        if (trafficClass != 0) {
            udp.config().setOption(ChannelOption.IP_TOS, trafficClass);
        }
    }
}
