// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

/**
 * The receiver's side of flow control: how far the right edge of the window may go, and when moving it is worth a segment
 * (silly window avoidance, RFC 9293 section 3.8.6.2.2).
 *
 * <p>RFC 9293: MUST-39, SHLD-14.
 */
public final class AdvertisedWindow {

    /** The largest shift (RFC 7323 section 2.3). */
    public static final int MAX_SCALE = 14;

    private int capacityBytes;
    private int scale;

    /**
     * Starts with a capacity.
     *
     * @param capacityBytes the most unread bytes to hold
     */
    public AdvertisedWindow(int capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    /** {@return the most unread bytes to hold} */
    public int capacityBytes() {
        return capacityBytes;
    }

    /** Changes the capacity. A smaller one takes effect as the application reads: the right edge never goes back. */
    public void capacityBytes(int bytes) {
        capacityBytes = bytes;
    }

    /** {@return the shift to announce for a buffer that may grow to {@code bytes}, 0 to 14} */
    public static int scaleFor(int bytes) {
        int scale = 0;
        while (scale < MAX_SCALE && bytes >>> scale > 0xFFFF) {
            scale++;
        }
        return scale;
    }

    /** Fixes the shift of our window fields, once both ends have offered the option. */
    public void scale(int shift) {
        scale = shift;
    }

    /** {@return the shift of our window fields} */
    public int scale() {
        return scale;
    }

    /**
     * {@return the right edge to advertise with the next segment}
     *
     * @param rcv the receive sequence variables
     * @param unreadBytes what the application has not read yet
     * @param segmentBytes the peer's full segment
     */
    public int edge(ReceiveSequenceSpace rcv, int unreadBytes, int segmentBytes) {
        int free = Math.max(0, capacityBytes - unreadBytes);
        int gain = free - rcv.wnd();
        // "RCV.BUFF - RCV.USER - RCV.WND >= min(Fr * RCV.BUFF, Eff.snd.MSS)", with Fr = 1/2.
        boolean worthIt = gain >= Math.min(mostBytes() / 2, segmentBytes);
        if (!worthIt) {
            return rcv.edge();
        }
        // What the scaled field cannot express is not promised.
        return rcv.nxt() + expressible(free);
    }

    private int expressible(int bytes) {
        return Math.min(bytes >>> scale, 0xFFFF) << scale;
    }

    // Without scaling, parts of a large buffer would be more than a window can ever gain.
    private int mostBytes() {
        return Math.min(capacityBytes, 0xFFFF << scale);
    }

    /** {@return the window field for the edge that {@code rcv} has advertised} */
    public int field(ReceiveSequenceSpace rcv) {
        return field(rcv.wnd());
    }

    /** {@return the window field for a window of {@code bytes}, not negative} */
    public int field(int bytes) {
        return Math.min(bytes >>> scale, 0xFFFF);
    }

    /**
     * {@return the right edge that the window field can express} The field counts in steps of two to the power of the shift. Rounded
     * down, the edge that the peer sees would go back by less than a step whenever something odd arrives, and a receiver
     * should not do that (RFC 7323 section 2.4); rounded up, it goes on by less than a step. As single bytes could so move it for
     * ever, the buffer gives way by a sixteenth, and no further.
     *
     * @param rcv the receive sequence variables, with an edge that {@link #edge} has given
     */
    public int roundedEdge(ReceiveSequenceSpace rcv, int unreadBytes) {
        int step = 1 << scale;
        int up = (int) Math.min(((long) rcv.wnd() + step - 1) >>> scale, 0xFFFF) << scale;
        long soft = (long) capacityBytes + capacityBytes / 16 - unreadBytes;
        return up <= soft ? rcv.nxt() + up : rcv.edge();
    }

    /**
     * {@return whether the application has read so much that the peer should be told at once: it could send two more
     * segments, or half of all, or was stopped}
     */
    public boolean deservesUpdate(ReceiveSequenceSpace rcv, int unreadBytes, int segmentBytes) {
        // What the field cannot express is no gain: it would be told again and again.
        int gain = expressible(Math.max(0, capacityBytes - unreadBytes)) - rcv.wnd();
        int most = mostBytes();
        if (gain < Math.min(most / 2, segmentBytes)) {
            return false;
        }
        return rcv.wnd() < segmentBytes || gain >= most / 2 || gain >= Math.max(2 * segmentBytes, most / 4);
    }
}
