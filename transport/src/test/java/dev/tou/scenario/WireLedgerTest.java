// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;

import dev.tou.simulation.LinkProfile;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The account beside the wire adds up. */
class WireLedgerTest {

    private static final LinkProfile PATH = LinkProfile.IDEAL.delay(Duration.ofMillis(5));
    private static final int BYTES = 100_000;

    @Test
    void aCleanPathHasNothingLostAndNothingTwice() {
        try (Scenario scenario = new Scenario(1).path(PATH)) {
            scenario.transfer(BYTES);
            WireLedger.Direction up = scenario.ledger().up();
            assertThat(up.streamBytes()).isEqualTo(BYTES);
            assertThat(up.textBytes()).isEqualTo(BYTES);
            assertThat(up.lostSegments()).isZero();
            assertThat(up.retransmittedBytes()).isZero();
            assertThat(up.spuriousBytes()).isZero();
            assertThat(scenario.ledger().down().textBytes()).isZero();
            scenario.settle();
        }
    }

    @Test
    void aLossIsSentAgainAndNotForNothing() {
        try (Scenario scenario = new Scenario(1).path(PATH)) {
            scenario.dropFirst(3, s -> s.fromClient() && s.offset() > 20_000 && s.hasText());
            scenario.transfer(BYTES);
            WireLedger.Direction up = scenario.ledger().up();
            assertThat(up.lostSegments()).isEqualTo(3);
            assertThat(up.retransmittedBytes()).isEqualTo(up.lostBytes());
            assertThat(up.spuriousBytes()).isZero();
            assertThat(up.textBytes()).isEqualTo(BYTES + up.lostBytes());
            assertThat(scenario.ledger().segments(Sighting::isLost)).hasSize(3);
        }
    }

    @Test
    void whatComesTwiceIsSeen() {
        try (Scenario scenario = new Scenario(1).path(PATH)) {
            scenario.delay(Duration.ofMillis(800), s -> s.fromClient() && s.offset() == 0 && !s.retransmission());
            scenario.transfer(BYTES);
            scenario.advance(Duration.ofSeconds(1));
            WireLedger.Direction up = scenario.ledger().up();
            assertThat(up.lostSegments()).isZero();
            assertThat(up.spuriousBytes()).isPositive().isEqualTo(up.retransmittedBytes());
        }
    }
}
