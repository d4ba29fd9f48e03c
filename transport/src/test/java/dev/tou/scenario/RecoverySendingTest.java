// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;
import java.util.List;

import dev.tou.simulation.LinkProfile;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What leaves during a recovery and after it is in proportion to what arrives (RFC 9937). */
class RecoverySendingTest extends ScenarioTest {

    private static final int MSS = 1168;
    private static final long RTT_NANOS = 20_000_000;

    // The first so many segments of a window are lost, and the acknowledgments of the rest are what clocks.
    @ParameterizedTest
    @ValueSource(ints = {1, 20, 100})
    void neitherWithinRecoveryNorAtItsEndIsThereABurst(int losses) {
        Scenario scenario = scenario(1)
                .path(
                        LinkProfile.IDEAL.delay(Duration.ofMillis(10)).rate(100_000_000, 2_000_000),
                        LinkProfile.IDEAL.delay(Duration.ofMillis(10)))
                .server(server -> server.option(ChannelOption.SO_RCVBUF, 2_000_000));
        try (ConnectedScenario c = new ConnectedScenario(scenario)) {
            c.streamsFor(Duration.ofMillis(600));
            long window = c.info().cwnd();
            long from = c.talker().written() + 100_000;
            scenario.dropFirst(losses, s -> s.fromClient() && s.hasText() && s.offset() >= from && !s.retransmission());
            long begin = c.nowNanos();
            c.streamsFor(Duration.ofMillis(500));
            List<Sighting> sent = c.textSince(begin);
            assertThat(sent).filteredOn(Sighting::isLost).hasSizeGreaterThanOrEqualTo(losses);
            // A tenth of a round trip carries a tenth of the window; twice that is still no burst.
            assertThat(mostWithin(RTT_NANOS / 10, sent))
                    .as("segments in a tenth of a round trip, of a window of %d", window / MSS)
                    .isLessThanOrEqualTo((int) (2 * window / MSS / 10 + 10));
            assertThat(c.info().timeouts()).isZero();
            c.untilAllIsRead();
            check(scenario.decisions().recoveries().get(0), c);
        }
    }

    private static int mostWithin(long nanos, List<Sighting> sent) {
        int most = 0;
        for (int first = 0, last = 0; last < sent.size(); last++) {
            while (sent.get(last).nanos() - sent.get(first).nanos() > nanos) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        return most;
    }

    // RFC 9937 section 4: never more than what was delivered, so in one round trip never more than the flight.
    private static void check(Decisions.Episode recovery, ConnectedScenario c) {
        long sentBytes = c
                .segments(s -> s.fromClient() && s.nanos() > recovery.beginNanos() && s.nanos() < recovery.endNanos())
                .stream()
                .mapToLong(Sighting::length)
                .sum();
        assertThat(sentBytes).as("sent in %s", recovery).isLessThanOrEqualTo(recovery.flightBytes() + 2 * MSS);
    }
}
