// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import dev.tou.capture.PcapNgFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What a simulated network leaves for people. */
class DatagramTraceTest {
    @TempDir
    Path directory;

    @Test
    void captureOfAnEcho() throws IOException {
        DatagramTrace trace = new DatagramTrace(100);
        try (TwoHosts net = new TwoHosts()) {
            net.network.onDatagram(trace);
            UdpUser.bind(net.simulation, net.b, new InetSocketAddress("::", 7)).echoing();
            UdpUser client = UdpUser.bind(net.simulation, net.a, net.a.address(1000));
            net.network.addRule(DatagramRule.dropNth(4, d -> true));
            client.send(new InetSocketAddress("10.0.0.2", 7), "odd");
            net.simulation.runUntilIdle();
            client = UdpUser.bind(net.simulation, net.a, new InetSocketAddress("2001:db8::1", 1000));
            client.send(new InetSocketAddress("2001:db8::2", 7), "sixteen bytes ab");
            net.simulation.runUntilIdle();
        }
        assertThat(trace.lines()).hasSize(4);
        PcapNgFile file = PcapNgFile.read(trace.writeTo(directory.resolve("echo.pcapng")));
        List<PcapNgFile.Packet> packets = file.packets(0);
        assertThat(packets).hasSize(4).allSatisfy(PcapNgFile::check);
        assertThat(packets.get(1).nanos()).isEqualTo(10_000_000);
        assertThat(packets.get(1).comment()).contains("DELIVERED at 20000000 ns");
        assertThat(packets.get(3).comment()).contains("DROPPED_BY_RULE");
        assertThat(text(packets.get(0))).isEqualTo("odd");
        assertThat(text(packets.get(2))).isEqualTo("sixteen bytes ab");
        assertThat(packets.get(0).bytes().getShort(20)).as("source port").isEqualTo((short) 1000);
        assertThat(packets.get(2).bytes().getShort(42)).as("destination port").isEqualTo((short) 7);
        assertThat(file.packets(1)).as("none of it is TCP").isEmpty();
    }

    private static String text(PcapNgFile.Packet packet) {
        ByteBuffer payload = packet.payload();
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void traceKeepsTheLastOnly() {
        DatagramTrace trace = new DatagramTrace(3);
        try (TwoHosts net = new TwoHosts()) {
            net.network.onDatagram(trace);
            RawPeer peer = net.a.newRawPeer(1);
            for (int i = 0; i < 10; i++) {
                peer.send(net.b.address(2), new byte[i]);
            }
        }
        assertThat(trace.lines()).hasSize(3);
        assertThat(trace.lines().get(2)).contains("#9").contains("9 bytes");
    }
}
