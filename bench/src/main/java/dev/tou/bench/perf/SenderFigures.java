// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.JsonLines;
import dev.tou.channel.TouSocketChannel;
import dev.tou.telemetry.TcpInfo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;

/**
 * What the sending end of a connection knows of the path, at one moment.
 *
 * @param retransmits segments sent again since the connection began, probes that repeat something included
 * @param cwndBytes the congestion window
 * @param sndWndBytes what the receiver takes; 0 if that is not known
 * @param rttNanos the smoothed round trip; 0 before the first is measured
 * @param rttVarNanos how much it varies
 * @param pmtuBytes the largest IP packet
 */
record SenderFigures(
        long retransmits, long cwndBytes, long sndWndBytes, long rttNanos, long rttVarNanos, long pmtuBytes) {

    private static final long NANOS_OF_MICRO = 1000;

    /** {@return what {@code channel} knows, or null if it tells nothing}; call it on the channel's event loop */
    static SenderFigures of(Channel channel) {
        if (channel instanceof TouSocketChannel tou) {
            return of(tou.tcpInfo());
        }
        if (channel instanceof EpollSocketChannel kernel && kernel.isOpen()) {
            try {
                return of(kernel.tcpInfo());
            } catch (ChannelException gone) {
                return null; // it was reset just now
            }
        }
        return null;
    }

    private static SenderFigures of(TcpInfo info) {
        return info == null
                ? null
                : new SenderFigures(info.retrans(), info.cwnd(), info.sndWnd(), info.rtt(), info.rttvar(), info.pmtu());
    }

    private static SenderFigures of(EpollTcpInfo info) {
        return new SenderFigures(
                info.totalRetrans(),
                info.sndCwnd() * info.sndMss(), // the kernel counts segments
                0,
                info.rtt() * NANOS_OF_MICRO,
                info.rttvar() * NANOS_OF_MICRO,
                info.pmtu());
    }

    /** {@return the same for the control connection} */
    Map<String, Object> fields() {
        return JsonLines.fields(
                "retransmits",
                retransmits,
                "cwndBytes",
                cwndBytes,
                "sndWndBytes",
                sndWndBytes,
                "rttNanos",
                rttNanos,
                "rttVarNanos",
                rttVarNanos,
                "pmtuBytes",
                pmtuBytes);
    }

    /** {@return what the other end has sent, or null if it knew nothing} */
    static SenderFigures of(JsonNode fields) {
        return fields.isObject()
                ? new SenderFigures(
                        fields.path("retransmits").asLong(),
                        fields.path("cwndBytes").asLong(),
                        fields.path("sndWndBytes").asLong(),
                        fields.path("rttNanos").asLong(),
                        fields.path("rttVarNanos").asLong(),
                        fields.path("pmtuBytes").asLong())
                : null;
    }
}
