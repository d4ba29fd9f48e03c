// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;

import dev.tou.channel.TouChannelOption;
import dev.tou.simulation.LinkProfile;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The path holds everything back for a moment and loses nothing: the timeout that this causes is right, is found to have been
 * needless, and the window comes back (RFC 5682, RFC 3522, RFC 4015).
 */
class SpuriousTimeoutTest extends ScenarioTest {

    private static final Duration WAY = Duration.ofMillis(10);
    private static final int WINDOW = 200_000;

    // RFC 3522: an echoed timestamp older than the retransmission answers the original. RFC 5682 section 3: without
    // timestamps, an acknowledgment of what was never sent again does.
    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void theWindowComesBack(boolean timestamps, boolean sack) {
        Scenario scenario = scenario(1)
                .path(LinkProfile.IDEAL.delay(WAY).rate(50_000_000, 1_000_000))
                .client(client ->
                        client.option(TouChannelOption.TIMESTAMPS, timestamps).option(TouChannelOption.SACK, sack))
                .server(server -> server.option(io.netty.channel.ChannelOption.SO_RCVBUF, WINDOW));
        try (ConnectedScenario c = new ConnectedScenario(scenario)) {
            c.streamsFor(Duration.ofMillis(1000));
            long cwnd = c.info().cwnd();
            long ssthresh = c.info().ssthresh();
            long begin = c.nowNanos();
            scenario.pathAt(c.now(), path -> path.delay(Duration.ofMillis(400)));
            scenario.pathAt(c.now().plusMillis(30), path -> path.delay(WAY));
            c.streamsFor(Duration.ofMillis(900));
            assertThat(c.info().timeouts()).as("timeouts").isPositive();
            assertThat(scenario.ledger().up().lostSegments()).isZero();
            assertThat(scenario.decisions().undos()).as("found to be needless").isNotEmpty();
            assertThat(c.info().cwnd()).as("window").isGreaterThanOrEqualTo(cwnd);
            assertThat(c.info().ssthresh()).as("threshold").isGreaterThanOrEqualTo(Math.min(ssthresh, cwnd));
            // A probe, the timeouts of growing length, and no more: not the whole window once again.
            assertThat(c.textSince(begin)).filteredOn(Sighting::retransmission).hasSizeLessThanOrEqualTo(8);
            c.untilAllIsRead();
        }
    }
}
