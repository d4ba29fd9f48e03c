// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;

import dev.tou.channel.TouChannelOption;
import dev.tou.simulation.LinkProfile;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One segment comes a whole round trip late. It looks lost, is sent again, and then both copies arrive: the receiver reports
 * the duplicate (RFC 2883), and what was taken from the window is given back (RFC 3708 section 3, RFC 4015).
 */
class SpuriousRecoveryTest extends ScenarioTest {

    private static final Duration WAY = Duration.ofMillis(10);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void isUndone(boolean timestamps) {
        Scenario scenario = scenario(1)
                .path(LinkProfile.IDEAL.delay(WAY).rate(50_000_000, 1_000_000))
                .client(client -> client.option(TouChannelOption.TIMESTAMPS, timestamps))
                .server(server -> server.option(ChannelOption.SO_RCVBUF, 200_000));
        try (ConnectedScenario c = new ConnectedScenario(scenario)) {
            c.streamsFor(Duration.ofMillis(1000));
            long cwnd = c.info().cwnd();
            long ssthresh = c.info().ssthresh();
            long late = c.talker().written() + 100_000;
            scenario.delay(Duration.ofMillis(60), s -> s.fromClient() && !s.retransmission() && covers(s, late));
            c.streamsFor(Duration.ofMillis(500));
            assertThat(scenario.ledger().up().lostSegments()).isZero();
            assertThat(scenario.ledger().up().retransmittedSegments())
                    .as("it was mistaken for a loss")
                    .isEqualTo(1);
            assertThat(scenario.decisions().undos()).as("found to be needless").isNotEmpty();
            assertThat(c.info().cwnd()).as("window").isGreaterThanOrEqualTo(cwnd);
            assertThat(c.info().ssthresh()).as("threshold").isGreaterThanOrEqualTo(ssthresh);
            assertThat(c.info().timeouts()).isZero();
            c.untilAllIsRead();
        }
    }

    private static boolean covers(Sighting s, long offset) {
        return s.hasText() && s.offset() <= offset && offset < s.offset() + s.length();
    }
}
