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
class RecoverySendingTest {

    private static final int WINDOW = 250_000;
    private static final long RTT_NANOS = 20_000_000;

    // Of a window of some 210 segments the first so many are lost, and the acknowledgments of the rest are what clocks.
    @ParameterizedTest
    @ValueSource(ints = {1, 20, 100})
    void neitherWithinRecoveryNorAtItsEndIsThereABurst(int losses) {
        Scenario scenario = new Scenario(1)
                .path(
                        LinkProfile.IDEAL.delay(Duration.ofMillis(10)).rate(100_000_000, 1_000_000),
                        LinkProfile.IDEAL.delay(Duration.ofMillis(10)))
                .server(server -> server.option(ChannelOption.SO_RCVBUF, WINDOW));
        try (ConnectedScenario c = new ConnectedScenario(scenario)) {
            c.streamsFor(Duration.ofMillis(600));
            long from = c.talker().written() + 100_000;
            scenario.dropFirst(losses, s -> s.fromClient() && s.hasText() && s.offset() >= from && !s.retransmission());
            long begin = c.nowNanos();
            c.streamsFor(Duration.ofMillis(300));
            List<Sighting> sent = c.textSince(begin);
            assertThat(sent).filteredOn(Sighting::isLost).hasSizeGreaterThanOrEqualTo(losses);
            // A tenth of a round trip carries a tenth of the window; twice that is still no burst.
            int most = 0;
            for (int first = 0, last = 0; last < sent.size(); last++) {
                while (sent.get(last).nanos() - sent.get(first).nanos() > RTT_NANOS / 10) {
                    first++;
                }
                most = Math.max(most, last - first + 1);
            }
            assertThat(most).as("segments in a tenth of a round trip").isLessThanOrEqualTo(2 * 215 / 10 + 10);
            assertThat(c.info().timeouts()).isZero();
            c.untilAllIsRead();
        }
    }
}
