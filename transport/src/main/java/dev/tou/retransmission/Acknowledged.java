// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

/** What one acknowledgment took out of the {@link RetransmissionQueue}. Reused and mutable. */
public final class Acknowledged {

    private int bytes;
    private int segments;
    private long rttNanos = -1;

    /** Starts over. */
    public void clear() {
        bytes = 0;
        segments = 0;
        rttNanos = -1;
    }

    void take(int length, long sampleNanos) {
        bytes += length;
        segments++;
        // The newest segment waited least for its acknowledgment.
        rttNanos = sampleNanos;
    }

    /** {@return the sequence space that was acknowledged, in bytes} */
    public int bytes() {
        return bytes;
    }

    /** {@return how many segments that were} */
    public int segments() {
        return segments;
    }

    /** {@return the round trip of the newest of them in nanoseconds, or -1 if it was sent twice} */
    public long rttNanos() {
        return rttNanos;
    }
}
