// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.tou.endpoint.Shard;
import dev.tou.simulation.DatagramRule;
import dev.tou.simulation.SendDelay;
import dev.tou.simulation.SimHost;
import dev.tou.simulation.SimulatedNetwork;
import dev.tou.simulation.Simulation;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** UDP sockets as io_uring has them: a connect is done later, a send is under way for a while, and closing cancels it. */
class SlowSocketsTest {

    /** A listener, and a client whose UDP sockets take 3 ms to connect. */
    private static SimPair slowPair(int socketsPerRemote) {
        SimPair pair = new SimPair();
        pair.listen();
        pair.clientHost.connectDelay(SimPair.ms(3));
        pair.clients.transport().channelsPerRemote(socketsPerRemote);
        return pair;
    }

    /** The futures of connects that were all called before a socket was connected. */
    private static List<ChannelFuture> connectAtOnce(SimPair pair, int connections) {
        List<ChannelFuture> connects = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            connects.add(pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT)));
        }
        return connects;
    }

    private static SocketChannel boundAndAccepted(SimPair pair) {
        ChannelFuture connect = pair.client(new Recorder())
                .connect(pair.serverHost.address(SimPair.PORT), pair.clientHost.address(5555));
        SocketChannel client = (SocketChannel) pair.simulation.await(connect).channel();
        pair.child();
        return client;
    }

    private static TouSocketChannel channel(ChannelFuture connect) {
        assertThat(connect.cause()).isNull();
        return (TouSocketChannel) connect.channel();
    }

    @ParameterizedTest
    @CsvSource({"1, 30", "16, 16", "16, 40", "3, 2"})
    void connectsAtTheSameTimeShareWhatIsBeingConnected(int sockets, int connections) {
        try (SimPair pair = slowPair(sockets)) {
            List<ChannelFuture> connects = connectAtOnce(pair, connections);
            pair.simulation.advance(SimPair.seconds(1));
            Set<Shard> used = new HashSet<>();
            Set<InetSocketAddress> names = new HashSet<>();
            for (ChannelFuture connect : connects) {
                used.add(channel(connect).shard());
                assertThat(names.add(channel(connect).localAddress())).isTrue();
                connect.channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(names.size())));
            }
            assertThat(used).hasSize(Math.min(sockets, connections));
            // Evenly.
            int fewest = connections / used.size();
            assertThat(used)
                    .allSatisfy(shard -> assertThat(shard.connections().size()).isBetween(fewest, fewest + 1));
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.accepted.stream().map(Recorder::receivedBytes))
                    .containsExactlyInAnyOrderElementsOf(java.util.stream.IntStream.rangeClosed(1, connections)
                            .boxed()
                            .toList());
            connects.forEach(connect -> connect.channel().close());
            pair.expectNothingLeft();
        }
    }

    @Test
    void whoGivesUpTakesNothingFromTheOthers() {
        try (SimPair pair = slowPair(1)) {
            List<ChannelFuture> connects = connectAtOnce(pair, 3);
            pair.simulation.advance(SimPair.ms(1));
            connects.get(0).channel().close();
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(connects.get(0).cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(channel(connects.get(1)).isActive()).isTrue();
            assertThat(channel(connects.get(2)).isActive()).isTrue();
            connects.forEach(connect -> connect.channel().close());
            pair.expectNothingLeft();
        }
    }

    @Test
    void whenAllGiveUpTheSocketIsIdle() {
        try (SimPair pair = slowPair(1)) {
            List<ChannelFuture> connects = connectAtOnce(pair, 2);
            pair.simulation.advance(SimPair.ms(1));
            connects.forEach(connect -> connect.channel().close());
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.clients.resources().shards()).hasSize(1);
            pair.simulation.advance(SimPair.seconds(5));
            assertThat(pair.clients.resources().shards()).isEmpty();
        }
    }

    @Test
    void aConnectThatFailsLaterFailsAllThatWait() {
        try (SimulatedNetwork network = new SimulatedNetwork(1)) {
            SimHost host = network.addHost("host", "10.0.0.1").connectDelay(SimPair.ms(3));
            Simulation simulation = new Simulation(network);
            SimChannels channels = new SimChannels(host, 1, true);
            channels.transport().channelsPerRemote(1);
            InetSocketAddress nowhere = new InetSocketAddress("2001:db8::2", 7);
            List<ChannelFuture> connects = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                connects.add(channels.client().handler(new Recorder()).connect(nowhere));
            }
            simulation.advance(SimPair.ms(2));
            assertThat(connects).noneMatch(Future::isDone);
            simulation.advance(SimPair.ms(2));
            assertThat(connects).allSatisfy(connect -> {
                assertThat(connect.cause()).hasMessageContaining("Network is unreachable");
                assertThat(connect.channel().isOpen()).isFalse();
            });
            assertThat(channels.resources().shards()).isEmpty();
        }
    }

    @Test
    void boundFirstAndConnectedLater() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            pair.clientHost.connectDelay(SimPair.ms(3));
            ChannelFuture connect = pair.client(new Recorder())
                    .connect(pair.serverHost.address(SimPair.PORT), pair.clientHost.address(5555));
            pair.simulation.await(connect);
            assertThat(channel(connect).localAddress()).isEqualTo(pair.clientHost.address(5555));
            pair.simulation.await(connect.channel().close());
            pair.expectNothingLeft();
        }
    }

    /** RFC 9293 section 3.8.3: what does not even leave is given up like what is not acknowledged, and not sooner. */
    @Test
    void aSocketThatSendsNoMoreEndsItsConnection() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            pair.child();
            pair.clientHost.sendDelay(new SendDelay(1, SimPair.seconds(36_000), SimPair.seconds(36_000)));
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100)));
            pair.simulation.advance(SimPair.seconds(180));
            assertThat(client.isActive()).isTrue();
            pair.simulation.advance(SimPair.seconds(900));
            assertThat(client.isActive()).isFalse();
            assertThat(recorder.failures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure).hasMessageContaining("timed out"));
        }
    }

    /** However long it has waited for the socket: the peer's time begins when it leaves. */
    @Test
    void whatHasWaitedForTheSocketIsRepeatedSoon() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            Recorder child = pair.child();
            pair.clientHost.sendDelay(new SendDelay(1, SimPair.seconds(30), SimPair.seconds(30)));
            pair.network.addRule(DatagramRule.dropNth(1, datagram -> datagram.length() > 100));
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100)));
            pair.simulation.advance(SimPair.seconds(1));
            pair.clientHost.sendDelay(SendDelay.NONE);
            pair.simulation.advance(SimPair.ms(29_900));
            assertThat(child.receivedBytes()).isEqualTo(100);
        }
    }

    /** The last segment of a connection is still in the socket's way when nothing else keeps the socket. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 700})
    void theLastSegmentLeavesBeforeItsSocketCloses(int millis) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = boundAndAccepted(pair);
            pair.clientHost.sendDelay(new SendDelay(1, SimPair.ms(millis), SimPair.ms(millis)));
            client.config().setSoLinger(0);
            client.close();
            pair.simulation.advance(SimPair.ms(millis + 50));
            assertThat(pair.accepted.get(0).failures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure).hasMessageStartingWith("Connection reset by peer"));
            pair.expectNothingLeft();
        }
    }

    @Test
    void aSocketThatSendsNoMoreIsClosedAfterASecond() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = boundAndAccepted(pair);
            pair.clientHost.sendDelay(new SendDelay(1, SimPair.seconds(3600), SimPair.seconds(3600)));
            client.config().setSoLinger(0);
            client.close();
            pair.simulation.advance(SimPair.ms(950));
            assertThat(pair.clients.resources().shards()).hasSize(1);
            pair.simulation.advance(SimPair.ms(100));
            assertThat(pair.clients.resources().shards()).isEmpty();
        }
    }

    @Test
    void graceWaitsUntilTheResetsHaveLeft() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            pair.clientHost.connectDelay(SimPair.ms(3));
            SocketChannel client = pair.connect(new Recorder());
            Recorder child = pair.child();
            child.channel().config().setAutoRead(false);
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(5_000_000)));
            pair.simulation.advance(SimPair.seconds(1));
            pair.clientHost.sendDelay(new SendDelay(1, SimPair.ms(20), SimPair.ms(20)));
            Future<Void> grace = TouTransport.closeGracefully(pair.clientHost.eventLoop(), 100, TimeUnit.MILLISECONDS);
            pair.simulation.await(grace);
            // As when the loop ends now.
            List.copyOf(pair.clients.resources().shards())
                    .forEach(shard -> shard.udp().close());
            pair.simulation.advance(SimPair.ms(15));
            child.channel().config().setAutoRead(true);
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(child.failures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure).hasMessageStartingWith("Connection reset by peer"));
        }
    }
}
