// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.tou.simulation.TwoHosts.ms;
import static org.assertj.core.api.Assertions.assertThat;

class SimulatedNetworkTest {
    private static final LinkProfile EVERYTHING = LinkProfile.IDEAL
            .delay(ms(5))
            .jitter(ms(2))
            .loss(LossModel.bursts(0.02, 0.3))
            .reordering(0.1, ms(3))
            .duplication(0.05)
            .corruption(0.02)
            .rate(400_000, 1_500);

    @Test
    void echoTakesOneRoundTrip() {
        try (TwoHosts net = new TwoHosts()) {
            UdpUser.bind(net.simulation, net.b, net.b.address(7)).echoing();
            UdpUser client = UdpUser.connect(net.simulation, net.a, net.b.address(7));
            client.send("hello");
            net.simulation.expect("echo", () -> client.texts.contains("hello"), ms(100));
            assertThat(net.network.nowNanos()).isEqualTo(ms(20).toNanos());
        }
    }

    @Test
    void sameSeedSameTrace() {
        assertThat(traceOf(42, "tick")).isEqualTo(traceOf(42, "tick"));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 43, -42, Long.MIN_VALUE})
    void otherSeedOtherTrace(long seed) {
        assertThat(traceOf(seed, "tick")).isNotEqualTo(traceOf(42, "tick"));
    }

    @Test
    void onePayloadByteChangesTheTrace() {
        assertThat(traceOf(42, "tock")).isNotEqualTo(traceOf(42, "tick"));
    }

    /** Echo under every impairment at once, with timers, stalls, delayed and failing sends. */
    private static long traceOf(long seed, String text) {
        try (TwoHosts net = new TwoHosts(seed, EVERYTHING)) {
            net.network.countBuffers();
            net.a.sendDelay(new SendDelay(0.1, ms(0), ms(4))).sendFault(SendFault.randomly(0.05, Errno.ENOBUFS));
            UdpUser.bind(net.simulation, net.b, net.b.address(7)).echoing();
            UdpUser client = UdpUser.connect(net.simulation, net.a, net.b.address(7));
            int[] sent = {0};
            net.a.eventLoop().scheduleAtFixedRate(() -> client.send(text + sent[0]++), 0, 700, TimeUnit.MICROSECONDS);
            net.network.at(ms(300), () -> net.b.stall(ms(50)));
            net.simulation.advance(ms(1000));
            assertThat(client.datagrams).isBetween(500L, 1400L);
            for (Fate fate : List.of(Fate.LOST, Fate.CORRUPTED, Fate.DUPLICATED, Fate.QUEUE_FULL, Fate.DELIVERED)) {
                assertThat(net.network.count(fate)).as(fate.name()).isPositive();
            }
            return net.network.traceHash();
        }
    }

    @Test
    void partitionHoldsWhatIsSentWhileItLasts() {
        try (TwoHosts net = new TwoHosts()) {
            UdpUser server = UdpUser.bind(net.simulation, net.b, net.b.address(7));
            UdpUser client = UdpUser.connect(net.simulation, net.a, net.b.address(7));
            Link there = net.network.link(net.a, net.b);
            net.network.at(ms(100), () -> there.change(p -> p.partitioned(true)));
            net.network.at(ms(200), () -> there.change(p -> p.partitioned(false)));
            for (int at : List.of(95, 150, 199, 201)) {
                net.network.at(ms(at), () -> client.send("sent at " + at));
            }
            net.simulation.runUntilIdle();
            assertThat(server.texts).containsExactly("sent at 95", "sent at 201");
            assertThat(there.count(Fate.PARTITIONED)).isEqualTo(2);
        }
    }

    @Test
    void stalledHostRunsNothingWhileDatagramsPileUp() {
        try (TwoHosts net = new TwoHosts()) {
            UdpUser server = UdpUser.bind(net.simulation, net.b, net.b.address(7));
            UdpUser client = UdpUser.connect(net.simulation, net.a, net.b.address(7));
            List<Long> ticks = new ArrayList<>();
            net.b.eventLoop().schedule(() -> ticks.add(net.network.nowNanos()), 20, TimeUnit.MILLISECONDS);
            net.b.stall(ms(300));
            for (int i = 0; i < 5; i++) {
                client.send("x" + i);
            }
            net.simulation.advance(ms(299));
            assertThat(server.texts).isEmpty();
            assertThat(ticks).isEmpty();
            assertThat(net.network.count(Fate.DELIVERED)).isEqualTo(5);
            net.simulation.advance(ms(1));
            assertThat(server.texts).hasSize(5);
            assertThat(server.batches).containsExactly(5);
            assertThat(ticks).containsExactly(ms(300).toNanos());
        }
    }

    @Test
    void rulesDropAndDelayTheNth() {
        try (TwoHosts net = new TwoHosts()) {
            UdpUser server = UdpUser.bind(net.simulation, net.b, net.b.address(7));
            UdpUser client = UdpUser.connect(net.simulation, net.a, net.b.address(7));
            net.network.addRule(DatagramRule.dropNth(2, d -> d.length() == 1));
            net.network.addRule(DatagramRule.delayNth(1, ms(5), d -> d.unsignedByte(0) == 'c'));
            for (String text : List.of("a", "long", "b", "c", "d")) {
                client.send(text);
            }
            net.simulation.runUntilIdle();
            assertThat(server.texts).containsExactly("a", "long", "d", "c");
            assertThat(net.network.count(Fate.DROPPED_BY_RULE)).isEqualTo(1);
        }
    }

    @Test
    void scriptedPeerTalksToAChannel() {
        try (TwoHosts net = new TwoHosts()) {
            UdpUser server =
                    UdpUser.bind(net.simulation, net.b, net.b.address(7)).echoing();
            RawPeer peer = net.a.newRawPeer(1000);
            peer.send(net.b.address(7), "raw".getBytes(StandardCharsets.UTF_8));
            InetSocketAddress stranger = new InetSocketAddress("192.0.2.9", 5);
            net.network.inject(stranger, net.b.address(7), "spoofed".getBytes(StandardCharsets.UTF_8));
            net.simulation.runUntilIdle();
            assertThat(server.texts).containsExactlyInAnyOrder("raw", "spoofed");
            assertThat(peer.received()).hasSize(1);
            assertThat(peer.received().remove().payload().toString(StandardCharsets.UTF_8))
                    .isEqualTo("raw");
            assertThat(net.network.count(Fate.NO_ROUTE)).isEqualTo(1);
        }
    }

    @Test
    void closeReleasesWhatIsHeldBackAndInFlight() {
        ByteBuf held = UdpUser.text("held back");
        ByteBuf inFlight = UdpUser.text("in flight");
        ChannelFuture promise;
        UdpUser client;
        TwoHosts net = new TwoHosts();
        try (net) {
            net.network.countBuffers();
            UdpUser.bind(net.simulation, net.b, net.b.address(7));
            client = UdpUser.connect(net.simulation, net.a, net.b.address(7));
            client.channel.writeAndFlush(inFlight);
            assertThat(inFlight.refCnt()).isZero();
            net.a.sendDelay(new SendDelay(1, ms(50), ms(50)));
            promise = client.channel.writeAndFlush(held);
            assertThat(held.refCnt()).isOne();
            assertThat(promise.isDone()).isFalse();
        }
        assertThat(held.refCnt()).isZero();
        assertThat(promise.isDone()).isTrue();
        assertThat(promise.isSuccess()).isFalse();
        assertThat(client.channel.isOpen()).isFalse();
        assertThat(net.network.count(Fate.IN_FLIGHT_AT_CLOSE)).isEqualTo(1);
        assertThat(net.network.bytesInUse()).isZero();
    }

    @Test
    void loopbackNeedsNoLink() {
        try (TwoHosts net = new TwoHosts()) {
            InetSocketAddress loopback = new InetSocketAddress("127.0.0.1", 7);
            UdpUser.bind(net.simulation, net.a, loopback).echoing();
            UdpUser client = UdpUser.connect(net.simulation, net.a, loopback);
            assertThat(client.channel.localAddress().getHostString()).isEqualTo("127.0.0.1");
            client.send("me");
            net.simulation.runUntilIdle();
            assertThat(client.texts).containsExactly("me");
        }
    }
}
