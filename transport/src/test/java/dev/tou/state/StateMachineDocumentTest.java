// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** docs/STATE-MACHINE.md is what the table says. {@code -Dtou.update=true} writes it anew. */
class StateMachineDocumentTest {

    private static final Path DOCUMENT = Path.of("../docs/STATE-MACHINE.md");

    /** They lead to CLOSED from nearly everywhere: in the table, not in the diagram. */
    private static final Set<TcpEvent> ABRUPT = EnumSet.of(TcpEvent.RESET, TcpEvent.ABORT, TcpEvent.TIMEOUT);

    @Test
    void isWhatTheTableSays() throws IOException {
        String document = document();
        if (Boolean.getBoolean("tou.update")) {
            Files.writeString(DOCUMENT, document);
        }
        assertThat(DOCUMENT)
                .as("written from the table; run the test with -Dtou.update=true")
                .exists()
                .hasContent(document);
    }

    private static String document() {
        return """
                # The state machine

                This page is generated from the table in
                [TcpState](../transport/src/main/java/dev/tou/state/TcpState.java), the only thing that moves a connection from one
                state to another; a test fails when the two differ. To write it anew:

                ```
                ./mvnw -pl transport test -Dtest=StateMachineDocumentTest -Dtou.update=true
                ```

                The states are those of [RFC 9293](https://www.rfc-editor.org/rfc/rfc9293#section-3.3.2), figure 5. The diagram shows how
                a connection opens and closes in good order. Three events are left out of it, because they lead to CLOSED from nearly
                everywhere: a reset by the peer, an abort by the application, and a timeout. They are in the table below.

                """ + diagram() + """

                ## Every state and every event

                An empty field cannot happen: the table refuses it with an exception, because raising such an event is a mistake of ours
                and never of the peer.

                """ + table() + """

                ## The events

                | event | when |
                |---|---|
                """ + events() + """

                ## How it differs from figure 5

                - A listener is not a connection that becomes one. Each SYN that a listener admits gets a connection of its own, which goes
                  through LISTEN to SYN-RECEIVED at once, and whose reset closes it; the listener stays.
                - There is no SEND in LISTEN.
                - A segment that acknowledges our FIN and carries the peer's raises two events, one after the other: from FIN-WAIT-1 through
                  FIN-WAIT-2 to TIME-WAIT.
                - A reset does not end TIME-WAIT ([RFC 1337](https://www.rfc-editor.org/rfc/rfc1337)). A connection in TIME-WAIT is a compact
                  record, not an object. Its last event is raised only where a listener or an open channel could see it.
                """;
    }

    private static String diagram() {
        StringBuilder text = new StringBuilder("```mermaid\nstateDiagram-v2\n");
        for (TcpState state : TcpState.values()) {
            if (!state.name().equals(state.toString())) {
                text.append("    state \"")
                        .append(state)
                        .append("\" as ")
                        .append(state.name())
                        .append('\n');
            }
        }
        text.append("    [*] --> CLOSED\n");
        for (TcpState state : TcpState.values()) {
            Map<TcpState, List<String>> arrows = new TreeMap<>();
            state.transitions().forEach((event, next) -> {
                if (!ABRUPT.contains(event)) {
                    arrows.computeIfAbsent(next, any -> new ArrayList<>()).add(words(event));
                }
            });
            arrows.forEach((next, events) -> text.append("    ")
                    .append(state.name())
                    .append(" --> ")
                    .append(next.name())
                    .append(": ")
                    .append(String.join(" or ", events))
                    .append('\n'));
        }
        return text.append("```\n").toString();
    }

    private static String table() {
        StringBuilder text = new StringBuilder("| state |");
        StringBuilder line = new StringBuilder("|---|");
        for (TcpEvent event : TcpEvent.values()) {
            text.append(' ').append(words(event)).append(" |");
            line.append("---|");
        }
        text.append('\n').append(line).append('\n');
        for (TcpState state : TcpState.values()) {
            text.append("| **").append(state).append("** |");
            for (TcpEvent event : TcpEvent.values()) {
                text.append(state.allows(event) ? " " + state.on(event) + " |" : " |");
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String events() {
        StringBuilder text = new StringBuilder();
        for (TcpEvent event : TcpEvent.values()) {
            text.append("| ")
                    .append(words(event))
                    .append(" | ")
                    .append(meaning(event))
                    .append(" |\n");
        }
        return text.toString();
    }

    private static String words(TcpEvent event) {
        return switch (event) {
            case ACTIVE_OPEN -> "active OPEN";
            case PASSIVE_OPEN -> "passive OPEN";
            case SYN_RECEIVED -> "SYN";
            case SYN_ACK_RECEIVED -> "SYN, ACK";
            case SYN_ACKED -> "ACK of SYN";
            case CLOSE -> "CLOSE";
            case FIN_RECEIVED -> "FIN";
            case FIN_ACKED -> "ACK of FIN";
            case RESET -> "reset";
            case ABORT -> "ABORT";
            case TIMEOUT -> "timeout";
            case TIME_WAIT_EXPIRED -> "2 MSL";
        };
    }

    private static String meaning(TcpEvent event) {
        return switch (event) {
            case ACTIVE_OPEN -> "the application connects; a SYN is sent";
            case PASSIVE_OPEN -> "a listener makes a connection for a SYN";
            case SYN_RECEIVED -> "a SYN arrives that acknowledges nothing of ours; a SYN, ACK is sent";
            case SYN_ACK_RECEIVED -> "a SYN arrives that acknowledges ours";
            case SYN_ACKED -> "the SYN that we sent in answer to the peer's is acknowledged";
            case CLOSE -> "the application closes its direction; a FIN follows the last byte";
            case FIN_RECEIVED -> "the peer's FIN is reached in sequence";
            case FIN_ACKED -> "our FIN is acknowledged";
            case RESET -> "a reset arrives that RFC 5961 lets pass, or one that refuses our SYN";
            case ABORT -> "the application gives up, or the UDP channel has closed; a reset is sent where one is due";
            case TIMEOUT -> "the peer was silent for too long";
            case TIME_WAIT_EXPIRED -> "two maximum segment lifetimes have passed";
        };
    }
}
