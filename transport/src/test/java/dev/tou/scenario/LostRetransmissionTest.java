// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;

import dev.tou.simulation.LinkProfile;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A retransmission that is lost as well is found like any other segment, by what was sent after it (RFC 8985 section 6). */
class LostRetransmissionTest extends ScenarioTest {

    private static final double RTT_MILLIS = 20;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void isFoundWithoutATimeout(int losses) {
        Scenario scenario =
                scenario(1).path(LinkProfile.IDEAL.delay(Duration.ofMillis(10)).rate(50_000_000, 1_000_000));
        try (ConnectedScenario c = new ConnectedScenario(scenario)) {
            c.streamsFor(Duration.ofMillis(300));
            long lost = c.talker().written() + 50_000;
            scenario.dropFirst(losses, s -> s.fromClient() && covers(s, lost));
            c.streamsFor(Duration.ofMillis(700));
            c.untilAllIsRead();
            assertThat(c.segments(s -> s.fromClient() && covers(s, lost))).hasSize(losses + 1);
            assertThat(c.info().timeouts()).isZero();
            // Each loss costs a round trip, the queue's share included, and a quarter of one for reordering.
            assertThat(c.millisFromWireToReader(lost))
                    .isLessThan(RTT_MILLIS / 2 + queueMillis() + losses * 1.5 * (RTT_MILLIS + queueMillis()));
        }
    }

    private static double queueMillis() {
        return 1_000_000 * 8 / 50_000_000.0 * 1000;
    }

    private static boolean covers(Sighting s, long offset) {
        return s.hasText() && s.offset() <= offset && offset < s.offset() + s.length();
    }
}
