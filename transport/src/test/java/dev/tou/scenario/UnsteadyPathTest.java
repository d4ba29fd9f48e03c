// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.tou.channel.TouChannelOption;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.NamedLinks;
import dev.tou.telemetry.TransportListener;
import dev.tou.telemetry.WindowChange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Slow start where round trips vary, segments overtake each other, and both ends run on busy machines: it goes on all the same. */
class UnsteadyPathTest extends ScenarioTest {

    private static final NamedLinks LINKS = NamedLinks.read();
    private static final long BYTES = 10_000_000;
    private static final int SEEDS = 8;

    /** The windows at which the growth of round trips has ended slow start. */
    private static final class Exits implements TransportListener {

        private final List<Long> windows = new ArrayList<>();

        @Override
        public void onCongestionWindow(
                long nowNanos, long cwndBytes, long ssthreshBytes, long inFlightBytes, WindowChange cause) {
            if (cause == WindowChange.SLOW_START_EXIT) {
                windows.add(cwndBytes);
            }
        }
    }

    // RFC 9406: what varies on the path is not taken for a queue. The product has half of the jitter of both ways in
    // it.
    @ParameterizedTest
    @CsvSource({"reorder, 500_000", "wifi, 50_000", "lte, 105_000"})
    void jitterAndReorderingAreNoQueue(String link, String product) {
        Exits exits = new Exits();
        for (int seed = 1; seed <= SEEDS; seed++) {
            try (Scenario scenario = scenario(seed)
                    .path(LINKS.up(link), LINKS.down(link))
                    .client(client -> client.option(TouChannelOption.TRANSPORT_LISTENER, connection -> exits))) {
                scenario.transfer(BYTES);
            }
        }
        System.out.printf("%s: left slow start at %s%n", link, exits.windows);
        long half = Long.parseLong(product.replace("_", "")) / 2;
        assertThat(exits.windows).isNotEmpty().allMatch(window -> window > half);
    }

    // Nothing is lost on that link, so nothing may hold the window down; a clean path takes 1.03 s.
    @Test
    void onBusyMachinesReorderingIsNoLoss() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            LinkProfile up = LINKS.up("reorder");
            try (Scenario scenario = scenario(seed).path(up, LINKS.down("reorder"))) {
                Random random = new Random(seed);
                for (int at = 0; at < 10_000; at += 1 + random.nextInt(20)) {
                    boolean sender = random.nextBoolean();
                    Duration length = Duration.ofNanos(1 + random.nextInt(8_000_000));
                    scenario.at(Duration.ofMillis(at), () -> {
                        if (sender) {
                            scenario.stallClient(length);
                        } else {
                            scenario.stallServer(length);
                        }
                    });
                }
                assertThat(scenario.transfer(BYTES).seconds())
                        .as("seed %d", seed)
                        .isLessThan(2);
            }
        }
    }
}
