// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentOptions;
import dev.tou.state.TcpState;
import dev.tou.telemetry.DropReason;

import static dev.tou.segment.SequenceNumber.geq;
import static dev.tou.segment.SequenceNumber.gt;
import static dev.tou.segment.SequenceNumber.leq;

/**
 * What to do with a segment in a synchronized state or SYN-RECEIVED, up to its acknowledgment: RFC 9293 section 3.10.7.4,
 * first to fifth, with the timestamps of RFC 7323 section 5.3 before them and the caution of RFC 5961 throughout.
 *
 * <p>Decides and trims; sends nothing.
 *
 * <p>RFC 9293: MUST-11, MUST-66.
 */
public final class SegmentArrives {

    /** What to do, and why if the segment is dropped. */
    public enum Verdict {
        /** Acceptable and trimmed to the window. */
        PROCEED(null),
        /** Drop it silently. */
        DROP_NO_ACK(DropReason.NO_ACK),
        /** Drop it silently. */
        DROP_RESET(DropReason.UNACCEPTABLE_RESET),
        /** Drop it silently. */
        DROP_WITHOUT_TIMESTAMP(DropReason.OLD_TIMESTAMP),
        /** Drop it and say where we are. */
        ACKNOWLEDGE_OUT_OF_WINDOW(DropReason.OUT_OF_WINDOW),
        /** Drop it and say where we are. */
        ACKNOWLEDGE_OLD_TIMESTAMP(DropReason.OLD_TIMESTAMP),
        /** Drop it and challenge its sender. */
        CHALLENGE_RESET(DropReason.UNACCEPTABLE_RESET),
        /** Drop it and challenge its sender. */
        CHALLENGE_SYN(DropReason.UNEXPECTED_SYN),
        /** Drop it and challenge its sender. */
        CHALLENGE_ACK(DropReason.UNACCEPTABLE_ACK),
        /** The peer's SYN again: our answer was lost. */
        REPEAT_SYN_ACK(DropReason.UNEXPECTED_SYN),
        /** Answer it with a reset; the connection stays. */
        REPLY_RESET(DropReason.UNACCEPTABLE_ACK),
        /** The peer has reset the connection. */
        RESET(null);

        private final DropReason reason;

        Verdict(DropReason reason) {
            this.reason = reason;
        }

        /** {@return why the segment is dropped, or null if it is not} */
        public DropReason reason() {
            return reason;
        }
    }

    private SegmentArrives() {}

    /** Judges a segment, and trims what is acceptable to the window. */
    public static Verdict check(TransmissionControlBlock tcb, Segment seg, long nowNanos) {
        boolean opensToo = false;
        if (tcb.state() == TcpState.SYN_RECEIVED && seg.is(ControlBits.SYN) && seg.seq() == tcb.rcv.irs()) {
            if (!seg.is(ControlBits.ACK)) {
                rememberTimestampOfSyn(tcb, seg, nowNanos);
                return Verdict.REPEAT_SYN_ACK;
            }
            if (!tcb.isPassive()) {
                // Simultaneous open (section 3.5, figure 7): the peer's SYN comes a second time, now with its
                // acknowledgment. That it is old does not make the acknowledgment unacceptable (appendix A.2).
                seg.trimFront(1);
                opensToo = true;
            }
        }
        Verdict timestamp = timestamp(tcb, seg, nowNanos);
        if (timestamp != Verdict.PROCEED) {
            return timestamp;
        }
        Verdict window = window(tcb, seg);
        if (window != Verdict.PROCEED) {
            return window;
        }
        if (seg.is(ControlBits.RST)) {
            // RFC 5961 section 3.2: "If the RST bit is set and the sequence number exactly matches the next expected
            // sequence number (RCV.NXT), then TCP MUST reset the connection."
            return seg.seq() == tcb.rcv.nxt() ? Verdict.RESET : Verdict.CHALLENGE_RESET;
        }
        if (seg.is(ControlBits.SYN)) {
            // RFC 5961 section 4.2: a challenge, whatever the sequence number.
            return Verdict.CHALLENGE_SYN;
        }
        Verdict acknowledgment = acknowledgment(tcb, seg);
        if (acknowledgment == Verdict.PROCEED) {
            rememberTimestamp(tcb, seg, nowNanos);
            trim(tcb, seg);
            if (opensToo) {
                // The peer may still wait for ours: not in the figure, where nothing is lost.
                tcb.acknowledgments.onUrgent();
            }
        }
        return acknowledgment;
    }

    private static Verdict timestamp(TransmissionControlBlock tcb, Segment seg, long nowNanos) {
        // RFC 7323 section 5.2: a reset is not subject to PAWS. A SYN is challenged whatever it carries, because a peer
        // that has restarted knows nothing of our timestamps (RFC 5961 section 4.2).
        if (!tcb.negotiated.timestamps() || seg.is(ControlBits.RST | ControlBits.SYN)) {
            return Verdict.PROCEED;
        }
        if (!seg.options().has(SegmentOptions.TIMESTAMPS)) {
            // RFC 7323 section 3.2: "If a non-<RST> segment is received without a TSopt, a TCP SHOULD silently drop the
            // segment."
            return Verdict.DROP_WITHOUT_TIMESTAMP;
        }
        boolean old = tcb.timestamps.isOld(seg.options().timestampValue(), tcb.negotiated.ownPeer(), nowNanos);
        return old ? Verdict.ACKNOWLEDGE_OLD_TIMESTAMP : Verdict.PROCEED;
    }

    // RFC 7323 section 4.3: "(2) If: SEG.TSval >= TS.Recent and SEG.SEQ <= Last.ACK.sent then SEG.TSval is copied to
    // TS.Recent". Only of a segment that is acceptable in all else: a forged one would shut the peer out.
    private static void rememberTimestamp(TransmissionControlBlock tcb, Segment seg, long nowNanos) {
        int value = seg.options().timestampValue();
        if (tcb.negotiated.timestamps()
                && leq(seg.seq(), tcb.lastAckSent())
                && !tcb.timestamps.isOld(value, false, nowNanos)) {
            tcb.timestamps.remember(value, nowNanos);
        }
    }

    // The same rule for a SYN that comes again: our answer shall echo that one, or the peer takes the time that it has
    // waited for a round trip. It had no part in the checks, so it must be newer.
    private static void rememberTimestampOfSyn(TransmissionControlBlock tcb, Segment syn, long nowNanos) {
        if (syn.options().has(SegmentOptions.TIMESTAMPS)
                && geq(syn.options().timestampValue(), tcb.timestamps.recent())) {
            rememberTimestamp(tcb, syn, nowNanos);
        }
    }

    private static Verdict window(TransmissionControlBlock tcb, Segment seg) {
        if (tcb.rcv.isAcceptable(seg.seq(), seg.length())) {
            return Verdict.PROCEED;
        }
        if (seg.is(ControlBits.RST)) {
            // At a closed window a reset with text has no place, and yet its sequence number is exact.
            return seg.seq() == tcb.rcv.nxt() ? Verdict.PROCEED : Verdict.DROP_RESET;
        }
        if (seg.is(ControlBits.SYN)) {
            return Verdict.CHALLENGE_SYN;
        }
        // Not in the RFC, but in Linux: without text, and exactly at the right edge. It comes from a peer that has
        // filled our window, and all that it acknowledges would be lost until the window moves.
        if (seg.length() == 0 && seg.seq() == tcb.rcv.edge()) {
            return Verdict.PROCEED;
        }
        if (tcb.rcv.wnd() == 0 && hasFinAtEdge(tcb, seg)) {
            return Verdict.PROCEED;
        }
        // "If the RCV.WND is zero, no segments will be acceptable, but special allowance should be made to accept valid
        // ACKs". So the text of a probe is dropped and the rest is used.
        if (tcb.rcv.wnd() == 0 && seg.seq() == tcb.rcv.nxt()) {
            seg.trimBack(seg.length());
            tcb.acknowledgments.onUrgent();
            return Verdict.PROCEED;
        }
        return Verdict.ACKNOWLEDGE_OUT_OF_WINDOW;
    }

    // By the RFC a full window has no place for a FIN. But it takes no room, and where the peer's application has
    // closed, nobody may be left to repeat it when ours reads at last: the end of the stream would look like a reset.
    private static boolean hasFinAtEdge(TransmissionControlBlock tcb, Segment seg) {
        return seg.is(ControlBits.FIN) && seg.end() - 1 == tcb.rcv.edge();
    }

    private static Verdict acknowledgment(TransmissionControlBlock tcb, Segment seg) {
        if (!seg.is(ControlBits.ACK)) {
            return Verdict.DROP_NO_ACK;
        }
        if (tcb.state() == TcpState.SYN_RECEIVED) {
            return tcb.snd.isNew(seg.ack()) ? Verdict.PROCEED : Verdict.REPLY_RESET;
        }
        return tcb.snd.isAcceptable(seg.ack()) ? Verdict.PROCEED : Verdict.CHALLENGE_ACK;
    }

    private static void trim(TransmissionControlBlock tcb, Segment seg) {
        int stale = Math.min(tcb.rcv.nxt() - seg.seq(), seg.length());
        if (stale > 0) {
            tcb.observeDuplicate(seg.seq(), seg.seq() + stale);
            seg.trimFront(stale);
            tcb.acknowledgments.onUrgent();
        }
        boolean beyond = gt(seg.end(), tcb.rcv.edge()) && geq(tcb.rcv.edge(), seg.seq());
        if (seg.length() > 0 && beyond && !hasFinAtEdge(tcb, seg)) {
            seg.trimBack(seg.end() - tcb.rcv.edge());
        }
    }
}
