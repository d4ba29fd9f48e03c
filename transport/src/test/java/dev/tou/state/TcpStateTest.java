// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.state;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static dev.tou.state.TcpState.CLOSED;
import static dev.tou.state.TcpState.CLOSE_WAIT;
import static dev.tou.state.TcpState.CLOSING;
import static dev.tou.state.TcpState.ESTABLISHED;
import static dev.tou.state.TcpState.FIN_WAIT_1;
import static dev.tou.state.TcpState.FIN_WAIT_2;
import static dev.tou.state.TcpState.LAST_ACK;
import static dev.tou.state.TcpState.LISTEN;
import static dev.tou.state.TcpState.SYN_RECEIVED;
import static dev.tou.state.TcpState.SYN_SENT;
import static dev.tou.state.TcpState.TIME_WAIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Every state and every event, written from RFC 9293 figure 5 and its notes, not from the table. */
class TcpStateTest {

    private static final Set<TcpState> ALL = EnumSet.allOf(TcpState.class);

    /**
     * The arrows of figure 5, without "LISTEN, SEND, SYN-SENT": nobody sends on a listener here. Note 1, SYN-RECEIVED back to
     * LISTEN by a reset, is the closing of a connection that its listener outlives; note 2, FIN-WAIT-1 to TIME-WAIT, is two
     * events of one segment.
     */
    private static final String FIGURE_5 = """
            CLOSED        ACTIVE_OPEN        SYN_SENT
            CLOSED        PASSIVE_OPEN       LISTEN
            LISTEN        SYN_RECEIVED       SYN_RECEIVED
            LISTEN        CLOSE              CLOSED
            SYN_SENT      SYN_RECEIVED       SYN_RECEIVED
            SYN_SENT      SYN_ACK_RECEIVED   ESTABLISHED
            SYN_SENT      CLOSE              CLOSED
            SYN_RECEIVED  SYN_ACKED          ESTABLISHED
            SYN_RECEIVED  CLOSE              FIN_WAIT_1
            ESTABLISHED   CLOSE              FIN_WAIT_1
            ESTABLISHED   FIN_RECEIVED       CLOSE_WAIT
            FIN_WAIT_1    FIN_ACKED          FIN_WAIT_2
            FIN_WAIT_1    FIN_RECEIVED       CLOSING
            FIN_WAIT_2    FIN_RECEIVED       TIME_WAIT
            CLOSE_WAIT    CLOSE              LAST_ACK
            CLOSING       FIN_ACKED          TIME_WAIT
            LAST_ACK      FIN_ACKED          CLOSED
            TIME_WAIT     TIME_WAIT_EXPIRED  CLOSED
            """;

    private static Map<TcpState, Map<TcpEvent, TcpState>> expected() {
        Map<TcpState, Map<TcpEvent, TcpState>> table = new EnumMap<>(TcpState.class);
        ALL.forEach(state -> table.put(state, new EnumMap<>(TcpEvent.class)));
        FIGURE_5.lines()
                .map(line -> line.split(" +"))
                .forEach(arrow -> table.get(TcpState.valueOf(arrow[0]))
                        .put(TcpEvent.valueOf(arrow[1]), TcpState.valueOf(arrow[2])));
        // Section 3.10.5, ABORT: in every state but CLOSED, which has no connection to abort.
        for (TcpState state : EnumSet.complementOf(EnumSet.of(CLOSED))) {
            table.get(state).put(TcpEvent.ABORT, CLOSED);
        }
        // Section 3.10.7, "check the RST bit", and 3.10.8, USER TIMEOUT: a listener has no peer, and RFC 1337 lets
        // nobody disturb TIME-WAIT.
        for (TcpState state : EnumSet.complementOf(EnumSet.of(CLOSED, LISTEN, TIME_WAIT))) {
            table.get(state).put(TcpEvent.RESET, CLOSED);
            table.get(state).put(TcpEvent.TIMEOUT, CLOSED);
        }
        return table;
    }

    @Test
    void everyEventInEveryState() {
        Map<TcpState, Map<TcpEvent, TcpState>> expected = expected();
        for (TcpState state : ALL) {
            assertThat(state.transitions()).as(state.toString()).isEqualTo(expected.get(state));
            for (TcpEvent event : TcpEvent.values()) {
                TcpState next = expected.get(state).get(event);
                assertThat(state.allows(event)).as("%s in %s", event, state).isEqualTo(next != null);
                if (next != null) {
                    assertThat(state.on(event)).as("%s in %s", event, state).isEqualTo(next);
                } else {
                    assertThatIllegalStateException()
                            .isThrownBy(() -> state.on(event))
                            .withMessage("%s in %s", event, state);
                }
            }
        }
    }

    @Test
    void everyStateIsReachedAndLeft() {
        Set<TcpState> reached = EnumSet.of(CLOSED);
        for (int i = 0; i < ALL.size(); i++) {
            for (TcpState state : EnumSet.copyOf(reached)) {
                reached.addAll(state.transitions().values());
            }
        }
        assertThat(reached).isEqualTo(ALL);
        assertThat(ALL).noneMatch(state -> state.transitions().isEmpty());
    }

    /** RFC 9293 section 3.10.7.4 begins with the states that it is about; section 3.3.2 says what each of them waits for. */
    @Test
    void whatAStateMeans() {
        assertThat(ALL)
                .filteredOn(TcpState::isSynchronized)
                .containsExactlyInAnyOrder(
                        ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT);
        assertThat(ALL)
                .filteredOn(TcpState::receives)
                .as("section 3.10.7.4, seventh, process the segment text")
                .containsExactlyInAnyOrder(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2);
        assertThat(ALL)
                .filteredOn(TcpState::sends)
                .as("section 3.10.2, SEND")
                .containsExactlyInAnyOrder(ESTABLISHED, CLOSE_WAIT);
        assertThat(ALL)
                .filteredOn(TcpState::closedByUs)
                .containsExactlyInAnyOrder(FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT);
        assertThat(EnumSet.of(SYN_SENT, SYN_RECEIVED)).noneMatch(TcpState::isSynchronized);
    }

    @Test
    void isWrittenAsTheRfcDoes() {
        assertThat(FIN_WAIT_1).hasToString("FIN-WAIT-1");
        assertThat(ESTABLISHED).hasToString("ESTABLISHED");
    }
}
