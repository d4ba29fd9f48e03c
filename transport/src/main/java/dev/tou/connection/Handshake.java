// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/**
 * How the handshake of a connection goes: how often our SYN or SYN-ACK was sent, when, what it promised, and whether the peer has
 * proven its address.
 */
public final class Handshake {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** A SYN is repeated this often a second apart before the time doubles. */
    private static final int LINEAR_SYNS = 4;

    private static final int MOST_DOUBLINGS = 6;

    private int tries;
    private boolean answeredAgain;
    private boolean cookie;
    private boolean addressProven;
    private int synWindowBytes;
    private boolean firstArrived;
    private long beganNanos;
    private long knownNanos;
    private long firstNanos;
    private long sentNanos;
    private AmplificationLimit limit;

    /** The peer has yet to prove its address: until then no more is sent than the limit allows. */
    public void doubtAddress() {
        limit = new AmplificationLimit();
    }

    /** The peer has acknowledged what only the owner of its address can know. */
    public void addressProven() {
        limit = null;
        addressProven = true;
    }

    /** {@return whether the peer has acknowledged our SYN, whatever became of that} */
    public boolean isAddressProven() {
        return addressProven;
    }

    /** Segments have come from the peer. */
    public void received(int segments, int bytes) {
        if (limit != null) {
            limit.received(segments, bytes);
        }
    }

    /** {@return whether a segment of so many bytes may leave; if so it counts} */
    public boolean maySend(int bytes) {
        return limit == null || limit.trySend(bytes);
    }

    /** {@return how often the SYN or SYN-ACK has been sent of our own accord} */
    public int tries() {
        return tries;
    }

    /**
     * {@return how long the SYN that is sent now waits for its answer} RFC 6298 section 2, rule 2.1: one second at first. The first
     * SYNs are repeated without doubling, because on a link that loses packets a doubled wait costs more than another SYN.
     */
    public long synDelayNanos() {
        return NANOS_PER_SECOND << Math.min(Math.max(0, tries - LINEAR_SYNS + 1), MOST_DOUBLINGS);
    }

    /** {@return how long the SYN-ACK that is sent now waits for its answer} */
    public long synAckDelayNanos() {
        return NANOS_PER_SECOND << Math.min(tries, MOST_DOUBLINGS);
    }

    /** Our SYN or SYN-ACK promises a window. */
    public void promise(int windowBytes) {
        synWindowBytes = windowBytes;
    }

    int promisedWindowBytes() {
        return synWindowBytes;
    }

    /** Our SYN-ACK was sent without a connection, with a cookie, no earlier than that; the cookie is back now. */
    public void cookieBack(long earliestNanos, long nowNanos) {
        beganNanos = earliestNanos;
        knownNanos = nowNanos;
        cookie = true;
    }

    /** {@return whether our SYN-ACK was sent before there was a connection} */
    public boolean isCookie() {
        return cookie;
    }

    /** The peer opens, too: from now on a SYN-ACK goes, on a clock of its own. What comes back may answer the SYN or it. */
    public void bothOpen() {
        tries = 0;
        answeredAgain = true;
    }

    /** Counts one more SYN or SYN-ACK of our own accord. */
    public void tried(long nowNanos) {
        if (tries == 0) {
            firstNanos = nowNanos;
            if (!answeredAgain) {
                beganNanos = nowNanos;
                knownNanos = nowNanos;
            }
        }
        tries++;
        sentNanos = nowNanos;
    }

    /** The SYN-ACK went once more because the peer repeated its SYN. */
    public void answeredAgain() {
        answeredAgain = true;
    }

    /** {@return whether the SYN or SYN-ACK went once only, so that its acknowledgment measures the round trip} */
    public boolean sentOnce() {
        return tries == 1 && !answeredAgain;
    }

    /** The peer has answered the first of those that were sent. */
    void firstHasArrived() {
        firstArrived = true;
    }

    /** {@return whether one was sent again of our own accord, and for all that is known the first, or its answer, was lost} */
    boolean hasLost() {
        return tries > 1 && !firstArrived;
    }

    /** {@return whether one was sent again of our own accord although the first had arrived} */
    boolean hasRepeatedForNothing() {
        return tries > 1 && firstArrived;
    }

    /** {@return when the first SYN was sent, or the first SYN-ACK if one was; meaningful if {@link #tries} is not 0} */
    long firstNanos() {
        return firstNanos;
    }

    /** {@return when the first SYN or SYN-ACK was sent; if that had a cookie, when it may have been sent at the earliest} */
    public long beganNanos() {
        return beganNanos;
    }

    /** {@return since when we have known of the connection: when it began, or its cookie was back} */
    long knownNanos() {
        return knownNanos;
    }

    long sentNanos() {
        return sentNanos;
    }
}
