// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import dev.tou.state.TcpState;

/**
 * What is known about a connection at a moment, a value with the names of Linux's {@code ss -ti}. Times are in nanoseconds, 0
 * if there is no sample; sizes in bytes; counts since the connection began.
 *
 * @param state the state of the connection
 * @param mss the text of a full segment that we send
 * @param cwnd the congestion window
 * @param ssthresh the slow start threshold
 * @param unacked what is sent and not acknowledged
 * @param rto the retransmission timeout, back-off included, at most 60 s; without a sample it begins at 1 s, or at 3 s if the
 *     SYN was repeated
 * @param rtt the smoothed round trip
 * @param rttvar its variation
 * @param minRtt the least round trip of the last minutes
 * @param sndWnd what the peer's window allows
 * @param rcvWnd what our window allows
 * @param bytesSent text sent, repetitions included
 * @param bytesRetrans text sent again
 * @param bytesAcked text that the peer has acknowledged
 * @param bytesReceived text received in order
 * @param segsOut segments sent
 * @param segsIn segments received
 * @param retrans segments sent again
 * @param timeouts expiries of the retransmission timer
 * @param recoveries losses found without a timeout
 * @param congestionControl the name of the congestion controller
 */
public record TcpInfo(
        TcpState state,
        int mss,
        long cwnd,
        long ssthresh,
        int unacked,
        long rto,
        long rtt,
        long rttvar,
        long minRtt,
        int sndWnd,
        int rcvWnd,
        long bytesSent,
        long bytesRetrans,
        long bytesAcked,
        long bytesReceived,
        long segsOut,
        long segsIn,
        long retrans,
        long timeouts,
        long recoveries,
        String congestionControl) {}
