// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * Leaves slow start before a queue overflows: HyStart++ (RFC 9406), hastened.
 *
 * <pre>
 *                     eight samples in a row are above the least RTT of the last round trip
 *                     by max(4 ms, min(1/8, 16 ms))
 *   slow start ---------------------------------------------------------------------------> held: the window stays
 *        ^                                                                                     |             |
 *        +------ a round trip later a sample is not above it by all of that: a false alarm ----+     none is: over
 * </pre>
 *
 * <p><b>Where it differs from the RFC, and why.</b> The window doubles in a round trip, and what a sample tells is a round trip
 * old. The least sample of a round trip, which the RFC waits for, is that of its beginning: another round trip is gone before it
 * is high. Eight in a row are as many witnesses, and come sooner. Conservative slow start then lets the window treble in five
 * round trips, which overflows what was to be spared; here it stays as it is until the segments sent since have told. If the path
 * is full they all waited; if not, a round trip or two were lost, and slow start goes on.
 *
 * <p>A receiver that acknowledges a train at once brings few samples, but each is that of the train's newest segment, which has
 * waited least, and so the least of all its segments: it counts for as many as a receiver that acknowledges every other segment
 * would have brought, four at most, lest one stray acknowledgment decide. Samples are to be of the path: those taken after a
 * stall of the loop are left out by the caller.
 *
 * <p>Meant for the first slow start only, as section 4.3 advises: later ones have a threshold.
 */
final class HyStart {

    static final long MIN_RTT_THRESHOLD_NANOS = 4_000_000;
    static final long MAX_RTT_THRESHOLD_NANOS = 16_000_000;
    static final int MIN_RTT_DIVISOR = 8;
    static final int RTT_SAMPLES = 8;

    private static final long NONE = Long.MAX_VALUE;
    private static final int MOST_SAMPLES_OF_AN_ACK = 4;

    private long deliveredBytes;
    private long lastRoundNanos = NONE;
    private long roundNanos = NONE;

    /** Samples in a row that were above the threshold. */
    private int high;

    /** While held, what a sample must not be below; none in slow start. */
    private long queuedNanos = NONE;

    /** While held, when what was in flight at its beginning has been delivered, and then when what was in flight then has. */
    private long turnBytes;

    private boolean judging;
    private int judged;
    private boolean over;

    /**
     * An acknowledgment came in slow start.
     *
     * @param roundBegins whether it ends a round trip and begins another
     */
    void onAck(AckSample sample, boolean roundBegins, int mssBytes) {
        deliveredBytes += sample.deliveredBytes();
        if (roundBegins) {
            lastRoundNanos = roundNanos;
            roundNanos = NONE;
        }
        if (sample.rttNanos() == AckSample.NO_RTT) {
            return;
        }
        roundNanos = Math.min(roundNanos, sample.rttNanos());
        int weight = (int) Math.max(1, Math.min(MOST_SAMPLES_OF_AN_ACK, sample.deliveredBytes() / (2L * mssBytes)));
        if (isHeld()) {
            judge(sample, weight);
        } else if (lastRoundNanos != NONE) {
            suspect(sample, weight);
        }
    }

    private void suspect(AckSample sample, int weight) {
        long queued = lastRoundNanos + threshold(lastRoundNanos);
        high = sample.rttNanos() >= queued ? high + weight : 0;
        if (high >= RTT_SAMPLES && sample.cwndLimited()) {
            queuedNanos = queued;
            turnBytes = deliveredBytes + sample.inFlightBytes();
            judging = false;
        }
    }

    private void judge(AckSample sample, int weight) {
        if (judging) {
            if (sample.rttNanos() < queuedNanos) {
                queuedNanos = NONE;
                high = 0;
                return;
            }
            judged += weight;
            over |= deliveredBytes >= turnBytes && judged >= RTT_SAMPLES;
        } else if (deliveredBytes >= turnBytes) {
            judging = true;
            judged = 0;
            turnBytes = deliveredBytes + sample.inFlightBytes();
        }
    }

    private static long threshold(long lastRoundNanos) {
        return Math.max(MIN_RTT_THRESHOLD_NANOS, Math.min(lastRoundNanos / MIN_RTT_DIVISOR, MAX_RTT_THRESHOLD_NANOS));
    }

    /** {@return whether the round-trip time has risen, so that the window stays as it is until more is known} */
    boolean isHeld() {
        return queuedNanos != NONE;
    }

    /** {@return whether it has stayed risen, so that slow start is over} */
    boolean isOver() {
        return over;
    }

    /** Forgets everything; a slow start begins. */
    void reset() {
        lastRoundNanos = NONE;
        roundNanos = NONE;
        high = 0;
        queuedNanos = NONE;
        over = false;
    }
}
