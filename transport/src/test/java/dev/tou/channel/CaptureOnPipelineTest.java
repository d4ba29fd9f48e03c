// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import dev.tou.capture.Capture;
import dev.tou.capture.PcapNgFile;
import dev.tou.simulation.Datagram;
import dev.tou.simulation.Fate;
import dev.tou.simulation.LinkProfile;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A capture on the UDP channel's pipeline has what was on the wire, byte for byte, in the order in which it was. */
class CaptureOnPipelineTest {

    private static final int BYTES = 200_000;
    private static final int INBOUND = 1;
    private static final int OUTBOUND = 2;

    @TempDir
    Path directory;

    private static List<String> hex(List<PcapNgFile.Packet> packets, Predicate<PcapNgFile.Packet> wanted) {
        return packets.stream()
                .filter(wanted)
                .map(packet -> {
                    byte[] bytes = new byte[packet.payload().remaining()];
                    packet.payload().get(bytes);
                    return packet.nanos() + " " + ByteBufUtil.hexDump(bytes);
                })
                .toList();
    }

    private static String hex(long nanos, Datagram datagram) {
        return nanos + " " + ByteBufUtil.hexDump(datagram.payload());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isWhatTheNetworkHasSeen(boolean segmented) throws Exception {
        Path path = directory.resolve("client.pcapng");
        List<String> sent = new ArrayList<>();
        List<String> delivered = new ArrayList<>();
        List<String> sentBefore;
        LinkProfile lossy = LinkProfile.IDEAL.delay(SimPair.ms(10)).loss(0.02);
        try (SimPair pair = new SimPair(7, lossy, segmented);
                Capture capture = Capture.open(path)) {
            pair.network.onDatagram((now, datagram, fate) -> {
                boolean byServer = datagram.source().getPort() == SimPair.PORT;
                if (fate == Fate.SENT && !byServer) {
                    sent.add(hex(now, datagram));
                } else if (fate == Fate.DELIVERED && byServer) {
                    delivered.add(hex(now, datagram));
                }
            });
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(pair.client(recorder).option(TouChannelOption.UDP_PIPELINE, capture));
            byte[] bytes = Sockets.bytes(BYTES);
            client.writeAndFlush(Unpooled.wrappedBuffer(bytes));
            pair.child().channel().writeAndFlush(Unpooled.wrappedBuffer(bytes));
            pair.simulation.advance(SimPair.seconds(60));
            assertThat(pair.child().received()).isEqualTo(bytes).isEqualTo(recorder.received());
            assertThat(((TouSocketChannel) client).tcpInfo().retrans()).isPositive();
            // What follows are farewells of a network that ends, through other sockets.
            sentBefore = List.copyOf(sent);
        }
        PcapNgFile file = PcapNgFile.read(path);
        assertThat(file.packets(0)).allSatisfy(PcapNgFile::check);
        assertThat(file.packets(1)).hasSameSizeAs(file.packets(0)).allSatisfy(PcapNgFile::check);
        assertThat(hex(file.packets(0), packet -> packet.direction() == OUTBOUND))
                .isEqualTo(sentBefore);
        assertThat(hex(file.packets(0), packet -> packet.direction() == INBOUND))
                .isEqualTo(delivered);
        for (PcapNgFile.Packet packet : file.packets(0)) {
            boolean out = packet.direction() == OUTBOUND;
            assertThat(packet.source()).isEqualTo(out ? "10.0.0.1" : "10.0.0.2");
            assertThat(packet.destination()).isEqualTo(out ? "10.0.0.2" : "10.0.0.1");
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "epoll, ::1", "io_uring, 127.0.0.1"})
    void onRealSocketsTheStreamCanBeReadFromIt(String io, String address) throws Exception {
        Path ofClient = directory.resolve("client.pcapng");
        Path ofServer = directory.resolve("server.pcapng");
        byte[] bytes = Sockets.bytes(BYTES);
        int port;
        try (Capture clients = Capture.open(ofClient);
                Capture servers = Capture.open(ofServer);
                Sockets sockets = new Sockets(io, 2)) {
            Channel server = Sockets.listen(sockets.server().option(TouChannelOption.UDP_PIPELINE, servers), address);
            port = ((InetSocketAddress) server.localAddress()).getPort();
            Recorder recorder = new Recorder();
            Channel client = Sockets.channel(sockets.client(recorder)
                    .option(TouChannelOption.UDP_PIPELINE, clients)
                    .connect(server.localAddress()));
            client.writeAndFlush(Unpooled.wrappedBuffer(bytes));
            Recorder child = sockets.nextChild().awaitBytes(BYTES);
            Sockets.done(child.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[1000])));
            recorder.awaitBytes(1000);
            Sockets.done(client.close());
            child.await("unregistered");
        }
        for (Path path : List.of(ofClient, ofServer)) {
            PcapNgFile file = PcapNgFile.read(path);
            assertThat(file.packets(1)).allSatisfy(PcapNgFile::check).allSatisfy(packet -> {
                assertThat(packet.source()).isEqualTo(packet.destination());
                int there = packet.direction() == (path == ofClient ? OUTBOUND : INBOUND) ? 2 : 0;
                assertThat(Short.toUnsignedInt(packet.payload().getShort(there)))
                        .isEqualTo(port);
            });
            assertThat(stream(file, port)).isEqualTo(bytes);
        }
    }

    /** Puts the text of the client's segments where its sequence numbers say. */
    private static byte[] stream(PcapNgFile file, int port) {
        byte[] stream = new byte[BYTES];
        int first = 0;
        for (PcapNgFile.Packet packet : file.packets(1)) {
            ByteBuffer segment = packet.payload();
            if (Short.toUnsignedInt(segment.getShort(2)) != port) {
                continue;
            }
            boolean syn = (segment.get(13) & 2) != 0;
            if (syn) {
                first = segment.getInt(4) + 1;
            }
            int headerBytes = (segment.get(12) & 0xF0) >> 2;
            int text = segment.remaining() - headerBytes;
            if (text > 0) {
                segment.get(headerBytes, stream, segment.getInt(4) - first, text);
            }
        }
        return stream;
    }

    @Test
    void aWildcardsOwnAddressIsThatOfEachChannel() throws Exception {
        Path path = directory.resolve("server.pcapng");
        try (SimPair pair = new SimPair();
                Capture capture = Capture.open(path)) {
            pair.simulation.await(pair.server()
                    .option(TouChannelOption.UDP_PIPELINE, capture)
                    .bind(new InetSocketAddress("0.0.0.0", SimPair.PORT)));
            pair.simulation.await(pair.client(new Recorder()).connect(new InetSocketAddress("10.0.0.3", SimPair.PORT)));
            pair.simulation.advance(SimPair.seconds(1));
        }
        assertThat(PcapNgFile.read(path).packets(1))
                .isNotEmpty()
                .allSatisfy(
                        packet -> assertThat(packet.direction() == OUTBOUND ? packet.source() : packet.destination())
                                .isEqualTo("10.0.0.3"));
    }
}
