// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

/**
 * Says <em>what</em> is lost, by marking entries of the {@link RetransmissionQueue}; how much may be sent is another's
 * business. The seam for RACK-TLP (RFC 8985) beside the detector for peers without SACK.
 */
public interface LossDetector {

    /** What an acknowledgment meant for recovery. */
    enum Outcome {
        /** Nothing changed. */
        NONE,
        /** A loss was found, and with it begins an episode: the congestion window is reduced once. */
        RECOVERY_BEGINS,
        /** Everything that was outstanding when the episode began has arrived. */
        RECOVERY_ENDS
    }

    /**
     * Looks at the queue after an acknowledgment was applied to it.
     *
     * @param ack what arrived
     */
    Outcome onAcknowledgment(RetransmissionQueue queue, AckFacts ack);

    /** The retransmission timer expired: everything outstanding is lost and no episode goes on. */
    void onTimeout(RetransmissionQueue queue, int sndNxt);

    /** {@return whether an episode goes on} */
    boolean isRecovering();

    /** {@return bytes that must have left the path, though no SACK block says which: none for a detector with SACK} */
    int unreportedArrivals();

    /** One acknowledgment, as a loss detector sees it. Reused and mutable. */
    final class AckFacts {
        /** SEG.ACK. */
        public int ack;
        /** SND.NXT. */
        public int sndNxt;
        /** Bytes newly acknowledged by SEG.ACK. */
        public int ackedBytes;
        /** Bytes newly reported by SACK. */
        public int sackedBytes;
        /** Whether it carried no text, moved no window and acknowledged nothing new (RFC 5681 section 2). */
        public boolean duplicate;

        /** Whether the peer reports by SACK what came out of order. */
        public boolean sack;
        /** The text of a full segment. */
        public int segmentBytes;
        /** When it was read from the wire. */
        public long nowNanos;
    }
}
