// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import static dev.tou.segment.SequenceNumber.geq;

/**
 * Was the timeout a loss, or was the path only slow? Forward RTO recovery (RFC 5682 section 2.1, and section 3.1 for peers with
 * SACK):
 *
 * <pre>
 *   timeout --&gt; HEAD_SENT --first acknowledgment that advances--&gt; NEW_SENT --next one--&gt; spurious, or a loss
 *               only the oldest was sent again                    two segments of new text were sent
 * </pre>
 *
 * If the next acknowledgment covers what was sent once, before the timeout, the flight was on its way all the time. Repeating
 * more of it instead would have made that impossible to tell. Without new text to send there is no answer, and what is thought
 * lost is sent again.
 *
 * <p>Needs no timestamps; with them {@link Undo} knows one acknowledgment earlier.
 */
final class SpuriousTimeout {

    private enum Step {
        NONE,
        HEAD_SENT,
        NEW_SENT
    }

    private Step step = Step.NONE;
    private int recover;

    /**
     * The timer expired.
     *
     * @param again whether in an episode that a timeout had begun: then the test goes on only if nothing has advanced since
     */
    void begin(int sndNxt, boolean again) {
        if (!again || step == Step.HEAD_SENT) {
            step = Step.HEAD_SENT;
            recover = sndNxt;
        } else {
            step = Step.NONE;
        }
    }

    /** {@return whether new text goes first, and what is thought lost waits} */
    boolean wantsNewText() {
        return step == Step.NEW_SENT;
    }

    /** There is no new text, or the answer is known. */
    void end() {
        step = Step.NONE;
    }

    /** {@return whether the acknowledgment shows that the timeout was spurious} */
    boolean onAcknowledgment(AckFacts ack) {
        if (step == Step.HEAD_SENT && ack.ackedBytes > 0) {
            // Step 2a: what covers everything tells nothing; 2b: new text will.
            step = geq(ack.ack, recover) ? Step.NONE : Step.NEW_SENT;
            return false;
        }
        if (step == Step.NEW_SENT && (ack.ackedBytes > 0 || ack.sackedBytes > 0 || ack.duplicate)) {
            step = Step.NONE; // step 3
            return ack.delivered.hasOriginalUpTo(recover);
        }
        return false;
    }
}
