// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static dev.tou.state.TcpState.CLOSE_WAIT;
import static dev.tou.state.TcpState.FIN_WAIT_2;
import static dev.tou.state.TcpState.TIME_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

/** S6: a FIN ends one direction, and the other goes on for as long as it likes (RFC 9293 section 3.6). */
@Tag("S6")
class S06HalfCloseTest extends ScenarioTest {

    private static final int MUCH = 1_000_000;
    private static final int MINUTES_MILLIS = 10 * 60_000;

    private static ServerBootstrap keepingItsHalf(ServerBootstrap server) {
        return server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    private static Scenario bothKeepTheirHalf(Scenario scenario) {
        return scenario.client(client -> client.option(ChannelOption.ALLOW_HALF_CLOSURE, true));
    }

    @Test
    void afterTheClientsHalfTheServerStillSends() {
        try (Ends ends = new Ends(bothKeepTheirHalf(scenario(6)), S06HalfCloseTest::keepingItsHalf)) {
            ends.client().writes(1000);
            ends.client().channel().shutdownOutput();
            ends.advanceMillis(100);
            assertThat(ends.wire()).containsExactly("> ACK 1000", "> FIN ACK", "< ACK");
            ends.states(FIN_WAIT_2, CLOSE_WAIT);
            // Nobody is in a hurry: FIN-WAIT-2 has no limit while an application reads.
            ends.advanceMillis(MINUTES_MILLIS);
            ends.server().writes(MUCH);
            ends.advanceMillis(5_000);
            assertThat(ends.client().received()).isEqualTo(MUCH);
            assertThat(ends.server().received()).isEqualTo(1000);
            ends.server().channel().close();
            ends.advanceMillis(100);
            assertThat(ends.client().state()).isEqualTo(TIME_WAIT);
            assertThat(ends.client().failure()).isNull();
        }
    }

    @Test
    void afterTheServersHalfTheClientStillSends() {
        try (Ends ends = new Ends(bothKeepTheirHalf(scenario(6)), S06HalfCloseTest::keepingItsHalf)) {
            ends.server().channel().shutdownOutput();
            ends.advanceMillis(100);
            assertThat(ends.wire()).containsExactly("< FIN ACK", "> ACK");
            ends.states(CLOSE_WAIT, FIN_WAIT_2);
            ends.advanceMillis(MINUTES_MILLIS);
            ends.client().writes(MUCH);
            ends.advanceMillis(5_000);
            assertThat(ends.server().received()).isEqualTo(MUCH);
            ends.client().channel().close();
            ends.advanceMillis(100);
            assertThat(ends.server().state()).isEqualTo(TIME_WAIT);
            assertThat(ends.server().failure()).isNull();
        }
    }
}
