// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * S5: who closes first remembers the connection for two maximum segment lifetimes, in case its last acknowledgment is lost (RFC
 * 9293 sections 3.6.1 and 3.10.7.4). Its cap, RFC 1337 and RFC 6191 are in the tests with the same tag.
 */
@Tag("S5")
class S05TimeWaitTest extends ScenarioTest {

    private static final int LIFETIMES_MILLIS = 60_000;

    @Test
    void aRecordIsAllThatIsLeftForAMinute() {
        try (Ends ends = new Ends(scenario(5), server -> server)) {
            ends.client().channel().close();
            ends.advanceMillis(30);
            assertThat(ends.timeWaitRecords()).isEqualTo(1);
            ends.advanceMillis(LIFETIMES_MILLIS - 20);
            assertThat(ends.timeWaitRecords()).isEqualTo(1);
            ends.advanceMillis(20);
            assertThat(ends.timeWaitRecords()).isZero();
        }
    }

    @Test
    void theLastAcknowledgmentIsLostAndTheFinComesAgain() {
        Scenario scenario = scenario(5);
        boolean[] closing = {false};
        scenario.dropFirst(1, s -> closing[0] && s.fromClient() && s.isPureAck());
        try (Ends ends = new Ends(scenario, server -> server)) {
            ends.client().channel().close();
            closing[0] = true;
            ends.advanceMillis(5_000);
            assertThat(ends.wire()).containsExactly("> FIN ACK", "< FIN ACK", "> ACK", "< FIN ACK", "> ACK");
            assertThat(ends.server().hasEnded()).isTrue();
            // The second FIN came later than the first, and the minute with it.
            double again = ends.scenario()
                    .ledger()
                    .segments(s -> (s.bits() & 1) != 0)
                    .toList()
                    .get(2)
                    .millis();
            double first = ends.scenario()
                    .ledger()
                    .segments(s -> (s.bits() & 1) != 0)
                    .toList()
                    .get(1)
                    .millis();
            assertThat(again - first).isGreaterThan(50);
            long soFar = ends.scenario().nowNanos() / 1_000_000;
            ends.advanceMillis((long) again + LIFETIMES_MILLIS - 20 - soFar);
            assertThat(ends.timeWaitRecords()).isEqualTo(1);
            ends.advanceMillis(60);
            assertThat(ends.timeWaitRecords()).isZero();
        }
    }

    /** The other end forgets at once, and so do both after a reset. */
    @Test
    void nobodyElseWaits() {
        try (Ends ends = new Ends(scenario(5), server -> server)) {
            ends.server().channel().close();
            ends.advanceMillis(100);
            assertThat(ends.client().hasEnded()).isTrue();
            assertThat(ends.timeWaitRecords()).isZero();
        }
        try (Ends ends = new Ends(scenario(5), server -> server)) {
            ends.client().channel().config().setSoLinger(0);
            ends.client().channel().close();
            ends.advanceMillis(100);
            assertThat(ends.server().hasEnded()).isTrue();
            assertThat(ends.timeWaitRecords()).isZero();
        }
    }
}
