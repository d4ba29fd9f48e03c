// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.util.Map;
import java.util.TreeMap;

/** The direction towards the end that was traced: what came, and how far it is complete. */
final class Receiving {

    /** What is further ahead than any window is no text of this connection. */
    private static final long FARTHEST = 1L << 30;

    final Samples inOrder = Samples.extended();
    final Samples outOfOrder = Samples.extended();
    final Samples duplicate = Samples.extended();

    /** RCV.NXT. */
    final Samples next = Samples.points();

    /** The end of the largest window that may have been advertised. */
    final Samples edge = Samples.points();

    private final SequenceLine line = new SequenceLine();

    /** Beginnings and ends of what lies beyond a gap. */
    private final TreeMap<Long, Long> beyond = new TreeMap<>();

    private long complete;
    private long capacity;
    private long segments;

    void received(TraceEvent event) {
        segments += event.number("segments");
        long space = event.sequenceSpace();
        if (space <= 0) {
            return;
        }
        long seq = line.position(event.sequence("seq"));
        long end = seq + space;
        if (seq > complete + FARTHEST) {
            return;
        }
        if (end <= complete) {
            duplicate.add(event.nanos(), seq, end);
        } else if (seq > complete) {
            outOfOrder.add(event.nanos(), seq, end);
            keep(seq, end);
        } else {
            inOrder.add(event.nanos(), seq, end);
            advance(event.nanos(), end);
        }
    }

    private void keep(long seq, long end) {
        long begin = seq;
        long last = end;
        Map.Entry<Long, Long> before = beyond.floorEntry(last);
        while (before != null && before.getValue() >= begin) {
            begin = Math.min(begin, before.getKey());
            last = Math.max(last, before.getValue());
            beyond.remove(before.getKey());
            before = beyond.floorEntry(last);
        }
        beyond.put(begin, last);
    }

    private void advance(double nanos, long end) {
        complete = end;
        while (!beyond.isEmpty() && beyond.firstKey() <= complete) {
            complete = Math.max(complete, beyond.pollFirstEntry().getValue());
        }
        next.add(nanos, complete);
        showEdge(nanos);
    }

    void buffer(TraceEvent event) {
        capacity = event.number("capacityBytes");
        showEdge(event.nanos());
    }

    private void showEdge(double nanos) {
        if (capacity > 0) {
            edge.addChange(nanos, complete + capacity);
        }
    }

    /** {@return the first sequence number on the wire, null if nothing came} */
    Integer initial() {
        return line.hasBegun() ? line.base() : null;
    }

    /** {@return how far it is complete, in bytes of sequence space} */
    long sequenceSpace() {
        return complete;
    }

    /** {@return segments that came} */
    long segments() {
        return segments;
    }
}
