// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SimulatedNetworkTest {

    @Test
    void echoTakesOneRoundTrip() {
        try (SimulatedNetwork network = new SimulatedNetwork(1)) {
            SimHost a = network.addHost("a", "10.0.0.1");
            SimHost b = network.addHost("b", "10.0.0.2");
            network.link(a, b, LinkProfile.IDEAL.delay(Duration.ofMillis(10)));
            Simulation simulation = new Simulation(network);
            UdpUser.bind(simulation, b, b.address(7)).echoing();
            UdpUser client = UdpUser.connect(simulation, a, b.address(7));
            long start = network.nowNanos();
            client.send("hello");
            simulation.expect("echo", () -> client.texts.contains("hello"), Duration.ofSeconds(1));
            assertThat(network.nowNanos() - start).isEqualTo(20_000_000);
        }
    }
}
