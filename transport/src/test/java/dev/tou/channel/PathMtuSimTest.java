// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.simulation.Errno;
import dev.tou.simulation.Fate;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.SendFault;
import dev.tou.telemetry.DropReason;
import dev.tou.telemetry.TransportListener;
import dev.tou.window.PathMtu;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Path MTU discovery between two whole stacks (RFC 8899): what does not fit the link is dropped without a word. */
class PathMtuSimTest {

    private static final int PIECE = 60_000;
    private static final LinkProfile LINK =
            LinkProfile.IDEAL.delay(SimPair.ms(10)).rate(100_000_000, 1 << 20);

    /** A transfer in one direction, from the client, and the largest packets that left and came. */
    private static final class Transfer implements AutoCloseable {

        final SimPair pair;
        final SocketChannel client;
        final TransmissionControlBlock tcb;
        final List<String> told = new ArrayList<>();
        int largestPacket;
        long tooLargeText;
        private long sent;

        Transfer(int interfaceMtu, int linkMtu, boolean discovery) {
            this(new SimPair(LINK.mtu(linkMtu)), interfaceMtu, discovery);
        }

        private Transfer(SimPair hosts, int interfaceMtu, boolean discovery) {
            pair = hosts;
            pair.clientHost.mtu(interfaceMtu);
            pair.serverHost.mtu(interfaceMtu);
            pair.network.onDatagram((now, datagram, fate) -> {
                largestPacket = Math.max(largestPacket, datagram.payload().readableBytes() + 28);
                // TCP's header with timestamps
                tooLargeText += fate == Fate.TOO_BIG ? datagram.length() - 32 : 0;
            });
            pair.listen();
            client = pair.connect(pair.client(new Recorder())
                    .option(TouChannelOption.PATH_MTU_DISCOVERY, discovery)
                    .option(TouChannelOption.TRANSPORT_LISTENER, connection -> sizes()));
            tcb = ((TouSocketChannel) client).tcb();
        }

        /** Over datagrams that leave one by one, as with NIO; interface and link carry 1500 bytes. */
        static Transfer oneByOne() {
            return new Transfer(new SimPair(1, LINK.mtu(1500), false), 1500, true);
        }

        private TransportListener sizes() {
            return new TransportListener() {
                @Override
                public void onPathMtuProbe(long nowNanos, int packetBytes) {
                    told.add("probe " + packetBytes);
                }

                @Override
                public void onPathMtuProbeLost(long nowNanos, int packetBytes) {
                    told.add("lost " + packetBytes);
                }

                @Override
                public void onBlackHole(long nowNanos, int packetBytes) {
                    told.add("black hole " + packetBytes);
                }

                @Override
                public void onPathMtu(long nowNanos, int packetBytes) {
                    told.add("size " + packetBytes);
                }
            };
        }

        void send(int bytes) {
            for (int i = 0; i < bytes; i += PIECE) {
                client.write(Unpooled.wrappedBuffer(Sockets.bytes(Math.min(PIECE, bytes - i))));
            }
            client.flush();
            sent += bytes;
        }

        void arrives(Duration within) {
            pair.simulation.expect("all", () -> pair.child().receivedBytes() == sent, within);
        }

        void link(int mtu) {
            pair.network.link(pair.clientHost, pair.serverHost, LINK.mtu(mtu));
        }

        @Override
        public void close() {
            pair.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"1280, 1280", "1420, 1420", "1500, 1500", "9000, 9000", "65535, 65535"})
    void aPathLikeTheInterfaceIsFoundByOneProbeForASize(int mtu, int found) {
        try (Transfer transfer = new Transfer(mtu, mtu, true)) {
            transfer.send(8_000_000);
            transfer.arrives(SimPair.seconds(10));
            assertThat(transfer.tcb.pathMtu.bytes()).isEqualTo(found);
            assertThat(transfer.largestPacket).isEqualTo(found);
            assertThat(transfer.tcb.counters.pathMtuProbesLost).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"1500, 1420, 1420", "1500, 1492, 1492", "9000, 1500, 1500", "1500, 1300, 1280"})
    void aSmallerPathIsFoundAndCostsTheCongestionWindowNothing(int carrier, int carries, int found) {
        try (Transfer transfer = new Transfer(carrier, carries, true)) {
            for (int i = 0; i < 20; i++) {
                transfer.send(2_000_000);
                transfer.arrives(SimPair.seconds(10));
                transfer.pair.simulation.advance(SimPair.seconds(1));
            }
            TransmissionControlBlock tcb = transfer.tcb;
            assertThat(tcb.pathMtu.bytes()).isEqualTo(found);
            assertThat(tcb.pathMtu.isDue(transfer.pair.network.nowNanos() + 300_000_000_000L))
                    .as("the search rests")
                    .isFalse();
            assertThat(tcb.counters.pathMtuProbesLost).isPositive();
            assertThat(tcb.counters.bytesRetransmitted)
                    .as("probes and nothing else")
                    .isEqualTo(transfer.tooLargeText);
            assertThat(tcb.counters.timeouts).isZero();
            assertThat(tcb.counters.recoveries).isZero();
        }
    }

    /** RFC 5681 section 3.1: after a timeout the window is one segment, of the size that they have by then. */
    @Test
    void afterATimeoutALargeSegmentGoesAgainInSmallOnesWithinTheWindow() {
        try (Transfer transfer = new Transfer(65535, 65535, true)) {
            transfer.send(8_000_000);
            transfer.arrives(SimPair.seconds(10));
            assertThat(transfer.tcb.pathMtu.bytes()).isEqualTo(65535);
            transfer.send(2_000_000);
            transfer.link(1500);
            long[] burst = {0, 0};
            int[] longest = {0};
            transfer.pair.network.onDatagram((now, datagram, fate) -> {
                if (fate == Fate.SENT && datagram.length() > 1000 && datagram.length() < 1500) {
                    burst[1] = now == burst[0] ? burst[1] + 1 : 1;
                    burst[0] = now;
                    longest[0] = Math.max(longest[0], (int) burst[1]);
                }
            });
            transfer.pair.simulation.expect("small ones", () -> longest[0] > 0, SimPair.seconds(30));
            transfer.pair.simulation.advance(SimPair.ms(5));
            assertThat(longest[0]).as("segments at once after the timeout").isLessThanOrEqualTo(2);
            transfer.arrives(SimPair.seconds(30));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1280, 1400, 1420})
    void aPathThatShrinksIsABlackHoleForTwoTimeouts(int carries) {
        try (Transfer transfer = new Transfer(1500, 1500, true)) {
            transfer.send(3_000_000);
            transfer.arrives(SimPair.seconds(10));
            assertThat(transfer.tcb.pathMtu.bytes()).isEqualTo(1500);
            transfer.send(7_000_000);
            transfer.link(carries);
            transfer.arrives(SimPair.seconds(20));
            assertThat(transfer.tcb.pathMtu.bytes()).isBetween(PathMtu.BASE_BYTES, carries);
            for (int i = 0; i < 20; i++) {
                transfer.send(1_000_000);
                transfer.arrives(SimPair.seconds(10));
                transfer.pair.simulation.advance(SimPair.seconds(1));
            }
            assertThat(transfer.tcb.pathMtu.bytes()).isEqualTo(carries);
        }
    }

    @Test
    void aListenerHearsWhatBecomesOfProbesAndOfTheSize() {
        try (Transfer transfer = new Transfer(1500, 1500, true)) {
            transfer.send(3_000_000);
            transfer.arrives(SimPair.seconds(10));
            assertThat(transfer.told).containsExactly("probe 1500", "size 1500");
            transfer.told.clear();
            transfer.send(7_000_000);
            transfer.link(1300);
            transfer.arrives(SimPair.seconds(20));
            assertThat(transfer.told).containsExactly("black hole 1500", "size " + PathMtu.BASE_BYTES);
            transfer.told.clear();
            transfer.pair.simulation.advance(SimPair.seconds(1));
            transfer.send(1_000_000);
            transfer.arrives(SimPair.seconds(10));
            assertThat(transfer.told).containsExactly("probe 1500", "lost 1500");
        }
    }

    /** What was one segment when it left first goes again in pieces, the oldest or not, and every byte of it. */
    @ParameterizedTest
    @ValueSource(ints = {9_000, 65_535})
    void afterACutNothingIsSentThatIsTooLarge(int before) {
        try (Transfer transfer = new Transfer(before, before, true)) {
            transfer.send(8_000_000);
            transfer.arrives(SimPair.seconds(10));
            assertThat(transfer.tcb.pathMtu.bytes()).isEqualTo(before);
            transfer.send(4_000_000);
            transfer.link(1500);
            AtomicInteger tooLarge = new AtomicInteger();
            transfer.pair.network.onDatagram((now, datagram, fate) ->
                    tooLarge.addAndGet(fate == Fate.TOO_BIG && transfer.tcb.pathMtu.bytes() <= 1500 ? 1 : 0));
            long probes = transfer.tcb.counters.pathMtuProbes;
            transfer.arrives(SimPair.seconds(30));
            assertThat(transfer.tcb.pathMtu.bytes()).isLessThanOrEqualTo(1500);
            assertThat(tooLarge.get()).isLessThanOrEqualTo((int) (transfer.tcb.counters.pathMtuProbes - probes));
        }
    }

    /** The pieces of a large segment are the first train that the new device sees. */
    @Test
    void aDeviceThatCannotSegmentIsFoundByARetransmission() {
        try (Transfer transfer = new Transfer(9_000, 9_000, true)) {
            transfer.send(8_000_000);
            transfer.arrives(SimPair.seconds(10));
            assertThat(transfer.tcb.pathMtu.bytes()).isEqualTo(9_000);
            transfer.pair.clientHost.mtu(1500);
            Set<Long> refusals = new TreeSet<>();
            transfer.pair.clientHost.sendFault((random, recipient, bytes, segments) -> {
                if (segments > 1) {
                    refusals.add(transfer.pair.network.nowNanos());
                }
                return segments > 1 ? Errno.EIO : null;
            });
            transfer.send(500_000);
            transfer.arrives(SimPair.seconds(1));
            assertThat(refusals).as("times").hasSize(1);
            assertThat(transfer.tcb.counters.timeouts).isZero();
        }
    }

    @Test
    void aPathThatGrowsIsFoundTenMinutesLater() {
        try (Transfer transfer = new Transfer(1500, 1280, true)) {
            for (int i = 0; i < 30; i++) {
                transfer.send(500_000);
                transfer.arrives(SimPair.seconds(10));
                transfer.pair.simulation.advance(SimPair.seconds(1));
            }
            assertThat(transfer.tcb.pathMtu.bytes()).isEqualTo(1280);
            transfer.link(1500);
            transfer.pair.simulation.advance(Duration.ofMinutes(10));
            transfer.send(1_000_000);
            transfer.arrives(SimPair.seconds(10));
            assertThat(transfer.tcb.pathMtu.bytes()).isEqualTo(1500);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1400, 1000, 576})
    void anInterfaceThatShrinksRefusesAndTheConnectionGoesOn(int mtu) {
        try (Transfer transfer = new Transfer(1500, 1500, true)) {
            transfer.send(3_000_000);
            transfer.arrives(SimPair.seconds(10));
            assertThat(transfer.tcb.pathMtu.bytes()).isEqualTo(1500);
            transfer.pair.clientHost.mtu(mtu);
            for (int i = 0; i < 5; i++) {
                transfer.send(1_000_000);
                transfer.arrives(SimPair.seconds(10));
                transfer.pair.simulation.advance(SimPair.seconds(2));
            }
            assertThat(transfer.tcb.pathMtu.bytes()).isEqualTo(mtu);
            assertThat(transfer.tcb.counters.timeouts).isZero();
        }
    }

    /** An ICMP message about a probe, or a forged one, fails whatever is sent next; here ten times. */
    @Test
    void anErrorOfTheSocketCostsOneDatagram() {
        try (Transfer transfer = Transfer.oneByOne()) {
            AtomicInteger errors = new AtomicInteger();
            transfer.pair.clientHost.sendFault((random, recipient, bytes, segments) ->
                    errors.getAndUpdate(left -> Math.max(0, left - 1)) > 0 ? Errno.EMSGSIZE : null);
            errors.set(1);
            for (int i = 0; i < 10; i++) {
                transfer.send(1_000_000);
                transfer.pair.simulation.advance(SimPair.ms(35));
                errors.set(1);
                transfer.arrives(SimPair.seconds(10));
            }
            TransmissionControlBlock tcb = transfer.tcb;
            assertThat(tcb.pathMtu.bytes()).isEqualTo(1500);
            assertThat(tcb.counters.timeouts).isZero();
            assertThat(tcb.counters.retransmissions).isBetween(1L, 11L);
        }
    }

    /** As IP_PMTUDISC_DO does after an ICMP message, true or forged, and forgets ten minutes later. */
    @ParameterizedTest
    @ValueSource(ints = {1400, 1000, 576})
    void aKernelThatBelievesInASmallerPathIsGivenSmallerPacketsUntilItForgets(int believed) {
        try (Transfer transfer = Transfer.oneByOne()) {
            transfer.send(3_000_000);
            transfer.arrives(SimPair.seconds(10));
            transfer.pair.clientHost.sendFault(
                    (random, recipient, bytes, segments) -> bytes + 28 > believed ? Errno.EMSGSIZE : null);
            for (int i = 0; i < 5; i++) {
                transfer.send(1_000_000);
                transfer.arrives(SimPair.seconds(10));
                transfer.pair.simulation.advance(SimPair.seconds(2));
            }
            assertThat(transfer.tcb.pathMtu.bytes()).isBetween(PathMtu.LEAST_BYTES, believed);
            assertThat(transfer.tcb.counters.timeouts).isZero();
            transfer.pair.clientHost.sendFault(SendFault.NONE);
            // The search that is under way ends first, below 1500, which it has ruled out.
            for (int i = 0; i < 3; i++) {
                transfer.pair.simulation.advance(Duration.ofMinutes(10));
                transfer.send(2_000_000);
                transfer.arrives(SimPair.seconds(10));
            }
            assertThat(transfer.tcb.pathMtu.bytes()).isEqualTo(1500);
        }
    }

    /** Forged down to 552 bytes, which is less than we go: the timer repeats, and nothing ends. */
    @Test
    void aKernelThatTakesNothingForAWhileIsOutlived() {
        try (Transfer transfer = Transfer.oneByOne()) {
            transfer.send(3_000_000);
            transfer.arrives(SimPair.seconds(10));
            transfer.pair.clientHost.sendFault(
                    (random, recipient, bytes, segments) -> bytes + 28 > 552 ? Errno.EMSGSIZE : null);
            transfer.send(20_000);
            transfer.pair.simulation.advance(SimPair.seconds(5));
            assertThat(transfer.client.isActive()).isTrue();
            transfer.pair.clientHost.sendFault(SendFault.NONE);
            transfer.arrives(SimPair.seconds(120));
            assertThat(transfer.client.isActive()).isTrue();
        }
    }

    @Test
    void withoutDiscoveryNothingIsTried() {
        try (Transfer transfer = new Transfer(1500, 1500, false)) {
            transfer.send(3_000_000);
            transfer.arrives(SimPair.seconds(10));
            assertThat(transfer.largestPacket).isEqualTo(PathMtu.BASE_BYTES);
            assertThat(transfer.tcb.counters.pathMtuProbes).isZero();
        }
    }

    @Test
    void requestsAndResponsesAreNotProbedWith() {
        try (Transfer transfer = new Transfer(1500, 1400, true)) {
            for (int i = 0; i < 100; i++) {
                transfer.send(1000);
                transfer.arrives(SimPair.seconds(1));
            }
            assertThat(transfer.tcb.counters.pathMtuProbes).isZero();
        }
    }

    @Test
    void whatIsAnnouncedIsTakenInFull() {
        try (Transfer transfer = new Transfer(65_535, 65_535, true)) {
            transfer.send(8_000_000);
            transfer.arrives(SimPair.seconds(10));
            assertThat(transfer.largestPacket).isEqualTo(65_535);
            assertThat(transfer.pair.servers.resources().shards())
                    .allSatisfy(shard ->
                            assertThat(shard.drops().of(DropReason.TRUNCATED)).isZero());
        }
    }
}
