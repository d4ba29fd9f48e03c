// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import dev.tou.congestion.CongestionController;
import dev.tou.congestion.ProportionalRateReduction;
import dev.tou.telemetry.CongestionState;
import dev.tou.telemetry.UndoSign;

import static dev.tou.segment.SequenceNumber.geq;
import static dev.tou.segment.SequenceNumber.lt;

/**
 * The episodes of loss of one connection: it asks the {@link LossDetector} what is lost, tells the congestion controller once an
 * episode, says how much may be in flight meanwhile, and takes it back if it was no loss.
 *
 * <pre>
 *               a loss is found                    the retransmission timer expires
 *      OPEN ----------------------> RECOVERY ---------------------------------------&gt; LOSS
 *        ^                             |                                               |
 *        +-----------------------------+-----------------------------------------------+
 *          all that was outstanding at the beginning is acknowledged, or it was no loss
 * </pre>
 *
 * <p>The way of an acknowledgment: {@link #onAcknowledgment} decides, the controller gets its sample, {@link #settle} concludes.
 * Knows no timer: it gives deadlines. One event loop, nothing allocated after the handshake.
 */
public final class LossRecovery {

    private final RetransmissionQueue queue;
    private final RttEstimator rtt;
    private CongestionController congestion;
    private final LossProbe probe = new LossProbe();
    private final Undo undo = new Undo();
    private final SpuriousTimeout spuriousTimeout = new SpuriousTimeout();
    private final ProportionalRateReduction reduction = new ProportionalRateReduction();
    private LossDetector detector = new DuplicateAckLossDetector();
    private Rack rack;

    private CongestionState state = CongestionState.OPEN;
    private int recoveryPoint;
    private boolean began;
    private boolean ends;
    private boolean probeRepaired;
    private boolean probeReduces;
    private boolean takenBack;
    private int takenBackUntil;
    private UndoSign refuted;
    private boolean refutedTimeout;
    private long lossesTold;
    private long lossesBefore;
    private long spuriousTimeouts;

    /** @param congestion told of each episode once */
    public LossRecovery(RetransmissionQueue queue, RttEstimator rtt, CongestionController congestion) {
        this.queue = queue;
        this.rtt = rtt;
        this.congestion = congestion;
    }

    /** Another controller is told from now on; nothing was sent yet. */
    public void follow(CongestionController controller) {
        congestion = controller;
    }

    /** The handshake has settled whether the peer reports by SACK. */
    public void open(boolean sack) {
        if (sack) {
            rack = new Rack(rtt);
            detector = rack;
        }
    }

    /** The peer is one of ours, and has announced how long it holds back an acknowledgment, and that of a lone pushed segment. */
    public void announced(long ackDelayNanos, long pushAckDelayNanos) {
        probe.announced(ackDelayNanos, pushAckDelayNanos);
    }

    /** {@return where the connection stands} */
    public CongestionState state() {
        boolean disorder = queue.sackedBytes() > 0 || detector.unreportedArrivals() > 0;
        return state == CongestionState.OPEN && disorder ? CongestionState.DISORDER : state;
    }

    /** {@return what is thought to be on the path, in bytes} */
    public int inFlightBytes() {
        return Math.max(0, queue.pipeBytes() - detector.unreportedArrivals());
    }

    /** {@return how much may be in flight, in bytes: what the controller says, on the way down in proportion (RFC 9937)} */
    public long windowBytes() {
        return isShrinking() ? reduction.windowBytes(inFlightBytes()) : congestion.windowBytes();
    }

    // Without SACK what is delivered is a guess, and RFC 6582 has its own way down.
    private boolean isShrinking() {
        return state == CongestionState.RECOVERY
                && rack != null
                && !congestion.managesRecovery()
                && reduction.isNeeded();
    }

    /** {@return how long a segment that was overtaken may still be late, in nanoseconds} */
    public long reorderingWindowNanos() {
        return detector.reorderingWindowNanos(queue);
    }

    /** {@return how many acknowledgments have shown that the path reorders} */
    public long reorderings() {
        return detector.reorderings();
    }

    /** {@return how many timeouts have proved to be needless} */
    public long spuriousTimeouts() {
        return spuriousTimeouts;
    }

    /** {@return whether an acknowledgment that repeats the last one would be the answer to a tail loss probe} */
    public boolean awaitsProbeAnswer() {
        return probe.awaitsVerdict();
    }

    /** {@return whether the last acknowledgment has shown that a tail loss probe repaired a loss} */
    public boolean hasProbeRepaired() {
        return probeRepaired;
    }

    // --- an acknowledgment ---

    /** Prepares the facts of an acknowledgment, before it is applied to the queue. */
    public void begin(AckFacts ack) {
        ack.flightBytes = queue.outstandingBytes();
        ack.unreportedBytes = queue.outstandingBytes() - queue.sackedBytes();
        ack.delivered.begin(ack.nowNanos, rtt.minRttNanos());
        if (rack != null) {
            rack.prepare(ack.delivered);
        }
    }

    /** Decides what an acknowledgment means that was applied to the queue. */
    public void onAcknowledgment(AckFacts ack) {
        began = false;
        ends = false;
        refuted = null;
        refutedTimeout = false;
        lossesBefore = queue.losses();
        takenBack &= !geq(ack.ack, takenBackUntil);
        boolean allTwice = undo.takeDuplicates(ack);
        answerProbe(ack);
        if (state != CongestionState.OPEN || allTwice) {
            lookForEvidence(ack, allTwice);
        }
        ends = state == CongestionState.LOSS && geq(ack.ack, recoveryPoint);
        int lostBefore = queue.lostBytes();
        LossDetector.Outcome outcome = detector.onAcknowledgment(queue, ack);
        found(queue.lostBytes() - lostBefore);
        ends |= outcome == LossDetector.Outcome.RECOVERY_ENDS;
        if (outcome == LossDetector.Outcome.RECOVERY_BEGINS) {
            beginRecovery(ack);
        }
        probeReduces = probeRepaired && state == CongestionState.OPEN;
        if (probeReduces) {
            undo.close(); // what the controller would take back now is this
            congestion.onLossDetected(Math.min(ack.flightBytes, congestion.windowBytes()), ack.nowNanos);
        }
    }

    private void found(int lostBytes) {
        if (lostBytes > 0) {
            congestion.onLost(lostBytes);
            reduction.lower(congestion.slowStartThresholdBytes());
        }
    }

    // If recovery begins with the same acknowledgment, one reduction is for both.
    private void answerProbe(AckFacts ack) {
        LossProbe.Outcome outcome = probe.onAcknowledgment(ack);
        probeRepaired = outcome == LossProbe.Outcome.REPAIRED && state == CongestionState.OPEN;
        if (outcome == LossProbe.Outcome.NEEDLESS_AND_REPORTED) {
            ack.noBlocks(); // we sent that twice on purpose, and the path has not reordered
        }
    }

    // Taking back costs a look at the whole window, so a peer that lies gets it once for each window that he
    // acknowledges,
    // or for each timeout.
    private void lookForEvidence(AckFacts ack, boolean allTwice) {
        boolean again = takenBack && state != CongestionState.LOSS;
        if (undo.takeEcho(ack) && !again) {
            takeBack(UndoSign.TIMESTAMPS, ack);
        } else if (allTwice && !again) {
            takeBack(UndoSign.DSACK, ack);
        } else if (undo.isUnrepeated() && isNothingMissing(ack) && !again) {
            takeBack(UndoSign.ARRIVAL, ack);
        } else if (state == CongestionState.LOSS) {
            boolean spurious = spuriousTimeout.onAcknowledgment(ack);
            if (undo.isConfirmedByEcho()) {
                spuriousTimeout.end();
            } else if (spurious) {
                takeBack(UndoSign.F_RTO, ack);
            }
        }
    }

    // Without SACK, what was overtaken shows only in how much has arrived that is still not acknowledged.
    private boolean isNothingMissing(AckFacts ack) {
        return queue.lostBytes() == 0
                && detector.unreportedArrivals() <= Math.max(0, ack.ackedBytes - ack.segmentBytes);
    }

    // RFC 4015: the window as it was, what was thought lost is on its way, and the timer learns how late things can be.
    private void takeBack(UndoSign sign, AckFacts ack) {
        refutedTimeout = state == CongestionState.LOSS;
        if (refutedTimeout) {
            spuriousTimeouts++;
            rtt.onSpuriousTimeout(ack.nowNanos);
        }
        refuted = sign;
        takenBack = true;
        takenBackUntil = ack.sndNxt;
        state = CongestionState.OPEN;
        undo.close();
        spuriousTimeout.end();
        queue.unmarkLost();
        detector.onSpurious();
        congestion.onSpurious(ack.nowNanos);
    }

    private void beginRecovery(AckFacts ack) {
        began = true;
        state = CongestionState.RECOVERY;
        recoveryPoint = ack.sndNxt;
        probe.forget();
        undo.begin(ack.ack, ack.sndNxt);
        // RFC 5681 section 3.2, step 2: what duplicate acknowledgments have let out "MUST NOT be included".
        congestion.onLossDetected(Math.min(ack.flightBytes, congestion.windowBytes()), ack.nowNanos);
        reduction.begin(ack.unreportedBytes, congestion.slowStartThresholdBytes(), ack.segmentBytes);
    }

    /** {@return what an acknowledgment delivered, in bytes: once what it acknowledges and had been reported before} */
    public int newlyDelivered(AckFacts ack) {
        return Math.max(0, ack.unreportedBytes - (queue.outstandingBytes() - queue.sackedBytes()));
    }

    /** {@return how many segments were found to be lost since the last acknowledgment was settled, whoever has found them} */
    public long newlyLostSegments() {
        return queue.losses() - lossesTold;
    }

    /** Concludes an acknowledgment of which the congestion controller knows. */
    public void settle(AckFacts ack) {
        if (state == CongestionState.RECOVERY) {
            boolean safe = ack.ackedBytes > 0 && queue.losses() == lossesBefore;
            reduction.windowBytes(inFlightBytes(), newlyDelivered(ack), safe);
        }
        if (ends) {
            state = CongestionState.OPEN;
            spuriousTimeout.end();
            undo.episodeEnds(ack.sndNxt);
        }
        if (ends || probeReduces) {
            congestion.onRecoveryEnd(ack.nowNanos);
        }
        lossesTold = queue.losses();
    }

    /** {@return whether fast recovery goes on, or has until this acknowledgment} */
    public boolean isReducing() {
        return state == CongestionState.RECOVERY || probeReduces;
    }

    /** {@return whether the last acknowledgment, or the reordering timer, has begun fast recovery} */
    public boolean hasBegun() {
        return began;
    }

    /** {@return what the last acknowledgment has shown to be no loss, or null} */
    public UndoSign refuted() {
        return refuted;
    }

    /** {@return whether the last acknowledgment has shown that timeouts were spurious} */
    public boolean hasRefutedTimeout() {
        return refutedTimeout;
    }

    // --- timers ---

    /** {@return when to look again for what was overtaken, in nanoseconds, or {@link AckFacts#NEVER}} */
    public long reorderingDeadlineNanos() {
        return queue.isEmpty() ? AckFacts.NEVER : detector.reorderingDeadlineNanos();
    }

    /**
     * The time for those that were overtaken is over.
     *
     * @param ack with SND.UNA, SND.NXT, the size of a segment, and as its time the one that was asked for: by it loss is judged
     */
    public void onReorderingTimer(AckFacts ack) {
        begin(ack);
        began = false;
        int lostBefore = queue.lostBytes();
        LossDetector.Outcome outcome = detector.onReorderingTimer(queue, ack.sndNxt, ack.nowNanos);
        found(queue.lostBytes() - lostBefore);
        if (outcome == LossDetector.Outcome.RECOVERY_BEGINS) {
            beginRecovery(ack);
        }
        if (state == CongestionState.RECOVERY) {
            reduction.lossesFound(inFlightBytes());
        }
    }

    /** The retransmission timer expired. */
    public void onTimeout(int sndUna, int sndNxt, long nowNanos) {
        boolean again = state == CongestionState.LOSS;
        if (!again || !undo.isWaiting()) {
            undo.begin(sndUna, sndNxt);
        }
        spuriousTimeout.begin(sndNxt, again);
        probe.forget();
        state = CongestionState.LOSS;
        recoveryPoint = sndNxt;
        congestion.onRetransmissionTimeout(queue.outstandingBytes(), nowNanos);
        detector.onTimeout(queue, sndNxt, nowNanos);
        // RFC 6298 section 5.5: "The host MUST set RTO <- RTO * 2".
        rtt.backOff();
    }

    /**
     * {@return whether a probe may leave} RFC 8985 section 7.2: while nothing is known to be missing, and no probe is on its way.
     * Section 7.3 wants the round trip measured since the last one.
     */
    public boolean mayProbe() {
        return rack != null
                && state == CongestionState.OPEN
                && !queue.isEmpty()
                && queue.sackedBytes() == 0
                && probe.mayFollow(rtt.samples());
    }

    /**
     * {@return when a probe is due, in nanoseconds; {@link AckFacts#NEVER} if there is none to send}
     *
     * @param applicationLimited whether nothing waits to be sent
     */
    public long probeDeadlineNanos(boolean applicationLimited, long nowNanos) {
        if (!mayProbe()) {
            return AckFacts.NEVER;
        }
        long lastSent = queue.sentNanos(queue.end() - 1);
        return probe.deadlineNanos(rtt, queue.size(), lastSent, applicationLimited, nowNanos);
    }

    /** A probe leaves, from {@code seq} to {@code end}: the last segment again, or new text. */
    public void probed(int seq, int end, boolean again, boolean stamped, int timestamp) {
        probe.sent(seq, end, again, stamped, timestamp, rtt.samples());
    }

    // --- segments leave ---

    /** {@return whether what is lost waits, because new text will tell whether the timeout was spurious (RFC 5682)} */
    public boolean isLostWaiting() {
        return spuriousTimeout.wantsNewText();
    }

    /**
     * Nothing more can be sent for the moment.
     *
     * @return whether what is lost need not wait for an answer any longer, because no new text has left that could bring one
     */
    public boolean endsWaiting(int sndNxt) {
        if (!spuriousTimeout.wantsNewText() || lt(recoveryPoint, sndNxt)) {
            return false;
        }
        spuriousTimeout.end();
        return true;
    }

    /** A segment leaves for the first time. */
    public void sent(int bytes) {
        if (state == CongestionState.RECOVERY) {
            reduction.sent(bytes);
        }
    }

    /** What was said to leave could not, so the share of it is still there. */
    public void notSent(int bytes) {
        if (state == CongestionState.RECOVERY) {
            reduction.sent(-bytes);
        }
    }

    /** A segment leaves again, with this timestamp or none: it is lost, or a probe. */
    public void resent(int seq, int bytes, boolean stamped, int timestamp) {
        sent(bytes);
        int last = queue.end() - 1;
        undo.repeated(seq, bytes, queue.seq(last) + queue.length(last));
        if (state != CongestionState.OPEN) {
            undo.resent(seq + bytes, stamped, timestamp);
        }
    }
}
