// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;

/** Why an end is in another state, in a sentence. */
final class StateWords {

    private static final String ARRIVES = "3.10.7.4";

    private StateWords() {}

    static Told of(String end, TcpEvent cause, TcpState state) {
        String is = "The " + end + " is in " + state + ": ";
        return switch (cause) {
            case ACTIVE_OPEN ->
                Told.tcp(is + "its application asks for a connection, so it will send a SYN.", "3.10.1");
            case PASSIVE_OPEN -> Told.tcp(is + "it makes a connection for a SYN that has come.", "3.10.1");
            case SYN_RECEIVED ->
                Told.tcp(
                        is + "the other's SYN is here, its own is not acknowledged yet.",
                        state == TcpState.SYN_RECEIVED ? "3.10.7.2" : "3.10.7.3");
            case SYN_ACK_RECEIVED ->
                Told.tcp(is + "its SYN is acknowledged, and it knows the other's numbers. It may send.", "3.10.7.3");
            case SYN_ACKED -> Told.tcp(is + "its SYN is acknowledged, so the other end is really there.", ARRIVES);
            case CLOSE -> Told.tcp(is + "its application has closed. What is unsent still goes, then a FIN.", "3.10.4");
            case FIN_RECEIVED -> Told.tcp(is + "the other's FIN has come, and nothing is missing before it.", ARRIVES);
            case FIN_ACKED -> Told.tcp(is + "its own FIN is acknowledged.", ARRIVES);
            case RESET -> Told.tcp(is + "a reset has come, and is believed.", "3.5.3");
            case ABORT -> Told.tcp(is + "its application gives the connection up.", "3.10.5");
            case TIMEOUT -> Told.tcp(is + "nothing was heard for too long.", "3.8.3");
            case TIME_WAIT_EXPIRED -> Told.tcp(is + "two maximum segment lifetimes have passed.", "3.10.8");
        };
    }
}
