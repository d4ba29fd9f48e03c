// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetSocketAddress;
import java.time.Duration;

import dev.tou.channel.SimChannels;
import dev.tou.pipeline.TransportPipeline;
import dev.tou.simulation.SimHost;
import dev.tou.simulation.SimulatedNetwork;
import dev.tou.simulation.Simulation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An endpoint whose listener cannot be made is nobody's, and must not keep its address. */
class FailedListenTest {

    private static final ShardOptions OPTIONS = new ShardOptions(576, 30, 1000, 0, false, udp -> {});

    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void whereNoListenerCanBeMadeTheAddressIsFreeAgain(int tcpPort) throws Exception {
        try (SimulatedNetwork network = new SimulatedNetwork(1)) {
            SimHost host = network.addHost("server", "10.0.0.2");
            SimChannels servers = new SimChannels(host, 1, false);
            UdpEndpoint endpoint = UdpEndpoint.bind(
                    host.eventLoop(),
                    servers.transport(),
                    TransportPipeline.INSTALLER,
                    new InetSocketAddress("10.0.0.2", 7),
                    TunnelPort.NONE,
                    OPTIONS);
            IllegalStateException broken = new IllegalStateException("the application's");

            assertThatThrownBy(() -> endpoint.listen(tcpPort, port -> {
                        throw broken;
                    }))
                    .isSameAs(broken);
            new Simulation(network).advance(Duration.ofMillis(1));

            assertThat(servers.resources().shards()).isEmpty();
            assertThat(endpoint.shards()).isEmpty();
        }
    }
}
