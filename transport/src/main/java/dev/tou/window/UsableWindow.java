// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

/**
 * How much new text may be sent now: the smaller of what the peer's window and the congestion window leave, held back where
 * sending would only make tiny segments: Nagle's algorithm (RFC 9293 section 3.7.4) and the sender's side of silly window
 * avoidance (section 3.8.6.2.1).
 *
 * <p>RFC 9293: MUST-17, MUST-38, SHLD-7, SHLD-15, SHLD-28.
 */
public final class UsableWindow {

    private UsableWindow() {}

    /**
     * {@return how many of the unsent bytes may be sent now}
     *
     * @param snd the send sequence variables
     * @param unsentBytes what is waiting
     * @param congestionRoomBytes the congestion window less what is in flight; may be negative
     * @param segmentBytes the text of a full segment
     * @param small what holds back a segment that is not full
     */
    public static int sendableBytes(
            SendSequenceSpace snd, int unsentBytes, long congestionRoomBytes, int segmentBytes, SmallSegments small) {
        int window = snd.usable();
        int usable = (int) Math.max(0, Math.min(Math.min(window, congestionRoomBytes), unsentBytes));
        if (usable == 0) {
            return 0;
        }
        boolean all = usable == unsentBytes;
        if (!all && congestionRoomBytes < Math.min(window, unsentBytes)) {
            // Limited by the congestion window: it counts bytes, but only whole segments leave early.
            return wholeSegments(usable, segmentBytes);
        }
        boolean mayLeave = switch (small) {
            case LEAVE_AT_ONCE -> true;
            case ONE_AT_A_TIME -> snd.outstanding() == 0;
            case WAIT_FOR_MORE -> false;
        };
        if (all) {
            // (2) PUSHed and all of it fits, which Nagle allows only when nothing is unacknowledged, not even full
            // segments in front of it; our FIN ends the wait.
            boolean behindFullOnes = small == SmallSegments.ONE_AT_A_TIME && usable >= segmentBytes;
            return mayLeave && !behindFullOnes || snd.finQueued() ? usable : wholeSegments(usable, segmentBytes);
        }
        // The peer's window is what limits.
        int whole = wholeSegments(usable, segmentBytes);
        if (whole > 0) {
            return whole; // (1) a full segment
        }
        // (3) Half the largest window ever seen, which Nagle, too, allows only when nothing is unacknowledged.
        return mayLeave && usable >= snd.maxWnd() / 2 ? usable : 0;
    }

    private static int wholeSegments(int bytes, int segmentBytes) {
        return bytes - bytes % segmentBytes;
    }
}
