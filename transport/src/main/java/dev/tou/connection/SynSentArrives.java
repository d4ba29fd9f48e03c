// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;

import static dev.tou.segment.SequenceNumber.gt;
import static dev.tou.segment.SequenceNumber.leq;

/** What to do with a segment in SYN-SENT (RFC 9293 section 3.10.7.3). Decides only. */
public final class SynSentArrives {

    /** What to do. */
    public enum Verdict {
        /** Nothing. */
        DROP,
        /** Answer it with a reset. */
        REPLY_RESET,
        /** The peer refuses the connection. */
        REFUSED,
        /** The peer accepts it. */
        ESTABLISH,
        /** The peer opens it at the same time (RFC 9293, MUST-10). */
        SIMULTANEOUS_OPEN
    }

    private SynSentArrives() {}

    /** Judges a segment. */
    public static Verdict check(TransmissionControlBlock tcb, Segment seg) {
        boolean reset = seg.is(ControlBits.RST);
        boolean acknowledges = seg.is(ControlBits.ACK);
        // First: "If SEG.ACK =< ISS or SEG.ACK > SND.NXT, send a reset (unless the RST bit is set ...)".
        if (acknowledges && (leq(seg.ack(), tcb.snd.iss()) || gt(seg.ack(), tcb.snd.nxt()))) {
            return reset ? Verdict.DROP : Verdict.REPLY_RESET;
        }
        // Second: a reset counts only with an acknowledgment of our SYN, which nobody guesses (RFC 5961 section 3.2).
        if (reset) {
            return acknowledges ? Verdict.REFUSED : Verdict.DROP;
        }
        if (!seg.is(ControlBits.SYN)) {
            return Verdict.DROP;
        }
        return acknowledges ? Verdict.ESTABLISH : Verdict.SIMULTANEOUS_OPEN;
    }
}
