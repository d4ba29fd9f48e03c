// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

/**
 * When to acknowledge (RFC 9293 section 3.8.6.3, RFC 5681 section 4.2): at once for every second full segment, out of order,
 * when a gap fills, and at the start of a connection; otherwise within a delay, hoping for text of our own to ride on.
 *
 * <p>A stage marks what arrived; the end of the burst asks what is due, so a burst costs one acknowledgment.
 */
public final class AcknowledgmentPolicy {

    /** The first segments of a connection are acknowledged at once, because the peer is in slow start. */
    public static final int QUICK_SEGMENTS = 16;

    private int unacknowledgedSegments;
    private int duplicates;
    private int quickLeft = QUICK_SEGMENTS;
    private boolean now;
    private boolean pushed;

    /** Text came in order: {@code segments} of the wire, the last with PSH or not. */
    public void onText(int segments, boolean push) {
        unacknowledgedSegments += segments;
        pushed = push && segments == 1;
        if (quickLeft > 0) {
            quickLeft -= segments;
            now = true;
        } else if (unacknowledgedSegments >= 2) {
            now = true;
        }
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

    /** {@return whether what waits is a lone segment with PSH, whose sender has nothing more to say for the moment} */
    public boolean isLonePush() {
        return pushed && unacknowledgedSegments == 1;
    }

    /** {@return how many more copies of the acknowledgment the segments out of order deserve, and forgets them} */
    public int takeDuplicates() {
        int more = Math.max(0, duplicates - 1);
        duplicates = 0;
        return more;
    }

    /** The delay is over. */
    public void onDelayExpired() {
        now = unacknowledgedSegments > 0;
    }

    /** An acknowledgment of everything left, alone or on text. */
    public void onSent() {
        unacknowledgedSegments = 0;
        duplicates = 0;
        now = false;
        pushed = false;
    }
}
