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
 *   pipe above the threshold   sent / delivered = threshold / flight at the start of recovery, after a pause
 *   pipe at or below it        sent = delivered, conservation of packets (CRB); one segment more for an acknowledgment
 *                              that advances and reveals no further loss (SSRB), until the threshold is reached
 * </pre>
 *
 * <p>A flight that is not above the threshold when recovery begins, because the application had no more to send, {@linkplain
 * #isNeeded() has no way to go down}: the window of the controller holds, as in RFC 6675 section 5. Conservation of packets would
 * silence it when a repair is lost behind which nothing was to send for a moment, until the retransmission timer expires.
 *
 * <p><b>The pause</b> takes a {@value #PAUSE_SHARE}th of the reduction at once, where that is a segment or more, and the repair
 * does not wait for it. The queue that has dropped a segment is still full when its sender hears of it, and where segments come
 * in trains the first train of recovery would overflow it once more. Those are sent after recovery began, so their loss is
 * another sign of congestion, for which the window is reduced a second time within two round trips. A train has at most
 * {@value #PAUSE_MAX_SEGMENTS} segments, and so has the pause: on a long path with a short queue a share of the reduction would
 * be several queues. It is less than RFC 9937 allows, and conservation of packets makes up for it at the end.
 *
 * <p>Whole segments leave, so the share is rounded up to segments, as section 6.2 does by its ceiling and as counting in
 * packets would. Everything is in bytes. A plain object without clock, for one connection and one thread; it allocates
 * nothing. The caller {@linkplain #begin begins} when recovery does, asks for a window for each acknowledgment that
 * delivers, tells {@linkplain #sent what leaves}, and at the end goes on with the window of the controller, which is the
 * threshold.
 */
public final class ProportionalRateReduction {

    static final int PAUSE_SHARE = 4;

    /** The longest train that leaves in one piece: {@code UDP_MAX_SEGMENTS} of Linux, which bounds what GSO sends at once. */
    static final int PAUSE_MAX_SEGMENTS = 64;

    private int mssBytes = 1;
    private long recoverFlightBytes = 1;
    private long thresholdBytes;
    private long deliveredBytes;
    private long outBytes;
    private long quotaBytes;
    private long pauseBytes;
    private boolean asked;

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
        long pauseSegments = Math.max(0, recoverFlightBytes - ssthreshBytes) / PAUSE_SHARE / mss;
        pauseBytes = Math.min(pauseSegments, PAUSE_MAX_SEGMENTS) * mss;
        deliveredBytes = 0;
        outBytes = 0;
        quotaBytes = 0;
        asked = false;
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
     * @param newlyDeliveredBytes what it newly acknowledged, selectively or not; with 0 it lets no more out
     * @param safeAck whether it advanced SND.UNA and revealed no further loss
     * @return how many bytes may be in flight until the next acknowledgment
     */
    public long windowBytes(long pipeBytes, long newlyDeliveredBytes, boolean safeAck) {
        if (newlyDeliveredBytes <= 0 && asked) {
            return windowBytes(pipeBytes);
        }
        asked = true;
        deliveredBytes += newlyDeliveredBytes;
        long send;
        if (pipeBytes > thresholdBytes) {
            send = proportion();
        } else {
            send = Math.max(deliveredBytes - outBytes, newlyDeliveredBytes) + (safeAck ? mssBytes : 0);
            send = Math.min(thresholdBytes - pipeBytes, send);
        }
        // The first retransmission leaves whatever the share is.
        quotaBytes = Math.max(send, outBytes == 0 ? mssBytes : 0);
        return windowBytes(pipeBytes);
    }

    /**
     * Losses were found by a timer. They shrink the pipe, but nothing was delivered that would let more out, save what was held
     * back before, and one segment where nothing is left in flight whose acknowledgment could.
     *
     * @param pipeBytes as above
     */
    public void lossesFound(long pipeBytes) {
        long send = pipeBytes > thresholdBytes
                ? proportion()
                : Math.min(thresholdBytes - pipeBytes, deliveredBytes - outBytes);
        long least = outBytes == 0 || pipeBytes <= 0 ? mssBytes : 0;
        asked = true;
        quotaBytes = Math.max(Math.max(send, quotaBytes), least);
    }

    /**
     * {@return how many bytes may be in flight} What the last acknowledgment let out and was not sent since comes on top of
     * what is in flight now, so a loss that is found meanwhile makes no room.
     *
     * @param pipeBytes the estimate of what is in flight now
     */
    public long windowBytes(long pipeBytes) {
        return pipeBytes + Math.max(0, quotaBytes);
    }

    /**
     * Something was sent in recovery, new or again.
     *
     * @param bytes how much text; negative for what could not leave after all
     */
    public void sent(long bytes) {
        outBytes += bytes;
        quotaBytes -= bytes;
    }

    private long proportion() {
        return wholeSegments(share()) - pauseBytes - outBytes;
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
