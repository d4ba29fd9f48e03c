// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

/** What one acknowledgment took out of the {@link RetransmissionQueue}. Reused and mutable. */
public final class Acknowledged {

    private int bytes;
    private int segments;
    private long rttNanos = -1;
    private boolean ambiguous;

    /** Starts over. */
    public void clear() {
        bytes = 0;
        segments = 0;
        rttNanos = -1;
        ambiguous = false;
    }

    void take(int length) {
        bytes += length;
        segments++;
    }

    /** What was sent once and not reported before. The newest waited least for its acknowledgment. */
    void sample(long nanos) {
        rttNanos = nanos;
    }

    /**
     * Something was sent twice: Karn's algorithm (RFC 6298 section 3). Its repetition has drawn the acknowledgment, so whatever
     * else is acknowledged had waited for that.
     */
    void ambiguous() {
        ambiguous = true;
    }

    /** {@return the sequence space that was acknowledged, in bytes} */
    public int bytes() {
        return bytes;
    }

    /** {@return how many segments that were} */
    public int segments() {
        return segments;
    }

    /**
     * {@return the round trip of the newest of them in nanoseconds, or -1 if there is no telling: something was sent twice, or
     * had been reported by SACK long ago}
     */
    public long rttNanos() {
        return ambiguous ? -1 : rttNanos;
    }
}
