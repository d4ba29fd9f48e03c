// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * Leaves slow start before a queue overflows: HyStart++ (RFC 9406).
 *
 * <pre>
 *                    least RTT of the round trip rose by max(4 ms, min(1/8, 16 ms))
 *   slow start ---------------------------------------------------------------> conservative slow start (growth / 4)
 *        ^                                                                          |                |
 *        +---------- it fell below where it was at that moment: a false alarm ------+      five round trips: over
 * </pre>
 *
 * <p>Eight samples of a round trip are needed for a verdict. A receiver that acknowledges a train at once brings few samples,
 * but each is that of the train's newest segment, which has waited least, and so the least of all its segments: it counts for
 * as many as a receiver that acknowledges every other segment would have brought, four at most, lest one stray
 * acknowledgment decide. Samples are to be of the path: those taken after a stall of the loop are left out by the caller.
 *
 * <p>Meant for the first slow start only, as section 4.3 advises: later ones have a threshold.
 */
final class HyStart {

    static final long MIN_RTT_THRESHOLD_NANOS = 4_000_000;
    static final long MAX_RTT_THRESHOLD_NANOS = 16_000_000;
    static final int MIN_RTT_DIVISOR = 8;
    static final int RTT_SAMPLES = 8;
    static final int CSS_GROWTH_DIVISOR = 4;
    static final int CSS_ROUNDS = 5;

    private static final long NONE = Long.MAX_VALUE;
    private static final int MOST_SAMPLES_OF_AN_ACK = 4;

    private long lastRoundNanos = NONE;
    private long roundNanos = NONE;
    private int samples;

    /** The least round-trip time when conservative slow start began; none in plain slow start. */
    private long baselineNanos = NONE;

    private int conservativeRounds;

    /**
     * An acknowledgment came in slow start.
     *
     * @param roundBegins whether it ends a round trip and begins another
     */
    void onAck(AckSample sample, boolean roundBegins, int mssBytes) {
        if (roundBegins) {
            beginRound();
        }
        if (sample.rttNanos() == AckSample.NO_RTT) {
            return;
        }
        roundNanos = Math.min(roundNanos, sample.rttNanos());
        samples += (int) Math.max(1, Math.min(MOST_SAMPLES_OF_AN_ACK, sample.deliveredBytes() / (2L * mssBytes)));
        if (samples < RTT_SAMPLES) {
            return;
        }
        if (isConservative()) {
            if (roundNanos < baselineNanos) {
                baselineNanos = NONE;
            }
        } else if (lastRoundNanos != NONE
                && sample.cwndLimited()
                && roundNanos >= lastRoundNanos + threshold(lastRoundNanos)) {
            baselineNanos = roundNanos;
            conservativeRounds = 0;
        }
    }

    private void beginRound() {
        lastRoundNanos = roundNanos;
        roundNanos = NONE;
        samples = 0;
        if (isConservative()) {
            conservativeRounds++;
        }
    }

    private static long threshold(long lastRoundNanos) {
        return Math.max(MIN_RTT_THRESHOLD_NANOS, Math.min(lastRoundNanos / MIN_RTT_DIVISOR, MAX_RTT_THRESHOLD_NANOS));
    }

    /** {@return whether the round-trip time has risen, so that the window grows a quarter as fast} */
    boolean isConservative() {
        return baselineNanos != NONE;
    }

    /** {@return whether it has not fallen again for so long that slow start is over} */
    boolean isOver() {
        return isConservative() && conservativeRounds >= CSS_ROUNDS;
    }

    /** Forgets everything; a slow start begins. */
    void reset() {
        lastRoundNanos = NONE;
        roundNanos = NONE;
        samples = 0;
        baselineNanos = NONE;
        conservativeRounds = 0;
    }
}
