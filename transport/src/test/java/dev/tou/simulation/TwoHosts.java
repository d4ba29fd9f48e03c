// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.time.Duration;

/** The smallest network that can do anything, for the tests of the simulation itself. */
final class TwoHosts implements AutoCloseable {
    final SimulatedNetwork network;
    final SimHost a;
    final SimHost b;
    final Simulation simulation;

    TwoHosts(long seed, LinkProfile profile) {
        network = new SimulatedNetwork(seed);
        a = network.addHost("a", "10.0.0.1", "2001:db8::1");
        b = network.addHost("b", "10.0.0.2", "10.0.0.3", "2001:db8::2");
        network.link(a, b, profile);
        simulation = new Simulation(network);
    }

    TwoHosts(LinkProfile profile) {
        this(1, profile);
    }

    TwoHosts() {
        this(LinkProfile.IDEAL.delay(Duration.ofMillis(10)));
    }

    static Duration ms(long millis) {
        return Duration.ofMillis(millis);
    }

    @Override
    public void close() {
        network.close();
    }
}
