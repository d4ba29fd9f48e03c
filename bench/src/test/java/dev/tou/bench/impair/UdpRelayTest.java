// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.ClosedPort;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Requirements;
import dev.tou.bench.Transports;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Real sockets on both sides of a relay; plain Java ones, so that nothing of ours tests itself. */
@Timeout(180)
class UdpRelayTest {

    private static final ImpairmentProfile PERFECT = ImpairmentProfile.PERFECT;
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private static UdpRelay relay(Transports.Io io, DatagramSocket server, ImpairmentProfile profile, long seed) {
        return relay(io, server.getLocalPort(), profile, seed);
    }

    private static UdpRelay relay(Transports.Io io, int serverPort, ImpairmentProfile profile, long seed) {
        Requirements.loops(io);
        InetSocketAddress target = new InetSocketAddress(LOOPBACK, serverPort);
        return UdpRelay.start(io, new InetSocketAddress(LOOPBACK, 0), target, profile, PERFECT, seed);
    }

    private static DatagramSocket socket() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static void send(DatagramSocket from, java.net.SocketAddress to, int number, int bytes) throws IOException {
        byte[] content = new byte[bytes];
        ByteBuffer.wrap(content).putInt(number);
        from.send(new DatagramPacket(content, bytes, to));
    }

    private static DatagramPacket receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        socket.receive(packet);
        return packet;
    }

    private static int number(DatagramPacket packet) {
        return ByteBuffer.wrap(packet.getData()).getInt();
    }

    @ParameterizedTest
    @EnumSource(Transports.Io.class)
    void eachClientHasAnAddressOfItsOwnAtTheServer(Transports.Io io) throws IOException {
        try (DatagramSocket server = socket();
                DatagramSocket first = socket();
                DatagramSocket second = socket();
                UdpRelay relay = relay(io, server, ImpairmentProfile.parse("delay=2ms"), 1)) {
            send(first, relay.address(), 1, 100);
            DatagramPacket fromFirst = receive(server);
            send(second, relay.address(), 2, 200);
            DatagramPacket fromSecond = receive(server);
            assertThat(fromFirst.getSocketAddress()).isNotEqualTo(fromSecond.getSocketAddress());
            assertThat(fromSecond.getLength()).isEqualTo(200);

            send(server, fromFirst.getSocketAddress(), 11, 100);
            send(server, fromSecond.getSocketAddress(), 12, 100);
            assertThat(number(receive(first))).isEqualTo(11);
            DatagramPacket answer = receive(second);
            assertThat(number(answer)).isEqualTo(12);
            assertThat(answer.getSocketAddress()).isEqualTo(relay.address());

            RelayStatistics statistics = relay.statistics();
            assertThat(statistics.toServer().left()).isEqualTo(2);
            assertThat(statistics.toServer().leftBytes()).isEqualTo(300);
            assertThat(statistics.toClient().left()).isEqualTo(2);
        }
    }

    /** Whoever looks why nothing comes back must be sent to the server, not to the client. */
    @ParameterizedTest
    @EnumSource(Transports.Io.class)
    void whatTheServersHostRefusesCountsOnTheWayToTheServer(Transports.Io io) throws IOException {
        try (ClosedPort nobody = ClosedPort.take();
                DatagramSocket client = socket();
                UdpRelay relay = relay(io, nobody.port(), PERFECT, 1)) {
            while (relay.statistics().toServer().unsendable() == 0) {
                assertThat(relay.statistics().toClient().unsendable()).isZero();
                send(client, relay.address(), 1, 100);
            }
        }
    }

    /** Which of 400 datagrams get through. */
    private static Set<Integer> survivors(Transports.Io io, long seed) throws IOException {
        Set<Integer> arrived = new HashSet<>();
        try (DatagramSocket server = socket();
                DatagramSocket client = socket();
                UdpRelay relay = relay(io, server, ImpairmentProfile.parse("loss=10%,duplicate=2%"), seed)) {
            long taken = 0;
            for (int i = 0; i < 400; i++) {
                send(client, relay.address(), i, 1200);
                if (i % 20 == 19) { // never more than a socket buffer holds
                    taken += take(server, relay, i + 1, taken, arrived);
                }
            }
            RelayStatistics.Direction counted = relay.statistics().toServer();
            assertThat(counted.entered()).isEqualTo(400);
            assertThat(counted.lost()).isEqualTo(400 - arrived.size());
            assertThat(counted.left()).isEqualTo(400 - counted.lost() + counted.duplicated());
        }
        return arrived;
    }

    /** Takes what the relay has passed on of the first {@code sent} datagrams, once all have reached it; {@return how many}. */
    private static long take(DatagramSocket server, UdpRelay relay, long sent, long taken, Set<Integer> arrived)
            throws IOException {
        while (relay.statistics().toServer().entered() < sent) {
            Thread.onSpinWait();
        }
        long more = relay.statistics().toServer().left() - taken;
        for (long i = 0; i < more; i++) {
            arrived.add(number(receive(server)));
        }
        return more;
    }

    @ParameterizedTest
    @EnumSource(Transports.Io.class)
    void theSameSeedLosesTheSameDatagrams(Transports.Io io) throws IOException {
        Set<Integer> first = survivors(io, 20261121);
        assertThat(first.size()).isBetween(320, 390);
        assertThat(survivors(io, 20261121)).isEqualTo(first);
    }

    @ParameterizedTest
    @EnumSource(Transports.Io.class)
    void theLargestDatagramPasses(Transports.Io io) throws IOException {
        try (DatagramSocket server = socket();
                DatagramSocket client = socket();
                UdpRelay relay = relay(io, server, PERFECT, 1)) {
            client.setSendBufferSize(1 << 20);
            send(client, relay.address(), 1, LinkDirection.MAX_DATAGRAM_BYTES);
            DatagramPacket passed = receive(server);
            assertThat(passed.getLength()).isEqualTo(LinkDirection.MAX_DATAGRAM_BYTES);
            send(server, passed.getSocketAddress(), 2, LinkDirection.MAX_DATAGRAM_BYTES);
            assertThat(receive(client).getLength()).isEqualTo(LinkDirection.MAX_DATAGRAM_BYTES);
        }
    }

    @ParameterizedTest
    @EnumSource(Transports.Io.class)
    void whatDoesNotFitIsCountedNotCut(Transports.Io io) throws IOException {
        try (DatagramSocket server = socket();
                DatagramSocket client = socket();
                UdpRelay relay = relay(io, server, ImpairmentProfile.parse("mtu=1500"), 1)) {
            send(client, relay.address(), 1, 1473); // and 28 bytes of headers
            send(client, relay.address(), 2, 1472);
            DatagramPacket passed = receive(server);
            assertThat(number(passed)).isEqualTo(2);
            assertThat(passed.getLength()).isEqualTo(1472);
            assertThat(relay.statistics().toServer().tooBig()).isEqualTo(1);
        }
    }

    /** The kernel puts a checksum of its own on what the relay sends: the receiver has no way to know. */
    @ParameterizedTest
    @EnumSource(Transports.Io.class)
    void aBitThatIsFlippedUndetectedArrives(Transports.Io io) throws IOException {
        try (DatagramSocket server = socket();
                DatagramSocket client = socket();
                UdpRelay relay = relay(io, server, ImpairmentProfile.parse("corrupt-undetected=100%"), 20261121)) {
            byte[] sent = new byte[500];
            client.send(new DatagramPacket(sent, sent.length, relay.address()));
            DatagramPacket passed = receive(server);
            assertThat(passed.getLength()).isEqualTo(500);
            int bits = 0;
            for (int i = 0; i < 500; i++) {
                bits += Integer.bitCount(passed.getData()[i] & 0xff);
            }
            assertThat(bits).isEqualTo(1);
            assertThat(relay.statistics().toServer().damaged()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Transports.Io.class)
    void aSilentClientIsForgottenAndMayComeBack(Transports.Io io) throws IOException {
        try (DatagramSocket server = socket();
                DatagramSocket client = socket();
                UdpRelay relay = relay(io, server, PERFECT, 1)) {
            send(client, relay.address(), 1, 100);
            java.net.SocketAddress before = receive(server).getSocketAddress();
            long now = System.nanoTime();
            relay.forgetIdleClientsAt(now + TimeUnit.MINUTES.toNanos(4));
            assertThat(relay.statistics().clients()).isEqualTo(1);
            relay.forgetIdleClientsAt(now + TimeUnit.MINUTES.toNanos(6));
            assertThat(relay.statistics().clients()).isZero();
            send(client, relay.address(), 2, 100);
            assertThat(receive(server).getSocketAddress()).isNotEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(Transports.Io.class)
    void portInUse(Transports.Io io) throws IOException {
        try (DatagramSocket other = socket()) {
            InetSocketAddress used = new InetSocketAddress(LOOPBACK, other.getLocalPort());
            assertThatThrownBy(() -> UdpRelay.start(io, used, used, PERFECT, PERFECT, 1))
                    .isInstanceOfSatisfying(
                            Failure.class, failure -> assertThat(failure.exit()).isEqualTo(ExitCode.CANNOT_LISTEN));
        }
    }
}
