// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * The best rate at which acknowledgments came in this round trip and the last: of eighths of a round trip, because in slow
 * start the rate at its end is twice that of its beginning, and {@link AckSample#deliveryRateBytesPerSecond()} is that of
 * a whole one.
 *
 * <p>What came after a silence came at nobody knows which rate, so it begins an interval and is no part of it. An interval of an
 * idle or stalled sender is slow or none, and never counts where another was faster.
 */
final class AcknowledgmentRate {

    private static final int INTERVALS_OF_A_ROUND = 8;

    /** Two ticks of the pacer's timer and some more, so that its trains are no silence. */
    private static final long LEAST_INTERVAL_NANOS = 2_500_000;

    private long lastAckNanos;
    private long intervalNanos;
    private long intervalBytes;

    /** In bytes per nanosecond. */
    private double round;

    private double lastRound;

    /**
     * @param roundBegins whether it ends a round trip and begins another
     * @param roundTripNanos how long one takes; more than any if that is not known
     */
    void onAck(AckSample sample, boolean roundBegins, long roundTripNanos) {
        if (roundBegins) {
            lastRound = round;
            round = 0;
        }
        long now = sample.nowNanos();
        long enough = Math.max(LEAST_INTERVAL_NANOS, roundTripNanos / INTERVALS_OF_A_ROUND);
        boolean silence = now - lastAckNanos > enough;
        lastAckNanos = now;
        if (silence) {
            intervalNanos = now;
            intervalBytes = 0;
            return;
        }
        intervalBytes += sample.deliveredBytes();
        if (now - intervalNanos >= enough) {
            round = Math.max(round, intervalBytes / (double) (now - intervalNanos));
            intervalNanos = now;
            intervalBytes = 0;
        }
    }

    /** {@return whether this round trip and the last had one} */
    boolean isKnown() {
        return round > 0 && lastRound > 0;
    }

    double bytesPerNano() {
        return Math.max(round, lastRound);
    }

    void reset() {
        round = 0;
        lastRound = 0;
    }
}
