// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * Whether the congestion window is used, so that it may grow (RFC 7661).
 *
 * <p>It is while the last attempt to send, or any in the last round trip, stopped for want of window, and while more than half
 * of it was in flight in the last round trip: then it is validated (RFC 7661 section 4.3), what it has grown by was tried, and
 * growth may go on although the application pauses. A flow of small requests that may grow only at its limit is never above it,
 * and waits after each loss. A window of more than twice what was sent stays as it is. Without the half, a paced sender,
 * which is still spreading the window when the acknowledgment comes that doubles it, would keep its own window small.
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
     */
    public boolean isUsed(long windowBytes) {
        return limited || windowBytes < 2 * peakBytes;
    }
}
