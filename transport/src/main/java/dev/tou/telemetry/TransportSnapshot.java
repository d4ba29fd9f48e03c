// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import java.util.List;
import java.util.stream.Stream;

/**
 * What lives on some event loops: listeners, connections, UDP channels. Each loop tells its own part, one after the other, so
 * the parts are of slightly different moments.
 *
 * @param loops the event loops that have or had a channel of this transport, by their names
 */
public record TransportSnapshot(List<LoopSnapshot> loops) {

    /** {@return the connections of all loops} */
    public Stream<ConnectionSnapshot> connections() {
        return loops.stream().flatMap(loop -> loop.connections().stream());
    }

    /** {@return the listeners of all loops} */
    public Stream<ListenerSnapshot> listeners() {
        return loops.stream().flatMap(loop -> loop.listeners().stream());
    }

    /** {@return whether every loop has told all} */
    public boolean isComplete() {
        return loops.stream().allMatch(loop -> loop.answer() == LoopSnapshot.Answer.COMPLETE);
    }
}
