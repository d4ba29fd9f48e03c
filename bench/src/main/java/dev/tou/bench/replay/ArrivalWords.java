// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.StringJoiner;

/** What a segment that arrives changes at its receiver, in a sentence. */
final class ArrivalWords {

    private static final String ARRIVES = "3.10.7.4";

    private final boolean connected;
    private final boolean asked;
    private final long una;
    private final long wnd;
    private final long rcvNxt;
    private final int pieces;

    /** Notes what the receiver's variables are before. */
    ArrivalWords(SequenceSpace space) {
        connected = space.hasReceivedSyn();
        asked = space.hasSentSyn();
        una = space.una();
        wnd = space.wnd();
        rcvNxt = space.rcvNxt();
        pieces = space.pieces();
    }

    /** {@return what has changed since} */
    Told told(String end, SequenceSpace now, WireSegment segment) {
        String it = "The " + end;
        if (segment.has(Flags.RST)) {
            return Told.tcp("The reset reaches the " + end + ".", "3.5.3");
        }
        if (!now.hasReceivedSyn()) {
            return Told.tcp("It reaches the " + end + ", which has no connection for it.", "3.10.7.1");
        }
        StringJoiner changes = new StringJoiner(", ", it + ": ", ".");
        changes.setEmptyValue(it + " learns nothing new from it.");
        if (!connected) {
            changes.add("the other's numbers begin here, and the next that it expects is RCV.NXT 1");
        } else if (now.rcvNxt() > rcvNxt) {
            changes.add("RCV.NXT moves to " + now.rcvNxt());
        } else if (now.pieces() > pieces || segment.text().length > 0 && now.pieces() > 0) {
            changes.add("there is a gap before it, so it is kept, and RCV.NXT stays at " + rcvNxt);
        } else if (segment.text().length > 0 && now.rcvWnd() == 0) {
            changes.add("the window has no room for it, so it is acknowledged and not kept");
        } else if (segment.text().length > 0) {
            changes.add("it has this already, so it only acknowledges again");
        }
        if (asked && now.una() > una) {
            changes.add("SND.UNA moves to " + now.una());
        }
        if (now.wnd() != wnd && now.wnd() >= 0) {
            changes.add("SND.WND is " + now.wnd());
        }
        return Told.tcp(changes.toString(), section(segment));
    }

    private String section(WireSegment segment) {
        if (connected || !segment.has(Flags.SYN)) {
            return ARRIVES;
        }
        return asked ? "3.10.7.3" : "3.10.7.2";
    }
}
