// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import dev.tou.state.TcpState;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static dev.tou.state.TcpState.CLOSED;
import static dev.tou.state.TcpState.CLOSE_WAIT;
import static dev.tou.state.TcpState.CLOSING;
import static dev.tou.state.TcpState.ESTABLISHED;
import static dev.tou.state.TcpState.FIN_WAIT_1;
import static dev.tou.state.TcpState.FIN_WAIT_2;
import static dev.tou.state.TcpState.LAST_ACK;
import static dev.tou.state.TcpState.TIME_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * S4: closing takes four segments, three when the second FIN rides on the acknowledgment of the first, and goes through CLOSING
 * when both ends close at once (RFC 9293 section 3.6, figures 12 and 13).
 */
@Tag("S4")
class S04CloseTest extends ScenarioTest {

    private static ServerBootstrap keepingItsHalf(ServerBootstrap server) {
        return server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    @Test
    void fourSegments() {
        try (Ends ends = new Ends(scenario(4), S04CloseTest::keepingItsHalf)) {
            ends.client().channel().close();
            ends.states(FIN_WAIT_1, ESTABLISHED);
            ends.advanceMillis(15);
            ends.states(FIN_WAIT_1, CLOSE_WAIT);
            ends.advanceMillis(100);
            ends.states(FIN_WAIT_2, CLOSE_WAIT);
            assertThat(ends.wire()).containsExactly("> FIN ACK", "< ACK");

            ends.server().channel().close();
            ends.states(FIN_WAIT_2, LAST_ACK);
            ends.advanceMillis(15);
            ends.states(TIME_WAIT, LAST_ACK);
            ends.advanceMillis(10);
            ends.states(TIME_WAIT, CLOSED);
            assertThat(ends.wire()).containsExactly("< FIN ACK", "> ACK");
            assertThat(ends.client().failure()).isNull();
            assertThat(ends.server().failure()).isNull();
        }
    }

    /** Without half-closure the application closes when it has read the end: its FIN needs no segment of its own before. */
    @Test
    void threeSegments() {
        try (Ends ends = new Ends(scenario(4), server -> server)) {
            ends.client().channel().close();
            ends.advanceMillis(100);
            assertThat(ends.wire()).containsExactly("> FIN ACK", "< FIN ACK", "> ACK");
            ends.states(TIME_WAIT, CLOSED);
        }
    }

    @Test
    void atTheSameTime() {
        try (Ends ends = new Ends(scenario(4), S04CloseTest::keepingItsHalf)) {
            ends.client().channel().close();
            ends.server().channel().close();
            ends.states(FIN_WAIT_1, FIN_WAIT_1);
            ends.advanceMillis(15);
            ends.states(CLOSING, CLOSING);
            ends.advanceMillis(10);
            ends.states(TIME_WAIT, TIME_WAIT);
            assertThat(ends.wire()).containsExactly("> FIN ACK", "< FIN ACK", "> ACK", "< ACK");
        }
    }

    @Test
    void whoIsInTimeWaitIsClosedAMinuteLater() {
        try (Ends ends = new Ends(scenario(4), server -> server)) {
            ends.client().channel().close();
            ends.advanceMillis(100);
            assertThat(ends.client().state()).isEqualTo(TcpState.TIME_WAIT);
            ends.advanceMillis(60_000);
            assertThat(ends.client().state()).isEqualTo(TcpState.CLOSED);
        }
    }
}
