// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;

import dev.tou.simulation.LinkProfile;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The reader pauses, reads a little now and then, and then fast again (RFC 9293 sections 3.8.6.1 and 3.8.6.2). */
class SlowReaderTest extends ScenarioTest {

    private static final long RATE = 50_000_000;
    private static final Duration WAY = Duration.ofMillis(10);

    @Test
    void aReaderThatWasSlowIsServedAtFullSpeedAgain() {
        Scenario scenario = scenario(1).path(LinkProfile.IDEAL.delay(WAY).rate(RATE, 250_000));
        try (ConnectedScenario c = new ConnectedScenario(scenario)) {
            c.streamsFor(Duration.ofSeconds(2));
            double fastBefore = mbitPerSecond(c, Duration.ofMillis(500));
            long begin = c.nowNanos();
            scenario.serverChannel().config().setAutoRead(false);
            c.streamsFor(Duration.ofSeconds(2));
            for (int i = 0; i < 20; i++) {
                scenario.serverChannel().read();
                c.streamsFor(Duration.ofMillis(50));
            }
            assertThat(scenario.ledger().up().streamBytes() - c.sink().received())
                    .as("what the sender could not get rid of stays with it")
                    .isLessThanOrEqualTo(8 << 20);
            scenario.serverChannel().config().setAutoRead(true);
            c.streamsFor(Duration.ofMillis(500));
            double fastAfter = mbitPerSecond(c, Duration.ofMillis(500));
            assertThat(fastAfter).isGreaterThan(0.9 * fastBefore);
            // Probes of a closed window are no losses (RFC 9293 section 3.8.6.1).
            assertThat(c.info().timeouts()).isZero();
            assertThat(c.textSince(begin)).filteredOn(Sighting::retransmission).hasSizeLessThanOrEqualTo(20);
            c.untilAllIsRead();
        }
    }

    private static double mbitPerSecond(ConnectedScenario c, Duration duration) {
        long before = c.sink().received();
        c.streamsFor(duration);
        return (c.sink().received() - before) * 8e3 / duration.toNanos();
    }
}
