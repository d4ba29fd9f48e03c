// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;

/**
 * Something that was shown.
 *
 * @param source where it happened
 * @param nanos when
 * @param segment what passed the wire, or null
 * @param cause why the state changed, or null
 * @param state which state an end is in now, or null
 * @param words what an end or its application says, or null
 */
record Event(Source source, long nanos, WireSegment segment, TcpEvent cause, TcpState state, String words) {

    /** Where events come from. Those of one source have an order; those of two have none that could be relied on. */
    enum Source {
        CLIENT,
        SERVER,
        TO_SERVER,
        TO_CLIENT;

        /** {@return the end's name} */
        String text() {
            return this == CLIENT || this == TO_CLIENT ? "client" : "server";
        }
    }
}
