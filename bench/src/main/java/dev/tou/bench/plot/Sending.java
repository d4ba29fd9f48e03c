// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

/** The direction away from the end that was traced: what it sent, what of it came back as acknowledged, what it took for lost. */
final class Sending {

    final Samples sent = Samples.extended();
    final Samples retransmitted = Samples.extended();
    final Samples probes = Samples.extended();
    final Samples lost = Samples.points();
    final Samples timeouts = Samples.points();

    /** SND.UNA. */
    final Samples acknowledged = Samples.points();

    /** SND.NXT - SND.UNA. */
    final Samples flight = Samples.points();

    /** SND.UNA + SND.WND: what the peer allows to send. */
    final Samples edge = Samples.points();

    private final SequenceLine line = new SequenceLine();
    private long unacknowledged;
    private long next;
    private long windowBytes;
    private long segments;
    private long repetitions;
    private long lostBytes;

    void sent(TraceEvent event) {
        segments += event.number("segments");
        long space = event.sequenceSpace();
        if (space > 0) {
            long seq = line.position(event.sequence("seq"));
            sent.add(event.nanos(), seq, seq + space);
            next = Math.max(next, seq + space);
            fly(event);
        }
    }

    void retransmitted(TraceEvent event) {
        segments += event.number("segments");
        repetitions += event.number("segments");
        long space = event.sequenceSpace();
        if (space > 0) {
            long seq = line.position(event.sequence("seq"));
            retransmitted.add(event.nanos(), seq, seq + space);
            next = Math.max(next, seq + space);
        }
    }

    void acknowledged(TraceEvent event) {
        if (!event.acknowledges() || !line.hasBegun()) {
            return;
        }
        long ack = line.position(event.sequence("ack"));
        if (ack > unacknowledged && ack <= next) {
            unacknowledged = ack;
            acknowledged.add(event.nanos(), ack);
            fly(event);
            showEdge(event);
        }
    }

    void window(TraceEvent event) {
        windowBytes = event.number("wndBytes");
        showEdge(event);
    }

    /** An acknowledgment and the window that came with it are two events of one moment. */
    private void showEdge(TraceEvent event) {
        if (windowBytes > 0 || !edge.isEmpty()) {
            edge.settle(event.nanos(), unacknowledged + windowBytes);
        }
    }

    private void fly(TraceEvent event) {
        flight.addChange(event.nanos(), next - unacknowledged);
    }

    void lost(TraceEvent event) {
        lostBytes += event.number("bytes");
        lost.add(event.nanos(), line.position(event.sequence("seq")));
    }

    void probed(TraceEvent event) {
        long seq = line.position(event.sequence("seq"));
        probes.add(event.nanos(), seq, seq + event.number("bytes"));
    }

    void timedOut(TraceEvent event) {
        timeouts.add(event.nanos(), unacknowledged);
    }

    /** {@return the first sequence number on the wire, null if nothing was sent} */
    Integer initial() {
        return line.hasBegun() ? line.base() : null;
    }

    /** {@return how far it has sent, in bytes of sequence space} */
    long sequenceSpace() {
        return next;
    }

    /** {@return segments sent, repetitions included} */
    long segments() {
        return segments;
    }

    /** {@return segments sent again} */
    long repetitions() {
        return repetitions;
    }

    /** {@return what counted as lost, each time that it did} */
    long lostBytes() {
        return lostBytes;
    }
}
