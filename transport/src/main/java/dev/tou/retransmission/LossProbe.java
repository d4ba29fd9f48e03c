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
 * next one. One probe at a time, and none before the round trip was measured since the last one. Where the probe repeated the last
 * segment, its acknowledgment says whether that had been lost; then the window is reduced once, as for any loss. The verdict may
 * come later than that acknowledgment, even behind the next probe.
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
    private boolean acknowledged;
    private boolean sentBefore;
    private long samplesThen;

    /** What became of the probe before the last one is not yet known; it ended here. */
    private boolean earlierInDoubt;

    private int earlierEnd;

    LossProbe() {}

    /** The peer is one of ours and has announced how long it holds back an acknowledgment, and that of a lone pushed segment. */
    void announced(long delayNanos, long pushDelayNanos) {
        ownPeer = true;
        ackDelayNanos = delayNanos;
        pushAckDelayNanos = pushDelayNanos;
    }

    /** {@return whether a probe was sent of which an acknowledgment may still tell whether it has repaired a loss} */
    boolean awaitsVerdict() {
        return outstanding;
    }

    /**
     * {@return whether a probe may leave} RFC 8985 section 7.3: if no other is in flight, and the round trip was measured since the
     * last; else probes, which are no samples, would hide for ever that the path has become longer.
     *
     * @param samples how often the round trip was measured
     */
    boolean mayFollow(long samples) {
        return (!outstanding || acknowledged) && (!sentBefore || samples != samplesThen);
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
     * @param samples how often the round trip was measured
     */
    void sent(int seqOfProbe, int endOfProbe, boolean again, boolean hasStamp, int timestamp, long samples) {
        earlierInDoubt = outstanding;
        earlierEnd = end;
        outstanding = true;
        acknowledged = false;
        sentBefore = true;
        samplesThen = samples;
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
        earlierInDoubt = false;
    }

    // RFC 8985 section 7.4.2. With timestamps there is often no need to wait for a second acknowledgment.
    Outcome onAcknowledgment(AckFacts ack) {
        if (reportDue && ack.hasDsack() && ack.dsackRight() == end) {
            reportDue = false;
            outstanding = false;
            return Outcome.NEEDLESS_AND_REPORTED;
        }
        if (earlierInDoubt && (gt(ack.ack, earlierEnd) || ack.hasDsack() && ack.dsackRight() == earlierEnd)) {
            earlierInDoubt = false;
            return ack.hasDsack() && ack.dsackRight() == earlierEnd
                    ? Outcome.NEEDLESS_AND_REPORTED
                    : earlierRepaired(ack);
        }
        if (!outstanding || !geq(ack.ack, end)) {
            return Outcome.NONE;
        }
        acknowledged = true;
        Outcome outcome = judge(ack);
        outstanding = outcome == Outcome.NONE;
        return outcome;
    }

    // One reduction is for both, if the last one has repaired a loss, too.
    private Outcome earlierRepaired(AckFacts ack) {
        if (geq(ack.ack, end)) {
            acknowledged = true;
            outstanding = judge(ack) == Outcome.NONE;
        }
        return Outcome.REPAIRED;
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
