// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * The standard congestion control of TCP: slow start, congestion avoidance, fast recovery and loss recovery of RFC 5681 and
 * RFC 6582, with the initial window of RFC 6928 and growth by bytes (RFC 3465).
 *
 * <pre>
 *   slow start            window grows by what was acknowledged, at most L segments for an acknowledgment
 *   congestion avoidance  window grows by one segment for each window of bytes acknowledged
 *   loss                  threshold = max(FlightSize / 2, 2 segments), window = threshold until the end of the episode
 *   timeout               the same threshold, window = 1 segment, then slow start with L = 1
 * </pre>
 *
 * <p>The window grows only while it is what limits sending (RFC 2861, RFC 7661): an application that sends little does not
 * earn a window that the path has never carried. Growth counts bytes that were acknowledged for the first time, so that
 * neither divided nor duplicate acknowledgments earn anything (RFC 3465 section 1, RFC 5681 section 3.1).
 *
 * <p>L is 2 as RFC 3465 section 2.2 says. A receiver that acknowledges a train of segments at once makes slow start slower
 * for it: RFC 9406 section 4.3 uses 8, and no limit when sending is paced, which is what the constructor is for.
 */
public final class NewReno implements CongestionController {

    /** The default of L, the most segments that the window grows by for one acknowledgment in slow start (RFC 3465). */
    public static final int DEFAULT_GROWTH_LIMIT_SEGMENTS = 2;

    private final int growthLimitSegments;

    private int mssBytes = 536; // RFC 9293 section 3.7.1; onEstablished says better
    private long windowBytes = mssBytes;
    private long thresholdBytes = Long.MAX_VALUE;

    /** Bytes acknowledged in congestion avoidance and not yet turned into growth. */
    private long creditBytes;

    private Episode episode = Episode.NONE;

    /** Whether the present slow start follows a timeout, in which L is 1 (RFC 3465 section 2.3). */
    private boolean afterTimeout;

    /** What the last reduction took away; a window of 0 when there is nothing to give back. */
    private long priorWindowBytes;

    private long priorThresholdBytes;

    private enum Episode {
        NONE,
        FAST_RECOVERY,
        /** After a timeout, and nothing was acknowledged yet. */
        TIMED_OUT,
        LOSS_RECOVERY
    }

    /** Makes a controller with the default growth limit. */
    public NewReno() {
        this(DEFAULT_GROWTH_LIMIT_SEGMENTS);
    }

    /**
     * Makes a controller.
     *
     * @param growthLimitSegments L: the most segments that the window grows by for one acknowledgment in slow start, at least
     *     1, default {@value #DEFAULT_GROWTH_LIMIT_SEGMENTS}; {@link Integer#MAX_VALUE} for no limit
     */
    public NewReno(int growthLimitSegments) {
        if (growthLimitSegments < 1) {
            throw new IllegalArgumentException("growthLimitSegments: " + growthLimitSegments + " (expected: >= 1)");
        }
        this.growthLimitSegments = growthLimitSegments;
    }

    /** {@return the initial window in bytes: 10 segments, at most 14 600 bytes or 2 segments (RFC 6928 section 2)} */
    static long initialWindowBytes(int mssBytes) {
        return Math.min(10L * mssBytes, Math.max(2L * mssBytes, 14_600));
    }

    @Override
    public String name() {
        return "newreno";
    }

    @Override
    public void onEstablished(int mssBytes, long nowNanos) {
        this.mssBytes = mssBytes;
        windowBytes = initialWindowBytes(mssBytes);
    }

    @Override
    public void onHandshakeLoss(long nowNanos) {
        windowBytes = mssBytes;
    }

    @Override
    public void onAck(AckSample sample) {
        long acked = sample.ackedBytes();
        if (acked <= 0) {
            return;
        }
        if (episode == Episode.TIMED_OUT) {
            episode = Episode.LOSS_RECOVERY;
        }
        if (sample.inRecovery() || !sample.cwndLimited()) {
            return;
        }
        if (windowBytes < thresholdBytes) {
            acked = slowStart(acked);
        }
        if (windowBytes >= thresholdBytes) {
            avoidCongestion(acked);
        }
    }

    @Override
    public void onLossDetected(long flightSizeBytes, long nowNanos) {
        reduceThreshold(flightSizeBytes);
        windowBytes = Math.max(mssBytes, Math.min(windowBytes, thresholdBytes));
        episode = Episode.FAST_RECOVERY;
    }

    @Override
    public void onRetransmissionTimeout(long flightSizeBytes, long nowNanos) {
        if (episode != Episode.TIMED_OUT) { // RFC 5681 section 3.1: held constant when the same segment times out again
            reduceThreshold(flightSizeBytes);
        }
        windowBytes = mssBytes;
        episode = Episode.TIMED_OUT;
        afterTimeout = true;
    }

    @Override
    public void onRecoveryEnd(long nowNanos) {
        episode = Episode.NONE;
    }

    @Override
    public void onSpurious(long nowNanos) {
        if (priorWindowBytes > 0) {
            windowBytes = Math.max(windowBytes, priorWindowBytes);
            thresholdBytes = Math.max(thresholdBytes, priorThresholdBytes);
            priorWindowBytes = 0;
            afterTimeout = false;
        }
        episode = Episode.NONE;
    }

    @Override
    public void onIdleRestart(long nowNanos) {
        windowBytes = Math.min(windowBytes, initialWindowBytes(mssBytes));
        creditBytes = 0;
    }

    @Override
    public void onMssChanged(int mssBytes) {
        this.mssBytes = mssBytes;
        windowBytes = Math.max(windowBytes, mssBytes);
        thresholdBytes = Math.max(thresholdBytes, 2L * mssBytes);
    }

    @Override
    public long windowBytes() {
        return windowBytes;
    }

    @Override
    public long slowStartThresholdBytes() {
        return thresholdBytes;
    }

    /** {@return what is left of {@code acked} for congestion avoidance, when the threshold is reached} */
    private long slowStart(long acked) {
        long limit = (long) mssBytes * (afterTimeout ? 1 : growthLimitSegments);
        long counted = Math.min(acked, limit);
        long growth = Math.min(counted, thresholdBytes - windowBytes);
        windowBytes += growth;
        return counted - growth;
    }

    private void avoidCongestion(long acked) {
        afterTimeout = false;
        creditBytes += Math.min(acked, windowBytes); // at most one segment for an acknowledgment
        if (creditBytes >= windowBytes) {
            creditBytes -= windowBytes;
            windowBytes += mssBytes;
        }
    }

    /** Remembers what is taken away. Within an episode the threshold can only fall. */
    private void reduceThreshold(long flightSizeBytes) {
        priorWindowBytes = windowBytes;
        priorThresholdBytes = thresholdBytes;
        long reduced = Math.max(flightSizeBytes / 2, 2L * mssBytes); // RFC 5681 section 3.1, equation 4
        thresholdBytes = episode == Episode.NONE ? reduced : Math.min(thresholdBytes, reduced);
        creditBytes = 0;
    }
}
