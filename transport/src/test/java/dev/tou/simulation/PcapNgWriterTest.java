// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Reads a capture back by the letter of the format, and checks the sums that a stack would check. */
class PcapNgWriterTest {
    @TempDir
    Path directory;

    private record Packet(long nanos, ByteBuffer bytes, String comment) {}

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
        List<Packet> packets = read(trace.writeTo(directory.resolve("echo.pcapng")));
        assertThat(packets).hasSize(4);
        assertThat(packets.get(1).nanos).isEqualTo(10_000_000);
        assertThat(packets.get(1).comment).contains("DELIVERED at 20000000 ns");
        assertThat(packets.get(3).comment).contains("DROPPED_BY_RULE");
        checkIpv4(packets.get(0).bytes, "odd");
        checkIpv6(packets.get(2).bytes, "sixteen bytes ab");
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

    private static void checkIpv4(ByteBuffer packet, String text) {
        byte[] bytes = packet.array();
        assertThat(packet.getShort(0)).isEqualTo((short) 0x4500);
        assertThat(packet.getShort(2)).isEqualTo((short) bytes.length);
        assertThat(fold(PcapNgWriter.sum(bytes, 0, 20))).isEqualTo(0xffff);
        long pseudo = PcapNgWriter.sum(bytes, 12, 8) + 17 + (bytes.length - 20);
        checkUdp(packet, 20, pseudo, text);
    }

    private static void checkIpv6(ByteBuffer packet, String text) {
        byte[] bytes = packet.array();
        assertThat(packet.getInt(0)).isEqualTo(0x60000000);
        assertThat(packet.getShort(4)).isEqualTo((short) (bytes.length - 40));
        long pseudo = PcapNgWriter.sum(bytes, 8, 32) + 17 + (bytes.length - 40);
        checkUdp(packet, 40, pseudo, text);
    }

    private static void checkUdp(ByteBuffer packet, int at, long pseudo, String text) {
        byte[] bytes = packet.array();
        assertThat(packet.getShort(at)).isEqualTo((short) 1000);
        assertThat(packet.getShort(at + 2)).isEqualTo((short) 7);
        assertThat(packet.getShort(at + 4)).isEqualTo((short) (bytes.length - at));
        assertThat(fold(pseudo + PcapNgWriter.sum(bytes, at, bytes.length - at)))
                .isEqualTo(0xffff);
        assertThat(new String(bytes, at + 8, bytes.length - at - 8, StandardCharsets.UTF_8))
                .isEqualTo(text);
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) folded;
    }

    private static List<Packet> read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Integer> types = new ArrayList<>();
        List<Packet> packets = new ArrayList<>();
        while (in.hasRemaining()) {
            int start = in.position();
            types.add(in.getInt());
            int length = in.getInt();
            assertThat(length % 4).isZero();
            assertThat(in.getInt(start + length - 4)).isEqualTo(length);
            if (types.get(types.size() - 1) == 6) {
                packets.add(packet(in));
            }
            in.position(start + length);
        }
        assertThat(types).startsWith(0x0A0D0D0A, 1).hasSize(2 + packets.size());
        return packets;
    }

    private static Packet packet(ByteBuffer in) {
        assertThat(in.getInt()).isZero();
        long nanos = (long) in.getInt() << 32 | in.getInt() & 0xffffffffL;
        int captured = in.getInt();
        assertThat(in.getInt()).isEqualTo(captured);
        byte[] bytes = new byte[captured];
        in.get(bytes);
        in.position((in.position() + 3) / 4 * 4);
        assertThat(in.getShort()).isEqualTo((short) 1);
        byte[] comment = new byte[in.getShort()];
        in.get(comment);
        return new Packet(nanos, ByteBuffer.wrap(bytes), new String(comment, StandardCharsets.UTF_8));
    }
}
