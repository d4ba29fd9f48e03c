// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import static dev.tou.segment.SequenceNumber.geq;
import static dev.tou.segment.SequenceNumber.gt;
import static dev.tou.segment.SequenceNumber.leq;
import static dev.tou.segment.SequenceNumber.lt;

/**
 * The receive sequence variables of a connection (RFC 9293 section 3.3.1, figure 4).
 *
 * <pre>
 *                1          2          3
 *            ----------|----------|----------
 *                   RCV.NXT    RCV.NXT
 *                             +RCV.WND
 *
 *  1 - old sequence numbers that have been acknowledged
 *  2 - sequence numbers allowed for new reception
 *  3 - future sequence numbers that are not yet allowed
 * </pre>
 */
public final class ReceiveSequenceSpace {

    private int irs;
    private int nxt;
    private int edge;
    private int fin;
    private boolean finKnown;
    private boolean finReached;

    /** Starts behind the peer's SYN. */
    public void synchronize(int irs) {
        this.irs = irs;
        nxt = irs + 1;
        edge = nxt;
    }

    /** {@return the initial receive sequence number} */
    public int irs() {
        return irs;
    }

    /** {@return RCV.NXT, the next sequence number expected} */
    public int nxt() {
        return nxt;
    }

    /** {@return RCV.WND, what the peer has been told it may send, in bytes} */
    public int wnd() {
        return edge - nxt;
    }

    /** {@return the right edge of the window that was advertised: RCV.NXT + RCV.WND} */
    public int edge() {
        return edge;
    }

    /** Moves the right edge, which never goes back (RFC 9293 section 3.8.6, "shrinking the window"). */
    public void advertise(int newEdge) {
        if (gt(newEdge, edge)) {
            edge = newEdge;
        }
    }

    /** Moves RCV.NXT over text that has come in order. */
    public void advance(int bytes) {
        nxt += bytes;
        if (gt(nxt, edge)) {
            edge = nxt;
        }
    }

    /** {@return whether the segment is acceptable by the four cases of RFC 9293 section 3.10.7.4, first} */
    public boolean isAcceptable(int segSeq, int segLength) {
        int window = wnd();
        if (segLength == 0) {
            return window == 0 ? segSeq == nxt : geq(segSeq, nxt) && lt(segSeq, edge);
        }
        return window > 0 && lt(segSeq, edge) && gt(segSeq + segLength, nxt);
    }

    /** Notes where the peer's FIN is; it may be behind a gap. */
    public void finAt(int seq) {
        if (!finKnown) {
            finKnown = true;
            fin = seq;
        }
    }

    /** {@return whether text at {@code seq} would lie behind the peer's FIN} */
    public boolean isBehindFin(int seq) {
        return finKnown && gt(seq, fin);
    }

    /** {@return whether the FIN is next; it then takes its place in the sequence, once} */
    public boolean reachFin() {
        if (finKnown && !finReached && leq(fin, nxt)) {
            finReached = true;
            advance(1);
            return true;
        }
        return false;
    }

    /** {@return whether everything up to and with the peer's FIN has come} */
    public boolean finReached() {
        return finReached;
    }

    @Override
    public String toString() {
        return "RCV[nxt=" + Integer.toUnsignedString(nxt) + " wnd=" + wnd() + (finReached ? " FIN" : "") + ']';
    }
}
