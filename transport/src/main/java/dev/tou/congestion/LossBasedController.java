// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * What controllers share that take a loss for congestion: the initial window (RFC 6928), slow start by bytes (RFC 3465) with
 * HyStart++ (RFC 9406), episodes, timeouts (RFC 5681), undo (RFC 4015), restart after idleness. A subclass says how the window
 * grows beyond the threshold, and how far it falls.
 *
 * <p>The window grows only while it is used (RFC 7661, {@link WindowUse}): an application that sends little does not
 * earn a window that the path has never carried. Growth counts bytes that were acknowledged for the first time, so that
 * neither divided nor duplicate acknowledgments earn anything (RFC 3465 section 1, RFC 5681 section 3.1).
 *
 * <p><b>L</b>, the most that one acknowledgment may open the window by in slow start, is unlimited by default, as RFC 9406
 * section 4.3 has it for senders that pace: receivers that acknowledge a train at once, as this transport's do, would
 * otherwise turn slow start into a straight line, and the burst that L guards against is spread by the pacer. Where the pacer
 * is off, because a round trip takes less than the clock of its timer resolves, the queue of the host absorbs it.
 *
 * <p><b>A reduction</b> starts from the window, as RFC 9438 section 4.6 allows where growth is limited to use, but at most from
 * twice of what was in flight in the last two round trips: beyond that it is not validated (RFC 7661), and gone with the
 * first loss. After slow start, which runs ahead of what a paced sender has out, the first starts from what was in flight. One
 * acknowledgment that covers a train and reveals a loss in it has lowered FlightSize before it is read, so that alone would cost
 * small windows dear.
 *
 * <p>It weighs what was lost: RFC 7141 section 2.3 (BCP 41) has the strength of a sign of congestion be proportionate to the bytes
 * of the packet that is missing. When as much text as a full segment holds was lost in an episode, the reduction is the whole one,
 * and by that share of it before. So a flow of small segments, which loses as many bytes of what it sends as one of full
 * segments, is left with the same window. The share is of bytes lost, not of segments, and repetitions that are lost count again.
 *
 * <p><b>After a timeout</b> RFC 3465 section 2.3 wants L to be one segment, because an acknowledgment may then cover
 * segments that had arrived long before and clock out a burst. Here growth counts what the acknowledgment has <em>delivered</em>,
 * selectively acknowledged segments once, and one acknowledgment at most doubles the window, which holds for peers without
 * SACK, too.
 */
abstract class LossBasedController implements CongestionController {

    private final int growthLimitSegments;
    private final RoundTrips roundTrips = new RoundTrips();
    private final HyStart hyStart = new HyStart();

    private int mssBytes = 536; // RFC 9293 section 3.7.1; onEstablished says better
    private long windowBytes = mssBytes;
    private long thresholdBytes = Long.MAX_VALUE;

    private Episode episode = Episode.NONE;

    /** Whether the present slow start follows a timeout. */
    private boolean afterTimeout;

    /** What the last reduction took away; a window of 0 when there is nothing to give back. */
    private long priorWindowBytes;

    private long priorThresholdBytes;

    /** What was found lost in this episode, and where its loss leads if it is a whole segment. */
    private long lostBytes;

    /** Whether slow start has opened the window since the last reduction, or it is the initial one. */
    private boolean ahead = true;

    private long reducedFromBytes;
    private long reducedToBytes;

    private enum Episode {
        NONE,
        FAST_RECOVERY,
        /** After a timeout, and nothing was acknowledged yet. */
        TIMED_OUT,
        LOSS_RECOVERY
    }

    LossBasedController(int growthLimitSegments) {
        if (growthLimitSegments < 1) {
            throw new IllegalArgumentException("growthLimitSegments: " + growthLimitSegments + " (expected: >= 1)");
        }
        this.growthLimitSegments = growthLimitSegments;
    }

    /** {@return the initial window in bytes: 10 segments, at most 14 600 bytes or 2 segments (RFC 6928 section 2)} */
    static long initialWindowBytes(int mssBytes) {
        return Math.min(10L * mssBytes, Math.max(2L * mssBytes, 14_600));
    }

    // --- what a subclass says ---

    /**
     * The window is at or above the threshold and limits sending.
     *
     * @param ackedBytes what counts for growth, positive, at most the window
     */
    abstract void avoidCongestion(long ackedBytes, AckSample sample);

    /** An acknowledgment came that earns nothing, because something else limits sending. */
    abstract void notLimited(AckSample sample);

    /**
     * The window is about to be reduced; {@link #restore} may have to take that back.
     *
     * @param validBytes the part of the window that is validated
     * @param flightBytes FlightSize of RFC 5681
     * @param timeout whether the retransmission timer found the loss
     * @return the threshold that follows from the loss of a whole segment, before the least of two segments
     */
    abstract long reduce(long validBytes, long flightBytes, boolean timeout);

    /** The last {@link #reduce} was for nothing, and the window is what it was then. */
    abstract void restore();

    /** The window is another for a reason other than growth: what was computed from it begins anew. */
    abstract void startOver();

    final int mssBytes() {
        return mssBytes;
    }

    final void growBy(long bytes) {
        windowBytes += bytes;
    }

    // --- what happens ---

    @Override
    public final void onEstablished(int mssBytes, long nowNanos) {
        this.mssBytes = mssBytes;
        windowBytes = initialWindowBytes(mssBytes);
    }

    @Override
    public final void onHandshakeLoss(long nowNanos) {
        windowBytes = mssBytes;
    }

    @Override
    public final void onAck(AckSample sample) {
        boolean roundBegins = roundTrips.onAck(sample);
        boolean firstSlowStart = thresholdBytes == Long.MAX_VALUE;
        if (firstSlowStart) {
            hyStart.onAck(sample, roundBegins, mssBytes);
        }
        if (episode == Episode.TIMED_OUT && sample.ackedBytes() > 0) {
            episode = Episode.LOSS_RECOVERY;
        }
        if (!sample.cwndLimited()) {
            notLimited(sample);
            return;
        }
        long acked = episode == Episode.LOSS_RECOVERY ? sample.deliveredBytes() : sample.ackedBytes();
        if (acked <= 0 || sample.inRecovery()) {
            return;
        }
        if (firstSlowStart && hyStart.isOver()) {
            thresholdBytes = windowBytes;
            startOver();
        }
        if (windowBytes < thresholdBytes) {
            acked = slowStart(acked);
        }
        if (windowBytes >= thresholdBytes && acked > 0) {
            afterTimeout = false;
            avoidCongestion(Math.min(acked, windowBytes), sample);
        }
    }

    /** {@return what is left of {@code acked} for congestion avoidance, when the threshold is reached} */
    private long slowStart(long acked) {
        long limit = afterTimeout ? Math.min(windowBytes, limitBytes()) : limitBytes();
        long counted = Math.min(acked, limit);
        if (hyStart.isHeld() && thresholdBytes == Long.MAX_VALUE) {
            return 0;
        }
        long growth = Math.min(counted, thresholdBytes - windowBytes);
        windowBytes += growth;
        ahead = true;
        return counted - growth;
    }

    private long limitBytes() {
        return (long) mssBytes * growthLimitSegments;
    }

    @Override
    public final void onLost(long bytes) {
        lostBytes += bytes;
        if (episode == Episode.FAST_RECOVERY) {
            thresholdBytes = Math.min(thresholdBytes, weighed());
            windowBytes = Math.min(windowBytes, thresholdBytes);
        }
    }

    @Override
    public final void onLossDetected(long flightSizeBytes, long nowNanos) {
        reduceThreshold(flightSizeBytes, false);
        windowBytes = Math.max(mssBytes, Math.min(windowBytes, thresholdBytes));
        episode = Episode.FAST_RECOVERY;
    }

    @Override
    public final void onRetransmissionTimeout(long flightSizeBytes, long nowNanos) {
        if (episode != Episode.TIMED_OUT) { // RFC 5681 section 3.1: held constant when the same segment times out again
            reduceThreshold(flightSizeBytes, true);
        }
        windowBytes = mssBytes;
        episode = Episode.TIMED_OUT;
        afterTimeout = true;
    }

    /**
     * Remembers what is taken away. The threshold falls once for a flight: a timeout in fast recovery means that a repair was
     * lost, and what it repairs has been paid for. After a timeout, new losses lower it again.
     */
    private void reduceThreshold(long flightSizeBytes, boolean timeout) {
        priorWindowBytes = windowBytes;
        priorThresholdBytes = thresholdBytes;
        long validBytes = validBytes(flightSizeBytes);
        ahead = false;
        reducedFromBytes = Math.max(flightSizeBytes, validBytes);
        reducedToBytes = reduce(validBytes, flightSizeBytes, timeout);
        if (timeout || lostBytes == 0) {
            lostBytes = mssBytes; // nothing says how little it was
        }
        thresholdBytes = switch (episode) {
            case NONE -> weighed();
            case FAST_RECOVERY -> thresholdBytes;
            case TIMED_OUT, LOSS_RECOVERY -> Math.min(thresholdBytes, weighed());
        };
    }

    private long validBytes(long flightSizeBytes) {
        long carried = Math.max(flightSizeBytes, roundTrips.peakInFlightBytes());
        return Math.min(windowBytes, ahead ? carried : 2 * carried);
    }

    private long weighed() {
        double weight = Math.min(1, (double) lostBytes / mssBytes);
        long reduced = reducedFromBytes - (long) (weight * (reducedFromBytes - reducedToBytes));
        return Math.max(reduced, 2L * mssBytes);
    }

    @Override
    public final void onRecoveryEnd(long nowNanos) {
        episode = Episode.NONE;
        lostBytes = 0;
    }

    @Override
    public final void onSpurious(long nowNanos) {
        if (priorWindowBytes > 0) {
            if (priorWindowBytes >= windowBytes) {
                restore();
            }
            windowBytes = Math.max(windowBytes, priorWindowBytes);
            thresholdBytes = Math.max(thresholdBytes, priorThresholdBytes);
            priorWindowBytes = 0;
            afterTimeout = false;
        }
        episode = Episode.NONE;
        lostBytes = 0;
    }

    @Override
    public final void onIdleRestart(long nowNanos) {
        if (thresholdBytes != Long.MAX_VALUE) {
            // RFC 2861 section 3.1: three quarters of what the path has carried are reached again by slow start.
            thresholdBytes = Math.max(thresholdBytes, windowBytes * 3 / 4);
        }
        windowBytes = Math.min(windowBytes, initialWindowBytes(mssBytes));
        priorWindowBytes = 0;
        hyStart.reset();
        startOver();
    }

    @Override
    public final void onMssChanged(int mssBytes) {
        this.mssBytes = mssBytes;
        windowBytes = Math.max(windowBytes, mssBytes);
        thresholdBytes = Math.max(thresholdBytes, 2L * mssBytes);
        startOver();
    }

    @Override
    public final long windowBytes() {
        return windowBytes;
    }

    @Override
    public final long slowStartThresholdBytes() {
        return thresholdBytes;
    }
}
