// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;

import dev.tou.simulation.LinkProfile;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** How long a user waits: 256 bytes there and back, open loop, 20 ms of round trip, 60 seconds. */
class RequestResponseTest {

    private static final int BYTES = 256;
    private static final int SECONDS = 60;
    private static final long[] SEEDS = {1, 2, 3, 4, 5};

    private static Exchanges run(long seed, int perSecond, double loss) {
        try (Scenario scenario = new Scenario(seed)) {
            scenario.path(LinkProfile.IDEAL.delay(Duration.ofMillis(10)).loss(loss));
            Exchanges exchanges = new Exchanges(scenario::nowNanos, BYTES, perSecond, SECONDS);
            scenario.open(exchanges, new Exchanges.Echo());
            scenario.simulation().expect("all answers", exchanges::isDone, Duration.ofMinutes(5));
            scenario.settle();
            assertThat(exchanges.failure()).isNull();
            return exchanges;
        }
    }

    // RFC 8985 sections 6 and 7: one datagram in a hundred is lost either way, and the answers behind it wait for it.
    // What is left to a protocol is the time in which it notices: a round trip and a little, not a timeout. And
    // the window must not be what the rest waits for: RFC 7661, RFC 7141.
    @ParameterizedTest
    @ValueSource(ints = {1000, 20})
    void withALossInAHundredThe99thPercentileStaysBelow55Milliseconds(int perSecond) {
        for (long seed : SEEDS) {
            Exchanges exchanges = run(seed, perSecond, 0.01);
            assertThat(exchanges.quantileMillis(0.99))
                    .as("%d/s, seed %d", perSecond, seed)
                    .isLessThanOrEqualTo(55);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 20})
    void withoutLossOneInAThousandIsWithinThreeMillisecondsOfTheRoundTrip(int perSecond) {
        Exchanges exchanges = run(1, perSecond, 0);
        assertThat(exchanges.quantileMillis(0.999)).isBetween(20.0, 23.0);
    }
}
