// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

/**
 * Says <em>what</em> is lost, by marking entries of the {@link RetransmissionQueue}; how much may be sent is another's
 * business. {@link Rack} for peers with SACK, {@link DuplicateAckLossDetector} for those without.
 */
interface LossDetector {

    /** What an acknowledgment, or a timer, meant for fast recovery. */
    enum Outcome {
        /** Nothing changed. */
        NONE,
        /** A loss was found, and with it begins an episode: the congestion window is reduced once. */
        RECOVERY_BEGINS,
        /** Everything that was outstanding when the episode began has arrived. */
        RECOVERY_ENDS
    }

    /** Looks at the queue after an acknowledgment was applied to it. */
    Outcome onAcknowledgment(RetransmissionQueue queue, AckFacts ack);

    /**
     * The time has come that {@link #reorderingDeadlineNanos} gave.
     *
     * @param targetNanos that time: by it loss is judged, however late the event loop comes
     */
    default Outcome onReorderingTimer(RetransmissionQueue queue, int sndNxt, long targetNanos) {
        return Outcome.NONE;
    }

    /** {@return when to look again though no acknowledgment comes, or {@link AckFacts#NEVER}} */
    default long reorderingDeadlineNanos() {
        return AckFacts.NEVER;
    }

    /**
     * The retransmission timer expired: fast recovery ends, recovery by timeout begins. The oldest is lost, and what else is, as
     * far as can be told: without SACK all that is outstanding, with RACK what has been out for long enough.
     */
    void onTimeout(RetransmissionQueue queue, int sndNxt, long nowNanos);

    /** What looked like a loss was none: no episode goes on, and nothing is marked lost any more. */
    void onSpurious();

    /** {@return how long a segment that was overtaken may still be late, in nanoseconds; 0 for a detector that does not wait} */
    default long reorderingWindowNanos(RetransmissionQueue queue) {
        return 0;
    }

    /** {@return how many acknowledgments have shown that the path reorders} */
    default long reorderings() {
        return 0;
    }

    /** {@return bytes that must have left the path, though no SACK block says which: none for a detector with SACK} */
    int unreportedArrivals();
}
