// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import static dev.tou.segment.SequenceNumber.gt;
import static dev.tou.segment.SequenceNumber.lt;

/**
 * The send sequence variables of a connection (RFC 9293 section 3.3.1, figure 3).
 *
 * <pre>
 *            1         2          3          4
 *       ----------|----------|----------|----------
 *              SND.UNA    SND.NXT    SND.UNA
 *                                   +SND.WND
 *
 *  1 - old sequence numbers that have been acknowledged
 *  2 - sequence numbers of unacknowledged data
 *  3 - sequence numbers allowed for new data transmission
 *  4 - future sequence numbers that are not yet allowed
 * </pre>
 *
 * <p>Sequence numbers are 32-bit, windows are in bytes and already scaled.
 *
 * <p>RFC 9293: MUST-34, SHLD-16.
 */
public final class SendSequenceSpace {

    private final int iss;
    private int una;
    private int nxt;
    private int wnd;
    private int wl1;
    private int wl2;
    private int maxWnd;
    private int fin;
    private boolean finQueued;

    /** Starts behind nothing: the SYN, at {@code iss}, is not sent yet. */
    public SendSequenceSpace(int iss) {
        this.iss = iss;
        una = iss;
        nxt = iss;
    }

    /** {@return the initial send sequence number} */
    public int iss() {
        return iss;
    }

    /** {@return SND.UNA, the oldest unacknowledged sequence number} */
    public int una() {
        return una;
    }

    /** {@return SND.NXT, the next sequence number to be sent} */
    public int nxt() {
        return nxt;
    }

    /** {@return SND.WND, the send window in bytes} */
    public int wnd() {
        return wnd;
    }

    /** {@return the largest window that the peer ever offered, in bytes} */
    public int maxWnd() {
        return maxWnd;
    }

    /** {@return the sequence space that was sent and is not acknowledged, in bytes} */
    public int outstanding() {
        return nxt - una;
    }

    /** Notes that {@code length} more of the sequence space was sent. */
    public void sent(int length) {
        nxt += length;
    }

    /** {@return whether SND.UNA &lt; SEG.ACK =&lt; SND.NXT, an acknowledgment of something new} */
    public boolean isNew(int segAck) {
        return gt(segAck, una) && !gt(segAck, nxt);
    }

    /**
     * {@return whether the acknowledgment is neither of something never sent nor older than the largest window: RFC 5961
     * section 5, (SND.UNA - MAX.SND.WND) =&lt; SEG.ACK =&lt; SND.NXT}
     */
    public boolean isAcceptable(int segAck) {
        return !gt(segAck, nxt) && !lt(segAck, una - maxWnd);
    }

    /** Moves SND.UNA. */
    public void acknowledged(int segAck) {
        assert isNew(segAck);
        una = segAck;
    }

    /** Takes the window of the handshake. */
    public void initialWindow(int window, int segSeq, int segAck) {
        wnd = window;
        maxWnd = Math.max(maxWnd, window);
        wl1 = segSeq;
        wl2 = segAck;
    }

    /**
     * Takes the window from an acceptable acknowledgment, unless it acknowledges less than is known, or the segment is older
     * than the one that set the window last (RFC 9293 section 3.10.7.4, fifth: "If SND.UNA =&lt; SEG.ACK =&lt; SND.NXT").
     *
     * <p>The RFC asks for a newer sequence number first, and so ignores the window of a retransmission that acknowledges
     * something new. The window is counted from SND.UNA, so its right edge would then move without the peer having moved it.
     * Hence, as in Linux, a newer acknowledgment decides, and the sequence number only between equal ones. Of two segments that
     * are equal in both, nothing tells which was sent later; as a window should not shrink, the larger counts, or a closed
     * one.
     */
    public void updateWindow(int segSeq, int segAck, int window) {
        boolean later = gt(segAck, wl2) || segAck == wl2 && gt(segSeq, wl1);
        boolean indistinguishable = segAck == wl2 && segSeq == wl1;
        if (later || indistinguishable && (window > wnd || window == 0)) {
            initialWindow(window, segSeq, segAck);
        }
    }

    /** {@return how much more than what was sent the window allows, in bytes, never negative} */
    public int usable() {
        return Math.max(0, una + wnd - nxt);
    }

    /** Puts our FIN behind the last byte, at sequence number {@code seq}. */
    public void queueFin(int seq) {
        finQueued = true;
        fin = seq;
    }

    /** {@return whether the application has closed its direction} */
    public boolean finQueued() {
        return finQueued;
    }

    /** {@return whether our FIN has been sent at least once} */
    public boolean finSent() {
        return finQueued && gt(nxt, fin);
    }

    /** {@return whether our FIN has been acknowledged} */
    public boolean finAcknowledged() {
        return finQueued && gt(una, fin);
    }

    /** {@return whether a segment ending (without FIN) at {@code end} is the one that carries our FIN} */
    public boolean finAt(int end) {
        return finQueued && fin == end;
    }

    @Override
    public String toString() {
        return "SND[una=" + Integer.toUnsignedString(una) + " nxt=+" + (nxt - una) + " wnd=" + wnd + ']';
    }
}
