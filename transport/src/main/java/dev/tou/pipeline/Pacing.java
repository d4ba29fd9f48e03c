// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.congestion.CongestionController;
import dev.tou.congestion.RefusalBackOff;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.timing.TcpTimer;

/**
 * Where the stages ask whether something may leave now: the pacer knows rates, the back-off what the socket refused, this the
 * connection and its timer.
 */
final class Pacing {

    private Pacing() {}

    /** A turn to send begins: the rate is that of the window as it is now, and what waited for the timer asks again. */
    static void begin(TransmissionControlBlock tcb, long nowNanos) {
        CongestionController congestion = tcb.congestion();
        long window = congestion.windowBytes();
        tcb.pacer.follow(
                // In recovery the window lags behind what is on the path.
                Math.max(window, tcb.retransmissionQueue.outstandingBytes()),
                window < congestion.slowStartThresholdBytes(),
                congestion.pacingRateBytesPerSecond(),
                // When the peer has stood still, the mean says for long that the path is slow; the last sample does
                // not.
                Math.min(tcb.rtt.srttNanos(), tcb.rtt.latestNanos()),
                tcb.rtt.minRttNanos(),
                tcb.sendBuffer.segmentTextBytes(),
                nowNanos);
        tcb.disarm(TcpTimer.PACING);
        tcb.report.pacing();
    }

    /** {@return how much of what could be sent may leave now; if nothing, the timer will ask again} */
    static int allows(TransmissionControlBlock tcb, int wantedBytes, long nowNanos) {
        if (holdBack(tcb, nowNanos)) {
            return 0;
        }
        int allowed = tcb.pacer.allows(
                wantedBytes, tcb.sendBuffer.segmentTextBytes(), tcb.retransmissionQueue.isEmpty(), nowNanos);
        if (allowed == 0) {
            tcb.arm(TcpTimer.PACING, tcb.pacer.readyNanos(wantedBytes, nowNanos));
        }
        return allowed;
    }

    /**
     * Holds back even a repair while the socket refuses what it is given; the timer will ask again. {@return whether nothing may leave
     * now}
     */
    static boolean holdBack(TransmissionControlBlock tcb, long nowNanos) {
        boolean heldBack = tcb.refusals.holdsBack(nowNanos);
        if (heldBack && tcb.refusals.retryNanos() != RefusalBackOff.AFTER_THE_TRY) {
            tcb.arm(TcpTimer.PACING, tcb.refusals.retryNanos());
        }
        return heldBack;
    }

    /** The socket has refused text for no reason of ours: it is asked again soon, then more and more seldom. */
    static void refused(TransmissionControlBlock tcb, Throwable cause, long nowNanos) {
        tcb.refusals.refused(tcb.rtt.rtoNanos(), nowNanos, cause);
        holdBack(tcb, nowNanos);
    }

    /** The socket has taken text. {@return whether it had refused it before; then everything else follows} */
    static boolean taken(TransmissionControlBlock tcb, long nowNanos) {
        boolean ended = tcb.refusals.over();
        if (ended) {
            tcb.arm(TcpTimer.PACING, nowNanos);
        }
        return ended;
    }
}
