// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;

import dev.tou.simulation.LinkProfile;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Segments that overtake each other are not lost (RFC 8985 section 6.2: a reordering window that learns). */
class ReorderingTest extends ScenarioTest {

    private static final long RATE = 50_000_000;
    private static final Duration WAY = Duration.ofMillis(25);
    private static final int BDP = 312_500;
    private static final long BYTES = 40_000_000;

    private static LinkProfile inOrder() {
        return LinkProfile.IDEAL.delay(WAY).rate(RATE, BDP);
    }

    private Scenario path(LinkProfile up) {
        return scenario(1).path(up, LinkProfile.IDEAL.delay(WAY));
    }

    @Test
    void threeInAHundredLateByAQuarterRoundTripCostNextToNothing() {
        double goodputInOrder;
        try (Scenario scenario = path(inOrder())) {
            goodputInOrder = scenario.transfer(BYTES).bitsPerSecond();
        }
        try (Scenario scenario = path(inOrder().reordering(0.03, Duration.ofNanos(12_500_000)))) {
            Transfer transfer = scenario.transfer(BYTES);
            assertThat(scenario.ledger().up().spuriousBytes())
                    .as("sent again for nothing")
                    .isLessThan(BYTES / 200);
            assertThat(transfer.bitsPerSecond()).isGreaterThan(0.95 * goodputInOrder);
            assertThat(scenario.clientInfo().timeouts()).isZero();
        }
    }

    // A repetition brings a newer timestamp than what left before it and is late: that must not be thrown away (PAWS).
    @Test
    void afterAnOverflowWhatIsLateIsStillNotLost() {
        double goodputInOrder;
        long bytes = 130_000_000; // until CUBIC overflows the queue, and for some round trips after
        LinkProfile inOrder = LinkProfile.IDEAL.delay(WAY).rate(2 * RATE, 2 * BDP);
        try (Scenario scenario = path(inOrder)) {
            goodputInOrder = scenario.transfer(bytes).bitsPerSecond();
        }
        try (Scenario scenario = path(inOrder.reordering(0.03, Duration.ofNanos(12_500_000)))) {
            Transfer transfer = scenario.transfer(bytes);
            WireLedger.Direction up = scenario.ledger().up();
            assertThat(up.lostSegments()).as("an overflow").isPositive();
            assertThat(up.spuriousBytes()).as("sent again for nothing").isLessThan(bytes / 1000 / 4);
            assertThat(transfer.bitsPerSecond()).isGreaterThan(0.95 * goodputInOrder);
        }
    }

    // Section 6.2.1, step 4: each round trip in which a duplicate is reported widens the window by a quarter of the
    // least
    // round trip.
    @Test
    void theWindowLearnsFromDuplicates() {
        try (ConnectedScenario c = new ConnectedScenario(
                path(LinkProfile.IDEAL.delay(WAY).rate(RATE, 4 * BDP).reordering(0.01, Duration.ofMillis(30))))) {
            c.streamsFor(Duration.ofSeconds(2));
            WireLedger.Direction up = c.scenario().ledger().up();
            long early = up.retransmittedSegments() - up.lostSegments();
            long sentEarly = up.textSegments();
            c.streamsFor(Duration.ofSeconds(8));
            c.untilAllIsRead();
            long late = up.retransmittedSegments() - up.lostSegments() - early;
            assertThat(early).as("it had something to learn from").isPositive();
            assertThat((double) late / (up.textSegments() - sentEarly)).isLessThan(0.005);
        }
    }
}
