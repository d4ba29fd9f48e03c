// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;

import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.LossModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Long streams over paths that lose: nothing goes twice but what was lost, and no loss waits for the timeout. */
class LossyPathTest extends ScenarioTest {

    private static final long RATE = 50_000_000;
    private static final Duration WAY = Duration.ofMillis(10);
    private static final int QUEUE = 250_000;

    private static LinkProfile clean() {
        return LinkProfile.IDEAL.delay(WAY).rate(RATE, QUEUE);
    }

    // RFC 2018 section 3, RFC 9293 section 3.4: an acknowledgment says all that those before it said.
    @Test
    void threeOfTenAcknowledgmentsLostCostNothing() {
        double clean;
        try (Scenario scenario = scenario(1).path(clean())) {
            clean = scenario.transfer(20_000_000).bitsPerSecond();
        }
        try (Scenario scenario =
                scenario(1).path(clean(), LinkProfile.IDEAL.delay(WAY).loss(0.3))) {
            Transfer transfer = scenario.transfer(20_000_000);
            assertThat(transfer.bitsPerSecond()).isGreaterThan(0.95 * clean);
            WireLedger.Direction up = scenario.ledger().up();
            assertThat(up.retransmittedSegments()).isLessThanOrEqualTo(up.lostSegments() + 4);
            assertThat(scenario.clientInfo().timeouts()).isLessThanOrEqualTo(1); // of the FIN, whose ACK may be lost
        }
    }

    // Bursts of three on average, with pauses between them: Gilbert and Elliott's channel.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void burstsOfLossesAreRepairedWithoutATimeout(long seed) {
        try (Scenario scenario =
                scenario(seed).path(clean().loss(LossModel.bursts(0.002, 0.3)), LinkProfile.IDEAL.delay(WAY))) {
            scenario.transfer(20_000_000);
            WireLedger.Direction up = scenario.ledger().up();
            assertThat(up.lostSegments()).isPositive();
            assertThat(up.retransmittedBytes()).isLessThanOrEqualTo(up.lostBytes() * 21 / 20 + 5000);
            assertThat(scenario.clientInfo().timeouts()).isLessThanOrEqualTo(1);
            scenario.settle();
        }
    }

    // RFC 8985 section 6: independent losses, of retransmissions too.
    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.01, 0.03})
    void independentLossesAreRepairedWithoutATimeout(double loss) {
        try (Scenario scenario = scenario(1).path(clean().loss(loss), LinkProfile.IDEAL.delay(WAY))) {
            scenario.transfer(10_000_000);
            WireLedger.Direction up = scenario.ledger().up();
            assertThat(up.retransmittedBytes()).isLessThanOrEqualTo(up.lostBytes() * 21 / 20 + 5000);
            assertThat(scenario.clientInfo().timeouts()).isLessThanOrEqualTo(1);
        }
    }

    // RFC 9438: a queue that overflows is the only loss here; it is filled again and again, and never stands empty.
    @ParameterizedTest
    @ValueSource(doubles = {0.25, 1, 4})
    void aQueueThatOverflowsIsUsedWell(double bdp) {
        int queue = (int) (RATE / 8 * 0.02 * bdp);
        try (Scenario scenario =
                scenario(1).path(LinkProfile.IDEAL.delay(WAY).rate(RATE, queue), LinkProfile.IDEAL.delay(WAY))) {
            Transfer transfer = scenario.transfer(60_000_000);
            WireLedger.Direction up = scenario.ledger().up();
            assertThat(up.retransmittedBytes()).isLessThanOrEqualTo(up.lostBytes() * 21 / 20 + 5000);
            assertThat(transfer.bitsPerSecond()).isGreaterThan((bdp < 1 ? 0.80 : 0.88) * RATE);
            assertThat(scenario.clientInfo().timeouts()).isZero();
        }
    }
}
