// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import io.netty.channel.Channel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;

/**
 * What a connection knows about itself at its end. A figure that the channel cannot tell is {@code null}, never zero.
 *
 * @param transport the simple name of the channel class
 * @param rttMillis smoothed round-trip time
 * @param rttVarMillis its mean deviation
 * @param retransmits segments sent again
 * @param cwndBytes congestion window
 */
public record ConnectionReport(
        String transport, Double rttMillis, Double rttVarMillis, Long retransmits, Long cwndBytes) {

    /** {@return what {@code channel} can tell now; call it before the channel is closed} */
    public static ConnectionReport of(Channel channel) {
        String transport = channel.getClass().getSimpleName();
        if (Epoll.isAvailable() && channel instanceof EpollSocketChannel kernel && kernel.isOpen()) {
            EpollTcpInfo info = kernel.tcpInfo();
            return new ConnectionReport(
                    transport,
                    info.rtt() / 1e3,
                    info.rttvar() / 1e3,
                    info.totalRetrans(),
                    info.sndCwnd() * info.sndMss());
        }
        return new ConnectionReport(transport, null, null, null, null);
    }
}
