// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.HashMap;
import java.util.Map;

import dev.tou.bench.replay.Event.Source;

/** The sequence spaces of both ends, of each connection that the wire has seen. */
final class SequenceSpaces {

    private final Map<String, SequenceSpace> spaces = new HashMap<>();

    /** A segment leaves its sender. */
    void departs(Source direction, WireSegment segment) {
        sender(direction, segment).sends(segment);
    }

    /** A segment reaches its receiver. */
    void arrives(Source direction, WireSegment segment) {
        receiver(direction, segment).takes(segment);
    }

    /** {@return the space of the end that sends in this direction} */
    SequenceSpace sender(Source direction, WireSegment segment) {
        boolean client = direction == Source.TO_SERVER;
        return of(client, client ? segment.sourcePort() : segment.destinationPort());
    }

    /** {@return the space of the end that receives in this direction} */
    SequenceSpace receiver(Source direction, WireSegment segment) {
        boolean client = direction == Source.TO_CLIENT;
        return of(client, client ? segment.destinationPort() : segment.sourcePort());
    }

    // The server's port is always the same one, so the client's tells connections apart.
    private SequenceSpace of(boolean client, int clientPort) {
        return spaces.computeIfAbsent((client ? "client " : "server ") + clientPort, key -> new SequenceSpace());
    }
}
