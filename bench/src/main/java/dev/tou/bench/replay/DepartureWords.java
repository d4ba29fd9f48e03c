// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

/** What it means that a segment leaves, in a sentence. Told before the sender's variables know of it. */
final class DepartureWords {

    private static final int TIMER = 6298;
    private static final int SACK = 2018;
    private static final int RACK = 8985;

    private final String end;
    private final SequenceSpace space;
    private final WireSegment segment;
    private final long seq;
    private final long next;

    /**
     * @param end the sender's name
     * @param space its variables before it sends
     */
    DepartureWords(String end, SequenceSpace space, WireSegment segment) {
        this.end = end;
        this.space = space;
        this.segment = segment;
        seq = space.sent(segment.seq());
        next = space.sent(segment.end());
    }

    Told told() {
        if (segment.has(Flags.RST)) {
            return Told.tcp(
                    "The " + end + " sends a reset: there is no connection here that this could belong to.", "3.5.2");
        } else if (segment.has(Flags.SYN)) {
            return syn();
        } else if (segment.text().length > 0) {
            return text();
        } else if (segment.has(Flags.FIN)) {
            return fin();
        }
        return acknowledgment();
    }

    private Told syn() {
        if (space.hasSentSyn() && space.sent(segment.seq()) == 0) {
            return new Told("The " + end + " sends its SYN again, because no answer has come in time.", TIMER, "5");
        } else if (segment.has(Flags.ACK)) {
            return Told.tcp(
                    "The " + end
                            + " answers with a SYN of its own. The same segment acknowledges the other's: the next number "
                            + "that it expects is 1.",
                    "3.5");
        }
        return Told.tcp(
                "The " + end
                        + " sends a SYN, which tells where its sequence numbers begin. It takes number 0 itself, so "
                        + "SND.NXT is 1.",
                "3.5");
    }

    private Told text() {
        int bytes = segment.text().length;
        String fin = segment.has(Flags.FIN) ? " Its FIN rides on the last." : "";
        if (seq < space.nxt()) {
            String again = "The " + end + " sends " + range(bytes) + " again";
            String stays = "SND.NXT stays at " + space.nxt() + "." + fin;
            return space.isSacked()
                    ? new Told(again + ", because later ones have arrived. " + stays, RACK, "6.2")
                    : new Told(again + ", because nobody has acknowledged them. " + stays, TIMER, "5");
        }
        if (space.wnd() >= 0 && next > space.una() + space.wnd()) {
            return Told.tcp(
                    "The " + end + " sends " + range(bytes)
                            + " although the window has no room: a probe, whose answer will " + "tell the window."
                            + fin,
                    "3.8.6.1");
        }
        return Told.tcp("The " + end + " sends " + range(bytes) + ". SND.NXT moves to " + next + "." + fin, "3.3.1");
    }

    private String range(int bytes) {
        return bytes == 1 ? "byte " + seq : "bytes " + seq + " to " + (seq + bytes - 1);
    }

    private Told fin() {
        if (seq < space.nxt()) {
            return new Told("The " + end + " sends its FIN again: nobody has acknowledged it.", TIMER, "5");
        }
        return Told.tcp(
                "The " + end + " has nothing more to say. Its FIN takes number " + seq + ", so that it can be "
                        + "acknowledged, too.",
                "3.6");
    }

    private Told acknowledgment() {
        if (space.hasSentSyn() && seq < space.una()) {
            return probe();
        }
        long ack = space.received(segment.ack());
        String expects = "The " + end + " acknowledges all before " + ack;
        if (segment.options().sackBlocks().length > 0) {
            return new Told(expects + ", and tells by SACK what it has beyond the gap.", SACK, "4");
        }
        long window = space.windowOf(segment);
        if (window == 0 && space.hasReceivedFin()) {
            return Told.tcp(expects + ". Its window is 0: behind the other's FIN nothing more can come.", "3.6.1");
        }
        if (window == 0) {
            return Told.tcp(expects + ", and closes its window: its buffer is full.", "3.8.6");
        }
        if (space.isClosed()) {
            return Told.tcp(
                    "The " + end + " opens its window again, by " + window + " bytes: its application has read.",
                    "3.8.6.2.2");
        }
        return Told.tcp(expects + ". Its window has " + window + " bytes.", "3.8.6.3");
    }

    // Nothing but its number tells a probe from an acknowledgment.
    private Told probe() {
        String old = "number " + seq + " is old, and whatever is old must be acknowledged.";
        return space.wnd() == 0
                ? Told.tcp("The " + end + " asks whether the window is still closed: " + old, "3.8.6.1")
                : Told.tcp("The " + end + " asks whether anybody is there: " + old, "3.8.4");
    }
}
