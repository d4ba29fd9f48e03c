// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import static dev.tou.segment.SequenceNumber.geq;
import static dev.tou.segment.SequenceNumber.gt;

/**
 * Tail loss probes (RFC 8985 section 7): when the last segments of a flight are lost, nothing arrives behind them that would tell,
 * so before the retransmission timer does harm one segment goes out to draw an acknowledgment.
 *
 * <pre>
 *   to a peer of unknown kind   PTO = 2 SRTT + (one segment in flight ? 200 ms : 2 ms)
 *   between our own ends        the same with the delay that the peer has announced, and for a flight that the application limits
 *                               PTO = max(SRTT, least RTT + that delay) + max(4 RTTVAR, 2 ms)
 *   without any sample          PTO = 1 s
 * </pre>
 *
 * <p>The second form is what users feel: the delay of acknowledgments is known, so there is no need for another round trip of
 * patience. It counts from when the last segment left, not anew from each acknowledgment, which only has to leave time for the
 * next one. One probe at a time. Where the probe repeated the last segment, its acknowledgment says whether that had been
 * lost; then the window is reduced once, as for any loss.
 */
public final class LossProbe {

    /** What the acknowledgment of a probe has told. */
    enum Outcome {
        /** Nothing yet, or there is no probe. */
        NONE,
        /** Nothing was lost. */
        NEEDLESS,
        /** Nothing was lost, and this duplicate report is that of the probe. */
        NEEDLESS_AND_REPORTED,
        /** It has repaired a loss. */
        REPAIRED
    }

    private static final long LEAST_NANOS = 2_000_000L;
    private static final long WITHOUT_SAMPLE_NANOS = 1_000_000_000L;
    private static final long UNKNOWN_ACK_DELAY_NANOS = 200_000_000L;

    private boolean ownPeer;
    private long ackDelayNanos = UNKNOWN_ACK_DELAY_NANOS;
    private long pushAckDelayNanos = UNKNOWN_ACK_DELAY_NANOS;

    private boolean outstanding;
    private boolean repeated;
    private boolean reportDue;
    private boolean stamped;
    private int seq;
    private int end;
    private int stamp;

    LossProbe() {}

    /** The peer is one of ours and has announced how long it holds back an acknowledgment, and that of a lone pushed segment. */
    void announced(long delayNanos, long pushDelayNanos) {
        ownPeer = true;
        ackDelayNanos = delayNanos;
        pushAckDelayNanos = pushDelayNanos;
    }

    /** {@return whether a probe was sent and has not been answered: until then there is no other} */
    boolean isOutstanding() {
        return outstanding;
    }

    /**
     * {@return when the probe is due, if nothing happens before}
     *
     * @param inFlight how many segments are outstanding
     * @param lastSentNanos when the last of them left
     * @param applicationLimited whether nothing waits to be sent
     */
    long deadlineNanos(RttEstimator rtt, int inFlight, long lastSentNanos, boolean applicationLimited, long nowNanos) {
        if (!rtt.hasSample()) {
            return nowNanos + WITHOUT_SAMPLE_NANOS;
        }
        if (ownPeer && applicationLimited) {
            long delay = inFlight == 1 ? pushAckDelayNanos : ackDelayNanos;
            // Where every acknowledgment is that late, SRTT has the delay already, and it does not count twice.
            long late = Math.max(rtt.srttNanos(), rtt.minRttNanos() + delay);
            long answer = lastSentNanos + late + Math.max(4 * rtt.rttvarNanos(), LEAST_NANOS);
            long next = nowNanos + delay + LEAST_NANOS;
            return answer - next > 0 ? answer : next;
        }
        return nowNanos + 2 * rtt.srttNanos() + (inFlight == 1 ? ackDelayNanos : LEAST_NANOS);
    }

    /**
     * A probe has left.
     *
     * @param seqOfProbe its sequence number
     * @param endOfProbe the sequence number behind it
     * @param again whether it repeats the last segment, and is not new text
     * @param hasStamp whether it carries a timestamp
     */
    void sent(int seqOfProbe, int endOfProbe, boolean again, boolean hasStamp, int timestamp) {
        outstanding = true;
        seq = seqOfProbe;
        end = endOfProbe;
        repeated = again;
        reportDue = again;
        stamped = hasStamp;
        stamp = timestamp;
    }

    /** Recovery takes over; that the probe came twice may still be reported. */
    void forget() {
        outstanding = false;
    }

    // RFC 8985 section 7.4.2. With timestamps there is often no need to wait for a second acknowledgment.
    Outcome onAcknowledgment(AckFacts ack) {
        if (reportDue && ack.hasDsack() && ack.dsackRight() == end) {
            reportDue = false;
            outstanding = false;
            return Outcome.NEEDLESS_AND_REPORTED;
        }
        if (!outstanding || !geq(ack.ack, end)) {
            return Outcome.NONE;
        }
        Outcome outcome = judge(ack);
        outstanding = outcome == Outcome.NONE;
        return outcome;
    }

    private Outcome judge(AckFacts ack) {
        if (!repeated) {
            return Outcome.NEEDLESS;
        }
        if (stamped && ack.hasEcho && ack.ackedBytes > 0) {
            if (!ack.echoesBefore(stamp)) {
                return Outcome.REPAIRED;
            }
            if (ack.ack - ack.ackedBytes == seq) {
                return Outcome.NEEDLESS;
            }
            // It echoes the first segment that it acknowledges, which is not the probe (RFC 7323 section 4.3, (1)).
        }
        if (gt(ack.ack, end)) {
            return Outcome.REPAIRED;
        }
        return ack.duplicate && ack.sackedBytes == 0 ? Outcome.NEEDLESS : Outcome.NONE;
    }
}
