// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * Whether the congestion window is what limits sending, so that it may grow (RFC 7661, RFC 2861).
 *
 * <p>It is while the last attempt to send, or any in the last round trip, stopped for want of window. In slow start that is
 * too strict: a paced sender is still spreading the window when the acknowledgment comes that doubles it. There it is enough
 * that more than half of the window was in flight in the last round trip, or else pacing itself would keep the window small.
 *
 * <p>A round trip is that of sequence numbers: until what had been sent at its beginning is acknowledged.
 */
public final class WindowUse {

    private boolean limited;
    private long peakBytes;
    private int roundEnd;

    /** Nothing was sent yet. */
    public WindowUse() {}

    /**
     * Sending has stopped, for whatever reason.
     *
     * @param nowLimited whether the congestion window left no room for what there was to send
     * @param inFlightBytes what is in flight now
     * @param sndUna the oldest sequence number that is not acknowledged
     * @param sndNxt the next sequence number
     */
    public void sendingStopped(boolean nowLimited, long inFlightBytes, int sndUna, int sndNxt) {
        boolean roundBegins = sndUna - roundEnd >= 0;
        if (roundBegins || nowLimited || !limited && inFlightBytes > peakBytes) {
            // As it was at the fullest moment: a limit that was met stands until its round trip is over.
            limited = nowLimited;
            peakBytes = inFlightBytes;
            roundEnd = sndNxt;
        }
    }

    /**
     * {@return whether the window may grow}
     *
     * @param windowBytes the congestion window
     * @param thresholdBytes the slow start threshold
     */
    public boolean isLimited(long windowBytes, long thresholdBytes) {
        return limited || windowBytes < thresholdBytes && windowBytes < 2 * peakBytes;
    }
}
