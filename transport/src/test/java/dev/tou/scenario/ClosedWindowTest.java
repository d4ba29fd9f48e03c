// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;

import dev.tou.channel.TouChannelOption;
import dev.tou.simulation.LinkProfile;
import dev.tou.telemetry.DeliveryProblem;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A reader that reads nothing for long is no peer that has gone (RFC 9293 section 3.8.6.1, MUST-37). */
class ClosedWindowTest extends ScenarioTest {

    private static final int MORE_THAN_THE_WINDOW = 10_000_000;

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100})
    void aPeerThatLivesIsNoProblemHoweverLongItDoesNotRead(int wayMillis) {
        // RFC 9293: MUST-37.
        Scenario scenario = scenario(1)
                .path(LinkProfile.IDEAL.delay(Duration.ofMillis(wayMillis)))
                .client(client -> client.option(TouChannelOption.USER_TIMEOUT, 20 + 4 * wayMillis)
                        .option(TouChannelOption.RETRIES1, 2));
        try (ConnectedScenario c = new ConnectedScenario(scenario)) {
            c.writes(1000);
            c.untilAllIsRead();
            scenario.serverChannel().config().setAutoRead(false);
            c.writes(MORE_THAN_THE_WINDOW);
            scenario.advance(Duration.ofMinutes(5));
            assertThat(c.talker().failure()).isNull();
            assertThat(c.talker().events(DeliveryProblem.class)).isEmpty();
            scenario.serverChannel().config().setAutoRead(true);
            c.untilAllIsRead();
        }
    }
}
