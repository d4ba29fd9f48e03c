// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.tou.bench.JsonLines;

/**
 * The sequence variables of one end of one connection (RFC 9293 section 3.3.1, figures 3 and 4), as far as the wire proves them.
 *
 * <p>What an end sends tells SND.NXT, and its acknowledgment field is RCV.NXT, its window field RCV.WND, by definition. What has
 * reached it moves SND.UNA, SND.WND and RCV.NXT by the rules of section 3.10.7.4. Nothing is asked of the engine: as all that a replay
 * shows, this is a second opinion, and holds for a client made by hand, too.
 *
 * <p>Numbers are kept relative to the initial ones, so that they do not wrap; no scenario moves 2 GiB.
 */
final class SequenceSpace {

    private static final int NO_SHIFT = -1;

    private boolean sentSyn;
    private int iss;
    private long una;
    private long nxt;
    private long wnd = -1;
    private long wl1;
    private long wl2;
    private boolean sacked;
    private int shiftOffered = NO_SHIFT;

    private boolean gotSyn;
    private int irs;
    private long rcvNxt;
    private long rcvEdge = -1;
    private int peerShiftOffered = NO_SHIFT;
    private boolean gotFin;
    private int newestTimestamp;
    private long lastAcknowledged;
    private long windowTold = -1;

    /** What came out of order: from and to, in order, without overlaps. */
    private final List<long[]> islands = new ArrayList<>();

    // --- what it sends ---

    void sends(WireSegment segment) {
        if (segment.has(Flags.RST)) {
            forget();
            return;
        }
        if (segment.has(Flags.SYN) && (!sentSyn || iss != segment.seq())) {
            begins(segment);
        }
        if (!sentSyn) {
            return;
        }
        nxt = Math.max(nxt, sent(segment.end()));
        if (segment.has(Flags.ACK) && gotSyn) {
            // The end's own word counts more than what was concluded.
            lastAcknowledged = received(segment.ack());
            rcvNxt = Math.max(rcvNxt, lastAcknowledged);
            windowTold = scaled(segment, shift());
            rcvEdge = lastAcknowledged + windowTold;
        }
    }

    private void begins(WireSegment syn) {
        if (!syn.has(Flags.ACK)) {
            gotSyn = false;
            islands.clear();
        }
        sentSyn = true;
        iss = syn.seq();
        una = 0;
        nxt = 1;
        wnd = -1;
        rcvEdge = -1;
        shiftOffered = syn.options().shift();
    }

    // --- what reaches it ---

    void takes(WireSegment segment) {
        if (segment.has(Flags.RST)) {
            if (isBelieved(segment)) {
                forget();
            }
            return;
        }
        if (segment.has(Flags.SYN)) {
            takesSyn(segment);
        }
        if (!gotSyn || isOldByTimestamp(segment)) {
            return;
        }
        if (segment.has(Flags.ACK) && sentSyn) {
            takesAcknowledgment(segment);
        }
        takesText(segment);
    }

    // RFC 9293 section 3.10.7.3, second, and section 3.10.7.4, second.
    private boolean isBelieved(WireSegment reset) {
        return gotSyn ? received(reset.seq()) == rcvNxt : sentSyn && sent(reset.ack()) == nxt;
    }

    /** A connection that is reset has no variables any more. */
    private void forget() {
        sentSyn = false;
        gotSyn = false;
        gotFin = false;
        wnd = -1;
        rcvEdge = -1;
        lastAcknowledged = 0;
        windowTold = -1;
        islands.clear();
    }

    private void takesSyn(WireSegment syn) {
        boolean anotherLife = gotFin && !syn.has(Flags.ACK);
        if (gotSyn && !anotherLife) {
            return;
        }
        if (anotherLife) {
            forget();
        }
        gotSyn = true;
        irs = syn.seq();
        rcvNxt = 1;
        newestTimestamp = syn.options().timestamp();
        peerShiftOffered = syn.options().shift();
    }

    private boolean isOldByTimestamp(WireSegment segment) {
        int timestamp = segment.options().timestamp();
        if (timestamp == 0 || newestTimestamp == 0) {
            return false;
        }
        if (timestamp - newestTimestamp < 0) {
            return true;
        }
        if (received(segment.seq()) <= lastAcknowledged) {
            newestTimestamp = timestamp; // RFC 7323 section 4.3
        }
        return false;
    }

    private void takesAcknowledgment(WireSegment segment) {
        long ack = sent(segment.ack());
        if (ack < una || ack > nxt) {
            return;
        }
        una = ack;
        sacked = segment.options().sackBlocks().length > 0;
        long seq = received(segment.seq());
        long window = scaled(segment, peerShift());
        // A newer acknowledgment decides, then the sequence number: docs/adr/0003.
        boolean later = wnd < 0 || ack > wl2 || ack == wl2 && seq > wl1;
        boolean same = ack == wl2 && seq == wl1;
        if (later || same && (window > wnd || window == 0)) {
            wnd = window;
            wl1 = seq;
            wl2 = ack;
        }
    }

    private void takesText(WireSegment segment) {
        long from = Math.max(received(segment.seq()) + (segment.has(Flags.SYN) ? 1 : 0), rcvNxt);
        long to = received(segment.end());
        if (rcvEdge >= 0) {
            to = Math.min(to, Math.max(rcvEdge, rcvNxt));
        }
        if (to <= from) {
            return;
        }
        gotFin |= segment.has(Flags.FIN);
        islands.add(new long[] {from, to});
        merge();
    }

    private void merge() {
        islands.sort((one, other) -> Long.compare(one[0], other[0]));
        for (int i = 0; i + 1 < islands.size(); ) {
            long[] one = islands.get(i);
            long[] next = islands.get(i + 1);
            if (next[0] <= one[1]) {
                one[1] = Math.max(one[1], next[1]);
                islands.remove(i + 1);
            } else {
                i++;
            }
        }
        if (islands.get(0)[0] <= rcvNxt) {
            rcvNxt = islands.remove(0)[1];
        }
    }

    // --- what is known ---

    boolean hasSentSyn() {
        return sentSyn;
    }

    boolean hasReceivedSyn() {
        return gotSyn;
    }

    /** {@return SND.UNA, from the initial number on} */
    long una() {
        return una;
    }

    /** {@return SND.NXT, from the initial number on} */
    long nxt() {
        return nxt;
    }

    /** {@return SND.WND in bytes, -1 if the peer has not told it} */
    long wnd() {
        return wnd;
    }

    /** {@return whether the peer has told that something is missing in front of what it has (RFC 2018)} */
    boolean isSacked() {
        return sacked;
    }

    /** {@return RCV.NXT, from the peer's initial number on} */
    long rcvNxt() {
        return rcvNxt;
    }

    /** {@return RCV.WND in bytes, -1 if it has not been told} The right edge stays where it was told to be. */
    long rcvWnd() {
        return rcvEdge < 0 ? -1 : Math.max(0, rcvEdge - rcvNxt);
    }

    /** {@return whether it has said that its window is closed, and has not opened it since} */
    boolean isClosed() {
        return windowTold == 0;
    }

    /** {@return whether the peer has said that nothing more will come, and nothing is missing before that} */
    boolean hasReceivedFin() {
        return gotFin && islands.isEmpty();
    }

    /** {@return how many pieces wait behind a gap} */
    int pieces() {
        return islands.size();
    }

    /** {@return how far a number of ours is from our initial one} */
    long sent(int number) {
        return number - iss;
    }

    /** {@return how far a number of the peer is from its initial one} */
    long received(int number) {
        return number - irs;
    }

    /** {@return the window that a segment of ours tells, in bytes} */
    long windowOf(WireSegment segment) {
        return scaled(segment, shift());
    }

    /** {@return the window of a segment in bytes; that of a SYN is never scaled (RFC 7323 section 2.2)} */
    private static long scaled(WireSegment segment, int shift) {
        return segment.has(Flags.SYN) ? segment.window() : (long) segment.window() << shift;
    }

    private int shift() {
        return agreed() ? shiftOffered : 0;
    }

    private int peerShift() {
        return agreed() ? peerShiftOffered : 0;
    }

    private boolean agreed() {
        return shiftOffered != NO_SHIFT && peerShiftOffered != NO_SHIFT;
    }

    /** {@return it as a program reads it: numbers of the wire, windows in bytes, null for what is not known} */
    Map<String, Object> toMap() {
        return JsonLines.fields(
                "iss", sentSyn ? onWire(iss, 0) : null,
                "sndUna", sentSyn ? onWire(iss, una) : null,
                "sndNxt", sentSyn ? onWire(iss, nxt) : null,
                "sndWnd", wnd < 0 ? null : wnd,
                "irs", gotSyn ? onWire(irs, 0) : null,
                "rcvNxt", gotSyn ? onWire(irs, rcvNxt) : null,
                "rcvWnd", rcvWnd() < 0 ? null : rcvWnd(),
                "outOfOrder",
                        islands.stream()
                                .map(island -> List.of(onWire(irs, island[0]), onWire(irs, island[1])))
                                .toList());
    }

    private static Long onWire(int initial, long number) {
        return Integer.toUnsignedLong(initial + (int) number);
    }
}
