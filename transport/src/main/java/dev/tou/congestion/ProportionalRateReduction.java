// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * How much may be sent while a loss is repaired, so that the flight shrinks evenly from what it was to the new slow start
 * threshold (RFC 9937).
 *
 * <p>A controller says where the window goes, not how it gets there. Going there at once silences the sender for half a
 * round trip and then lets a burst go; this goes there in step with what is delivered:
 *
 * <pre>
 *   pipe above the threshold   sent / delivered = threshold / flight at the start of recovery
 *   pipe at or below it        sent = delivered, conservation of packets (CRB); one segment more for an acknowledgment
 *                              that advances and reveals no further loss (SSRB), until the threshold is reached
 * </pre>
 *
 * <p>A flight that is not above the threshold when recovery begins, because the application had no more to send, {@linkplain
 * #isNeeded() has no way to go down}: the window of the controller holds, as in RFC 6675 section 5. Conservation of packets would
 * silence it when a repair is lost behind which nothing was to send for a moment, until the retransmission timer expires.
 *
 * <p>Whole segments leave, so the share is rounded up to segments, as section 6.2 does by its ceiling and as counting in
 * packets would. Everything is in bytes. A plain object without clock, for one connection and one thread; it allocates
 * nothing. The caller {@linkplain #begin begins} when recovery does, asks for a window for each acknowledgment that
 * delivers, tells {@linkplain #sent what leaves}, and at the end goes on with the window of the controller, which is the
 * threshold.
 */
public final class ProportionalRateReduction {

    private int mssBytes = 1;
    private long recoverFlightBytes = 1;
    private long thresholdBytes;
    private long deliveredBytes;
    private long outBytes;
    private long windowBytes;

    /** Not in recovery: {@link #begin} starts. */
    public ProportionalRateReduction() {}

    /**
     * Fast recovery begins, and the controller has chosen its threshold.
     *
     * @param flightBytes RecoverFS: what was outstanding before the acknowledgment that began recovery, less what had been
     *     selectively acknowledged before it; taken as at least one segment
     * @param ssthreshBytes the slow start threshold that the controller has chosen
     * @param mss the text of a full segment, positive
     */
    public void begin(long flightBytes, long ssthreshBytes, int mss) {
        mssBytes = mss;
        recoverFlightBytes = Math.max(mss, flightBytes);
        thresholdBytes = ssthreshBytes;
        deliveredBytes = 0;
        outBytes = 0;
        windowBytes = 0;
    }

    /** {@return whether more was in flight when recovery began than the threshold; if not, the window is the controller's} */
    public boolean isNeeded() {
        return recoverFlightBytes > thresholdBytes;
    }

    /**
     * More was found to be lost, and the controller goes lower.
     *
     * @param ssthreshBytes its threshold now
     */
    public void lower(long ssthreshBytes) {
        thresholdBytes = Math.min(thresholdBytes, ssthreshBytes);
    }

    /**
     * An acknowledgment came, that which began recovery included.
     *
     * @param pipeBytes the estimate of what is in flight now, after losses were marked
     * @param newlyDeliveredBytes what it newly acknowledged, selectively or not; with 0 the window stays as it is
     * @param safeAck whether it advanced SND.UNA and revealed no further loss
     * @return how many bytes may be in flight until the next acknowledgment
     */
    public long windowBytes(long pipeBytes, long newlyDeliveredBytes, boolean safeAck) {
        if (newlyDeliveredBytes <= 0 && windowBytes > 0) {
            return windowBytes;
        }
        deliveredBytes += newlyDeliveredBytes;
        long send;
        if (pipeBytes > thresholdBytes) {
            send = wholeSegments(share()) - outBytes;
        } else {
            send = Math.max(deliveredBytes - outBytes, newlyDeliveredBytes) + (safeAck ? mssBytes : 0);
            send = Math.min(thresholdBytes - pipeBytes, send);
        }
        // The first retransmission leaves whatever the share is.
        windowBytes = pipeBytes + Math.max(send, outBytes == 0 ? mssBytes : 0);
        return windowBytes;
    }

    /** {@return the window that the last acknowledgment left; 0 before the first of an episode} */
    public long windowBytes() {
        return windowBytes;
    }

    /**
     * Something was sent in recovery, new or again.
     *
     * @param bytes how much text
     */
    public void sent(long bytes) {
        outBytes += bytes;
    }

    // Delivered and threshold are less than 2^31 each on any connection, so the product fits.
    private long share() {
        return (deliveredBytes * Math.min(thresholdBytes, Integer.MAX_VALUE) + recoverFlightBytes - 1)
                / recoverFlightBytes;
    }

    private long wholeSegments(long bytes) {
        return (bytes + mssBytes - 1) / mssBytes * mssBytes;
    }
}
