// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * The standard congestion control of TCP: slow start, congestion avoidance, fast recovery and loss recovery of RFC 5681 and
 * RFC 6582, with the initial window of RFC 6928, growth by bytes (RFC 3465) and HyStart++ (RFC 9406).
 *
 * <pre>
 *   slow start            window grows by what was acknowledged
 *   congestion avoidance  window grows by one segment for each window of bytes acknowledged
 *   loss                  threshold = max(FlightSize / 2, 2 segments), window = threshold until the end of the episode
 *   timeout               the same threshold, window = 1 segment, then slow start
 * </pre>
 *
 * <p>In slow start the window grows by at most L segments for an acknowledgment (RFC 3465 section 2.2), without limit by
 * default: a receiver that acknowledges a train of segments at once would make slow start slow, and bursts are paced.
 */
public final class NewReno extends LossBasedController {

    /** Bytes acknowledged in congestion avoidance and not yet turned into growth. */
    private long creditBytes;

    /** Makes a controller without a growth limit. */
    public NewReno() {
        this(Integer.MAX_VALUE);
    }

    /**
     * Makes a controller.
     *
     * @param growthLimitSegments L: the most segments that the window grows by for one acknowledgment in slow start, at least
     *     1, default {@link Integer#MAX_VALUE}, no limit; RFC 3465 recommends 2, RFC 9406 recommends 8 without pacing
     */
    public NewReno(int growthLimitSegments) {
        super(growthLimitSegments);
    }

    @Override
    public String name() {
        return "newreno";
    }

    @Override
    void avoidCongestion(long ackedBytes, AckSample sample) {
        creditBytes += ackedBytes; // at most a window, so at most one segment for an acknowledgment
        if (creditBytes >= windowBytes()) {
            creditBytes -= windowBytes();
            growBy(mssBytes());
        }
    }

    @Override
    void notLimited(AckSample sample) {
        // What was earned half is kept.
    }

    @Override
    long reduce(long validBytes, long flightBytes, boolean timeout) {
        creditBytes = 0;
        return Math.max(validBytes, flightBytes) / 2; // RFC 5681 section 3.1, equation 4
    }

    @Override
    void restore() {
        creditBytes = 0;
    }

    @Override
    void startOver() {
        creditBytes = 0;
    }
}
