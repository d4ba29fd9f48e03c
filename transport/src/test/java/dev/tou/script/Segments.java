// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

/** The kinds of line in a script. */
final class Segments {

    private Segments() {}

    static SegmentScript syn() {
        return new SegmentScript(WireSegment.SYN);
    }

    static SegmentScript syn(int seq) {
        return syn().seq(seq);
    }

    static SegmentScript synAck() {
        return new SegmentScript(WireSegment.SYN | WireSegment.ACK);
    }

    static SegmentScript synAck(int seq, int ack) {
        return synAck().seq(seq).ack(ack);
    }

    static SegmentScript ack() {
        return new SegmentScript(WireSegment.ACK);
    }

    static SegmentScript ack(int ack) {
        return ack().ack(ack);
    }

    static SegmentScript data(String text) {
        return ack().text(text);
    }

    /** Text of the pattern that {@link SegmentScript#pattern(int)} makes. */
    static SegmentScript data(int bytes) {
        return ack().bytes(bytes);
    }

    static SegmentScript fin() {
        return new SegmentScript(WireSegment.FIN | WireSegment.ACK);
    }

    /** Text, and a FIN behind it. */
    static SegmentScript finWith(String text) {
        return fin().text(text);
    }

    /** A reset without acknowledgment. */
    static SegmentScript rst(int seq) {
        return new SegmentScript(WireSegment.RST).seq(seq);
    }

    static SegmentScript rstAck() {
        return new SegmentScript(WireSegment.RST | WireSegment.ACK);
    }

    static SegmentScript rstAck(int seq, int ack) {
        return rstAck().seq(seq).ack(ack);
    }

    static SegmentScript flags(int bits) {
        return new SegmentScript(bits);
    }
}
