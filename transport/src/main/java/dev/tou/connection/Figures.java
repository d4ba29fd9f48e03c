// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.telemetry.TcpInfo;

/** Reads the figures of a connection. */
final class Figures {

    private Figures() {}

    static TcpInfo of(TransmissionControlBlock tcb) {
        return new TcpInfo(
                tcb.state(),
                tcb.sendBuffer.segmentTextBytes(),
                tcb.congestion.windowBytes(),
                tcb.congestion.slowStartThresholdBytes(),
                tcb.retransmissionQueue.outstandingBytes(),
                tcb.rtt.rtoNanos(),
                tcb.rtt.srttNanos(),
                tcb.rtt.rttvarNanos(),
                tcb.rtt.minRttNanos(),
                tcb.snd.wnd(),
                tcb.rcv.wnd(),
                tcb.counters.bytesSent,
                tcb.counters.bytesRetransmitted,
                tcb.counters.bytesAcknowledged,
                tcb.counters.bytesReceived,
                tcb.counters.segmentsSent,
                tcb.counters.segmentsReceived,
                tcb.counters.retransmissions,
                tcb.counters.timeouts,
                tcb.counters.recoveries,
                tcb.congestion.name());
    }
}
