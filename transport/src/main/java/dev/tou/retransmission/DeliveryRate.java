// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import dev.tou.congestion.AckSample;

import static dev.tou.segment.SequenceNumber.lt;

/**
 * How fast the path delivers: for each acknowledgment, what was delivered since the newest segment that it delivers was sent,
 * over the time that took (draft-ietf-ccwg-bbr section 4.5, formerly draft-cheng-iccrg-delivery-rate-estimation).
 *
 * <pre>
 *   sent:       remember with the segment  delivered so far, when that was, when the flight's first segment was sent
 *   delivered:  rate = (delivered now - delivered then) / max(time between the sends, time between the acknowledgments)
 * </pre>
 *
 * <p>The longer of both times is taken, so that neither acknowledgments that were held up and came together nor a burst
 * that was sent together look like a faster path. A sample over less than the least round-trip time is none. While the
 * application has nothing to send, rates say what it wanted and not what the path could do: until all that was in flight at
 * such a moment is delivered, samples are marked.
 *
 * <p>What is remembered lies in a ring beside that of {@link RetransmissionQueue}, under the same running numbers, and is made
 * with the first segment, and given back when nothing has been outstanding for a second. One event loop, no allocation but for growth.
 */
public final class DeliveryRate {

    private static final int INITIAL_ENTRIES = 16;
    private static final long[] NONE = {};
    private static final byte[] NO_FLAGS = {};

    private long[] deliveredThen = NONE;
    private long[] deliveredThenNanos = NONE;
    private long[] firstSentNanos = NONE;
    private byte[] appLimitedThen = NO_FLAGS;
    /** Behind the newest that was ever sent. */
    private int numbered;

    private long deliveredBytes;
    private long deliveredNanos;
    private long flightFirstSentNanos;

    /** Samples are limited by the application until so much has been delivered; 0 for none. */
    private long appLimitedUntil;

    private long bytesPerSecond;
    private boolean rateAppLimited;

    /** Nothing was sent. */
    public DeliveryRate() {}

    /**
     * A segment leaves, for the first time or again.
     *
     * @param entry its running number in the queue
     * @param first that of the oldest outstanding segment
     * @param pathEmpty whether nothing was in flight before it
     */
    public void sent(int entry, int first, boolean pathEmpty, long nowNanos) {
        int end = lt(numbered, entry + 1) ? entry + 1 : numbered;
        if (end - first > deliveredThen.length) {
            grow(first, end - first);
        }
        if (pathEmpty) {
            flightFirstSentNanos = nowNanos;
            deliveredNanos = nowNanos;
        }
        int at = entry & deliveredThen.length - 1;
        deliveredThen[at] = deliveredBytes;
        deliveredThenNanos[at] = deliveredNanos;
        firstSentNanos[at] = flightFirstSentNanos;
        appLimitedThen[at] = (byte) (appLimitedUntil > 0 ? 1 : 0);
        numbered = end;
    }

    /**
     * The application has nothing to send, and the window has room.
     *
     * @param inFlightBytes what is in flight
     */
    public void applicationLimited(long inFlightBytes) {
        appLimitedUntil = Math.max(1, deliveredBytes + inFlightBytes);
    }

    /**
     * An acknowledgment delivered something.
     *
     * @param what knows the segment that was sent last among those that it newly delivers
     * @param newlyDeliveredBytes how much it newly delivers
     * @param leastRttNanos the least round-trip time of the path
     * @param sample told the rate, if there is one
     */
    public void delivered(
            Acknowledged what, long newlyDeliveredBytes, long leastRttNanos, long nowNanos, AckSample sample) {
        if (newlyDeliveredBytes <= 0) {
            return;
        }
        deliveredBytes += newlyDeliveredBytes;
        deliveredNanos = nowNanos;
        if (appLimitedUntil > 0 && deliveredBytes > appLimitedUntil) {
            appLimitedUntil = 0;
        }
        if (what.hasNewest()) {
            measure(what.newestEntry(), what.newestSentNanos(), leastRttNanos, nowNanos, sample);
        }
    }

    /** Nothing has been outstanding for a while: gives back what was kept of each segment. */
    public void giveBack() {
        deliveredThen = NONE;
        deliveredThenNanos = NONE;
        firstSentNanos = NONE;
        appLimitedThen = NO_FLAGS;
    }

    private void measure(int newest, long newestSentNanos, long leastRttNanos, long nowNanos, AckSample sample) {
        int at = newest & deliveredThen.length - 1;
        boolean limited = appLimitedThen[at] != 0;
        long sendNanos = newestSentNanos - firstSentNanos[at];
        long ackNanos = nowNanos - deliveredThenNanos[at];
        long intervalNanos = Math.max(sendNanos, ackNanos);
        long bytes = deliveredBytes - deliveredThen[at];
        flightFirstSentNanos = newestSentNanos;
        if (intervalNanos <= 0 || intervalNanos < leastRttNanos) {
            return;
        }
        long rate = (long) (bytes * 1e9 / intervalNanos);
        sample.deliveryRate(rate, intervalNanos, limited);
        if (!limited || rate >= bytesPerSecond) {
            bytesPerSecond = rate;
            rateAppLimited = limited;
        }
    }

    /** {@return all that was ever delivered, in bytes} */
    public long deliveredBytes() {
        return deliveredBytes;
    }

    /** {@return the last rate that says something of the path, in bytes per second; 0 without one} */
    public long bytesPerSecond() {
        return bytesPerSecond;
    }

    /** {@return whether that rate is only what the application wanted} */
    public boolean isApplicationLimited() {
        return rateAppLimited;
    }

    // The running number decides the place, as in the queue.
    private void grow(int first, int needed) {
        int old = deliveredThen.length;
        int size = Math.max(INITIAL_ENTRIES, Integer.highestOneBit(needed - 1) << 1);
        long[] bytes = new long[size];
        long[] times = new long[size];
        long[] firsts = new long[size];
        byte[] limits = new byte[size];
        for (int entry = Math.max(numbered - old - first, 0) + first; old > 0 && entry - numbered < 0; entry++) {
            int from = entry & old - 1;
            int to = entry & size - 1;
            bytes[to] = deliveredThen[from];
            times[to] = deliveredThenNanos[from];
            firsts[to] = firstSentNanos[from];
            limits[to] = appLimitedThen[from];
        }
        deliveredThen = bytes;
        deliveredThenNanos = times;
        firstSentNanos = firsts;
        appLimitedThen = limits;
    }
}
