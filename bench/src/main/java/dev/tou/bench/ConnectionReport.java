// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import dev.tou.channel.TouSocketChannel;
import dev.tou.telemetry.TcpInfo;
import io.netty.channel.Channel;

/**
 * What a connection knows about itself at its end. A figure that the channel cannot tell is {@code null}, never zero.
 *
 * @param transport the simple name of the channel class
 * @param congestionControl the name of the congestion controller
 * @param mss bytes of text in a full segment
 * @param rttMillis smoothed round-trip time
 * @param rttVarMillis its variation
 * @param minRttMillis the least round-trip time
 * @param cwndBytes congestion window
 * @param segmentsSent segments sent, repetitions included
 * @param retransmits segments sent again, probes that repeat something included
 * @param recoveries losses that were found without waiting for a timeout
 * @param timeouts losses for which the retransmission timer was needed
 */
public record ConnectionReport(
        String transport,
        String congestionControl,
        Integer mss,
        Double rttMillis,
        Double rttVarMillis,
        Double minRttMillis,
        Long cwndBytes,
        Long segmentsSent,
        Long retransmits,
        Long recoveries,
        Long timeouts) {

    /** {@return what {@code channel} can tell now, or could tell last if it is closed} */
    public static ConnectionReport of(Channel channel) {
        String transport = channel.getClass().getSimpleName();
        TcpInfo info = channel instanceof TouSocketChannel tou ? tou.tcpInfo() : null;
        if (info == null) {
            return new ConnectionReport(transport, null, null, null, null, null, null, null, null, null, null);
        }
        return new ConnectionReport(
                transport,
                info.congestionControl(),
                info.mss(),
                millis(info.rtt()),
                millis(info.rttvar()),
                millis(info.minRtt()),
                info.cwnd(),
                info.segsOut(),
                info.retrans(),
                info.recoveries(),
                info.timeouts());
    }

    private static Double millis(long nanos) {
        return nanos == 0 ? null : nanos / 1e6;
    }
}
