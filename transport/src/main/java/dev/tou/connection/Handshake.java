// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/** How the handshake of a connection goes: how often our SYN or SYN-ACK was sent, when, and what it promised. */
public final class Handshake {

    private int tries;
    private boolean answeredAgain;
    private int synWindowBytes;
    private long beganNanos;
    private long sentNanos;

    /** {@return how often the SYN or SYN-ACK has been sent of our own accord} */
    public int tries() {
        return tries;
    }

    /** Our SYN or SYN-ACK promises a window. */
    public void promise(int windowBytes) {
        synWindowBytes = windowBytes;
    }

    int promisedWindowBytes() {
        return synWindowBytes;
    }

    /** Counts one more SYN or SYN-ACK of our own accord. */
    public void tried(long nowNanos) {
        if (tries++ == 0) {
            beganNanos = nowNanos;
        }
        sentNanos = nowNanos;
    }

    /** The SYN-ACK went once more because the peer repeated its SYN. */
    public void answeredAgain() {
        answeredAgain = true;
    }

    /** {@return whether the SYN or SYN-ACK went once only, so that its acknowledgment measures the round trip} */
    boolean sentOnce() {
        return tries == 1 && !answeredAgain;
    }

    /** {@return when the first SYN or SYN-ACK was sent} */
    public long beganNanos() {
        return beganNanos;
    }

    long sentNanos() {
        return sentNanos;
    }
}
