// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.HashMap;
import java.util.Map;

import dev.tou.bench.replay.Event.Source;

/** Sequence numbers that count from the first SYN of their direction, so that they can be read. */
final class RelativeNumbers {

    private final Map<String, Integer> initial = new HashMap<>();

    private boolean absolute;

    /** Shows all numbers as they are. */
    void absolute() {
        absolute = true;
    }

    /** Learns from a segment before it is shown. */
    void note(Source direction, WireSegment segment) {
        if (segment.has(Flags.SYN) && !absolute) {
            initial.putIfAbsent(sender(direction, segment), segment.seq());
        }
    }

    /** {@return SEG.SEQ from the sender's initial sequence number on} A sender without one is shown as it is. */
    long seq(Source direction, WireSegment segment) {
        return relative(segment.seq(), initial.get(sender(direction, segment)));
    }

    /** {@return SEG.ACK from the receiver's initial sequence number on} */
    long ack(Source direction, WireSegment segment) {
        return acknowledged(direction, segment, segment.ack());
    }

    /** {@return a sequence number of the receiver, as it is in SACK blocks, likewise} */
    long acknowledged(Source direction, WireSegment segment, int number) {
        return relative(number, initial.get(receiver(direction, segment)));
    }

    private static long relative(int number, Integer from) {
        return Integer.toUnsignedLong(from == null ? number : number - from);
    }

    private static String sender(Source direction, WireSegment segment) {
        return direction + " " + segment.sourcePort() + ' ' + segment.destinationPort();
    }

    private static String receiver(Source direction, WireSegment segment) {
        Source other = direction == Source.TO_SERVER ? Source.TO_CLIENT : Source.TO_SERVER;
        return other + " " + segment.destinationPort() + ' ' + segment.sourcePort();
    }
}
