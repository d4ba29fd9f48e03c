// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

/**
 * When to acknowledge (RFC 9293 section 3.8.6.3, RFC 5681 section 4.2): at once out of order, when a gap fills, at the start of a
 * connection, and once enough segments have come; otherwise within a delay, hoping for text of our own to ride on.
 *
 * <p>Enough is two for a peer of any kind, as the RFCs ask. One of ours counts bytes and not acknowledgments, paces itself, and
 * judges loss by time; for it, up to {@value #MAX_SEGMENTS} are enough, but so few that it hears at least
 * {@value #PER_ROUND} times in a round trip: what measures the path, HyStart++ before all, needs eight samples, and a peer
 * with a small window must not wait for segments that it may not send. On a short path it is two again, because the end of a
 * burst comes sooner than any count.
 *
 * <p>A stage marks what arrived; the end of the burst asks what is due, so a burst costs one acknowledgment. Only a strange peer
 * gets more for its first {@value #COUNTED_SEGMENTS} segments, one for every two: there are those that open their window by the
 * number of acknowledgments, or by no more than two segments for each (RFC 3465 section 2.3), and in slow start one for a whole
 * burst would hold them back.
 *
 * <p>RFC 9293: MUST-40, MUST-58, SHLD-18, SHLD-19.
 */
public final class AcknowledgmentPolicy {

    /** The first segments of a connection are acknowledged at once, because the peer is in slow start. */
    public static final int QUICK_SEGMENTS = 16;

    /** For so many segments a strange peer gets an acknowledgment for every two, and one of ours is not made to wait for more. */
    public static final int COUNTED_SEGMENTS = 64;

    /** The most segments that one of ours may have to send for an acknowledgment. */
    public static final int MAX_SEGMENTS = 10;

    /** How often, at least, one of ours hears of a steady flow in a round trip. */
    public static final int PER_ROUND = 16;

    /** On a path as short as this a burst at a time is as good as it gets, and a timer could not tell the parts of it. */
    static final long SHORT_PATH_NANOS = 4_000_000L;

    private static final int EVERY_SECOND = 2;

    private int unacknowledgedSegments;
    private int enoughSegments = EVERY_SECOND;
    private int duplicates;
    private int quickLeft = QUICK_SEGMENTS;
    private int countedLeft = COUNTED_SEGMENTS;
    private boolean now;
    private boolean counted;
    private boolean pushed;

    /** Text came in order: {@code segments} of the wire, the last with PSH or not. */
    public void onText(int segments, boolean push) {
        unacknowledgedSegments += segments;
        pushed = push;
        counted = countedLeft > 0;
        countedLeft -= Math.min(countedLeft, segments);
        int enough = counted || push ? EVERY_SECOND : enoughSegments;
        if (quickLeft > 0) {
            quickLeft -= Math.min(quickLeft, segments);
            now = true;
        } else if (unacknowledgedSegments >= enough) {
            now = true;
        }
    }

    /**
     * A peer of ours can make do with fewer acknowledgments than the RFCs ask for.
     *
     * @param rttNanos how long a round trip takes
     * @param arrivedBytes how many bytes came in the last
     * @param segmentBytes its full segment
     */
    public void onRound(long rttNanos, int arrivedBytes, int segmentBytes) {
        int flight = arrivedBytes / Math.max(1, segmentBytes);
        boolean few = rttNanos < SHORT_PATH_NANOS;
        enoughSegments = few ? EVERY_SECOND : Math.max(EVERY_SECOND, Math.min(flight / PER_ROUND, MAX_SEGMENTS));
    }

    /**
     * {@return how long what waits may wait}
     *
     * @param delayNanos the longest that was agreed
     * @param rttNanos how long a round trip takes, 0 if that is not known
     */
    public long delayNanos(long delayNanos, long rttNanos) {
        // A push ends what the peer has to say; what does not may be all that its window lets it send.
        return pushed || rttNanos < SHORT_PATH_NANOS ? delayNanos : Math.min(delayNanos, rttNanos / 4);
    }

    /**
     * Something must be acknowledged at once: a gap filled, old text or a FIN came, a segment was not acceptable, the window
     * opened.
     */
    public void onUrgent() {
        now = true;
    }

    /**
     * Text came out of order, {@code segments} of the wire. Each is worth a duplicate acknowledgment of its own where no
     * SACK block can tell how much came (RFC 5681 section 4.2).
     */
    public void onOutOfOrder(int segments, boolean sack) {
        now = true;
        if (!sack) {
            duplicates += segments;
        }
    }

    /** {@return whether an acknowledgment is due at the end of this burst} */
    public boolean isDueNow() {
        return now;
    }

    /** {@return whether one is due, but may wait} */
    public boolean isDueLater() {
        return !now && unacknowledgedSegments > 0;
    }

    /** {@return whether text in order waits for an acknowledgment, due now or later} */
    public boolean isOwed() {
        return unacknowledgedSegments > 0;
    }

    /** {@return whether what waits is a lone segment with PSH, whose sender has nothing more to say for the moment} */
    public boolean isLonePush() {
        return pushed && unacknowledgedSegments == 1;
    }

    /** {@return how many acknowledgments go before the one of everything, to a peer that may count them} */
    public int stepsBefore() {
        return counted ? (unacknowledgedSegments + 1) / 2 - 1 : 0;
    }

    /** {@return how many more copies of the acknowledgment the segments out of order deserve, and forgets them} */
    public int takeDuplicates() {
        int more = Math.max(0, duplicates - 1);
        duplicates = 0;
        return more;
    }

    /** The delay is over. */
    public void onDelayExpired() {
        now |= unacknowledgedSegments > 0;
    }

    /** An acknowledgment of everything left, alone or on text. */
    public void onSent() {
        unacknowledgedSegments = 0;
        duplicates = 0;
        now = false;
        counted = false;
        pushed = false;
    }
}
