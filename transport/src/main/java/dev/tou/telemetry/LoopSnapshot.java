// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import java.util.List;
import java.util.Map;

import dev.tou.state.TcpState;

/**
 * One event loop and what lives on it.
 *
 * @param name the name of its thread
 * @param answer whether it has told all
 * @param stack where the thread is, if it has not answered, innermost first; otherwise empty
 * @param states how many connections there are in each state, whatever was asked for; states without one are missing
 * @param orphans how many of them have been closed by their applications and live on
 * @param memoryBytes what connections hold in buffers, in bytes
 * @param drops how often each reason has occurred, of this loop's channels since the loop's first, closed ones too; those that
 *     have not are missing
 * @param sockets its UDP channels
 * @param listeners its listeners with the address and port that were asked for
 * @param matching how many connections are what was asked for
 * @param connections those, as many as were asked for
 */
public record LoopSnapshot(
        String name,
        Answer answer,
        List<String> stack,
        Map<TcpState, Long> states,
        int orphans,
        long memoryBytes,
        Map<DropReason, Long> drops,
        List<SocketSnapshot> sockets,
        List<ListenerSnapshot> listeners,
        long matching,
        List<ConnectionSnapshot> connections) {

    /** Whether an event loop has told all. */
    public enum Answer {
        /** It has. */
        COMPLETE,
        /** It was busy, or has very many connections: the time was over before all were looked at. */
        PARTIAL,
        /** It has told nothing: something keeps its thread busy, or waits on it. */
        NONE
    }

    /** A loop that has not answered. */
    public static LoopSnapshot silent(String name, List<String> stack) {
        return new LoopSnapshot(name, Answer.NONE, stack, Map.of(), 0, 0, Map.of(), List.of(), List.of(), 0, List.of());
    }
}
