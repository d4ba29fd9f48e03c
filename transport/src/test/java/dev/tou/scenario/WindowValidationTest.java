// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;
import java.util.List;

import dev.tou.simulation.LinkProfile;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A window that was not used says nothing of the path (RFC 5681 section 4.1, RFC 7661, RFC 9438 section 5.8). */
class WindowValidationTest extends ScenarioTest {

    private static final int MSS = 1168;
    private static final long RTT_NANOS = 20_000_000;

    private ConnectedScenario connected() {
        return new ConnectedScenario(
                scenario(1).path(LinkProfile.IDEAL.delay(Duration.ofMillis(10)).rate(50_000_000, 1_000_000)));
    }

    @Test
    void anApplicationThatSendsLittleEarnsNoWindow() {
        try (ConnectedScenario c = connected()) {
            for (int i = 0; i < 200; i++) {
                c.writes(4 * MSS);
                c.scenario().advance(Duration.ofMillis(25));
            }
            assertThat(c.info().cwnd()).isLessThanOrEqualTo(12 * 1472);
        }
    }

    @Test
    void afterASilenceNoMoreThanTheInitialWindowLeavesAtOnce() {
        try (ConnectedScenario c = connected()) {
            c.streamsFor(Duration.ofMillis(500));
            c.untilAllIsRead();
            assertThat(c.info().cwnd()).isGreaterThan(50 * MSS);
            c.scenario().advance(Duration.ofSeconds(10));
            long begin = c.nowNanos();
            c.writes(400_000);
            c.untilAllIsRead();
            List<Sighting> firstRoundTrip = c.textSince(begin).stream()
                    .filter(s -> s.nanos() < begin + RTT_NANOS)
                    .toList();
            assertThat(firstRoundTrip).hasSizeBetween(5, 10);
        }
    }

    // Within a timeout the window is still good: a pause of one round trip costs nothing.
    @Test
    void aShortPauseKeepsTheWindow() {
        try (ConnectedScenario c = connected()) {
            c.streamsFor(Duration.ofMillis(500));
            c.untilAllIsRead();
            long cwnd = c.info().cwnd();
            c.scenario().advance(Duration.ofMillis(20));
            c.writes(100_000);
            c.untilAllIsRead();
            assertThat(c.info().cwnd()).isGreaterThanOrEqualTo(cwnd);
        }
    }
}
