// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.File;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.tou.connection.ConnectionKey;
import dev.tou.endpoint.Shard;
import dev.tou.simulation.SimEventLoop;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The pool of a client's UDP sockets: one each for the first connections, shared by later ones, used again, closed when idle. */
class ClientSocketsTest {

    private static final int OWN_SOCKETS = 16;

    private static List<SocketChannel> connect(SimPair pair, int connections, List<Recorder> recorders) {
        List<SocketChannel> channels = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Recorder recorder = new Recorder();
            recorders.add(recorder);
            channels.add(pair.connect(recorder));
        }
        return channels;
    }

    private static Set<Shard> sockets(List<SocketChannel> channels) {
        Set<Shard> shards = new HashSet<>();
        channels.forEach(channel -> shards.add(((TouSocketChannel) channel).shard()));
        return shards;
    }

    @Test
    void firstHaveTheirOwnLaterShare() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            List<Recorder> recorders = new ArrayList<>();
            List<SocketChannel> first = connect(pair, OWN_SOCKETS, recorders);
            assertThat(sockets(first)).hasSize(OWN_SOCKETS);
            assertThat(first)
                    .allSatisfy(channel -> assertThat(channel.localAddress().getPort())
                            .isEqualTo(((TouSocketChannel) channel)
                                    .shard()
                                    .localAddress()
                                    .getPort()));
            List<SocketChannel> later = connect(pair, 3 * OWN_SOCKETS, recorders);
            List<SocketChannel> all = new ArrayList<>(first);
            all.addAll(later);
            assertThat(sockets(all)).hasSize(OWN_SOCKETS);
            // Evenly, and nobody has the name of another on the same socket.
            assertThat(sockets(all))
                    .allSatisfy(shard -> assertThat(shard.connections().size()).isEqualTo(4));
            Set<String> names = new HashSet<>();
            all.forEach(channel -> names.add(
                    ((TouSocketChannel) channel).shard().localAddress().getPort() + ":"
                            + channel.localAddress().getPort()));
            assertThat(names).hasSize(4 * OWN_SOCKETS);
        }
    }

    /** For peers that know a connection by its addresses and TCP ports, and do not look at the UDP ports. */
    @Test
    void noTwoHaveTheSameTcpPort() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            List<SocketChannel> all = connect(pair, 40 * OWN_SOCKETS, new ArrayList<>());
            Set<Integer> ports = new HashSet<>();
            all.forEach(channel -> ports.add(channel.localAddress().getPort()));
            assertThat(ports).hasSize(all.size());
        }
    }

    /** The event loops of a group do not know of each other's connections, so each has ports that no other has. */
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void noTwoOfAGroupHaveTheSameTcpPort(String io) {
        try (Sockets sockets = new Sockets(io, 4)) {
            EventLoopGroup boss = sockets.newGroup(1);
            Channel server =
                    Sockets.listen(sockets.server(boss, boss).option(ChannelOption.SO_BACKLOG, 1000), "127.0.0.1");
            List<ChannelFuture> connects = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                connects.add(sockets.client(new Recorder()).connect(server.localAddress()));
            }
            Set<Integer> ports = new HashSet<>();
            connects.forEach(connect -> ports.add(
                    ((SocketChannel) Sockets.channel(connect)).localAddress().getPort()));
            assertThat(ports).hasSize(1000);
        }
    }

    /** Nor do those of different groups. */
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void noTwoOfDifferentGroupsHaveTheSameTcpPort(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server().option(ChannelOption.SO_BACKLOG, 1000), "127.0.0.1");
            List<ChannelFuture> connects = new ArrayList<>();
            for (EventLoopGroup group : List.of(sockets.newGroup(1), sockets.newGroup(1))) {
                for (int i = 0; i < 300; i++) {
                    connects.add(new Bootstrap()
                            .group(group)
                            .channel(TouSocketChannel.class)
                            .handler(new Recorder())
                            .connect(server.localAddress()));
                }
            }
            Set<Integer> ports = new HashSet<>();
            connects.forEach(connect -> ports.add(
                    ((SocketChannel) Sockets.channel(connect)).localAddress().getPort()));
            assertThat(ports).hasSize(connects.size());
        }
    }

    @Test
    void connectionsThatShareDoNotMeet() {
        try (SimPair pair = new SimPair()) {
            pair.onAccept(recorder -> recorder.on("read", child -> {}));
            pair.listen();
            List<Recorder> recorders = new ArrayList<>();
            List<SocketChannel> channels = connect(pair, 5 * OWN_SOCKETS, recorders);
            for (int i = 0; i < channels.size(); i++) {
                channels.get(i).writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000 + i)));
            }
            pair.simulation.advance(SimPair.seconds(1));
            for (int i = 0; i < channels.size(); i++) {
                assertThat(pair.accepted.get(i).received()).isEqualTo(Sockets.bytes(1000 + i));
            }
            // Some end, in every way there is; the others do not notice.
            for (int i = 0; i < channels.size(); i += 2) {
                if (i % 4 == 0) {
                    channels.get(i).config().setSoLinger(0);
                }
                channels.get(i).close();
            }
            pair.simulation.advance(SimPair.seconds(10));
            for (int i = 1; i < channels.size(); i += 2) {
                channels.get(i).writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
            }
            pair.simulation.advance(SimPair.seconds(1));
            for (int i = 1; i < channels.size(); i += 2) {
                assertThat(pair.accepted.get(i).receivedBytes()).isEqualTo(1010 + i);
                assertThat(recorders.get(i).failures()).isEmpty();
                channels.get(i).close();
            }
            pair.expectNothingLeft();
        }
    }

    @Test
    void socketsAreUsedAgain() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Set<Shard> used = new HashSet<>();
            for (int i = 0; i < 50; i++) {
                SocketChannel client = pair.connect(new Recorder());
                used.add(((TouSocketChannel) client).shard());
                pair.simulation.await(client.close());
                pair.simulation.advance(SimPair.ms(100));
            }
            // One after the other, all in TIME-WAIT now, on the same socket, by fifty TCP ports.
            assertThat(used).hasSize(1);
            pair.expectNothingLeft();
        }
    }

    @Test
    void idleSocketsCloseAfterAWhile() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            // The server ends first, so there is no TIME-WAIT on this side.
            pair.child().channel().close();
            pair.simulation.expect("end", () -> !client.isOpen(), SimPair.seconds(1));
            pair.simulation.advance(SimPair.seconds(4));
            assertThat(pair.clients.resources().shards()).hasSize(1);
            // Used again, its time begins anew.
            SocketChannel second = pair.connect(new Recorder());
            second.config().setSoLinger(0);
            pair.simulation.await(second.close());
            pair.simulation.advance(SimPair.seconds(4));
            assertThat(pair.clients.resources().shards()).hasSize(1);
            pair.simulation.advance(SimPair.seconds(2));
            assertThat(pair.clients.resources().shards()).isEmpty();
            // And the next connection opens another.
            assertThat(pair.connect(new Recorder()).isActive()).isTrue();
        }
    }

    @Test
    void aSocketThatFallsIdleAgainAndAgainHasOneTimer() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SimEventLoop loop = pair.clientHost.eventLoop();
            for (int i = 0; i < 30; i++) {
                SocketChannel client = pair.connect(new Recorder());
                client.config().setSoLinger(0);
                pair.simulation.await(client.close());
                pair.simulation.advance(SimPair.ms(50));
            }
            assertThat(loop.timers(SimPair.seconds(5))).isEqualTo(1);
            // Five seconds after it was used last, not after it fell idle first.
            pair.simulation.advance(SimPair.ms(4900));
            assertThat(pair.clients.resources().shards()).hasSize(1);
            pair.simulation.advance(SimPair.ms(100));
            assertThat(pair.clients.resources().shards()).isEmpty();
        }
    }

    /** It closes a little later, once what it holds has left. */
    @Test
    void aSocketThatIsAboutToCloseIsNotUsedAgain() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            TouSocketChannel first = (TouSocketChannel) pair.connect(new Recorder());
            Shard closing = first.shard();
            first.config().setSoLinger(0);
            pair.simulation.await(first.close());
            closing.udp()
                    .write(new DatagramPacket(
                            Unpooled.wrappedBuffer(new byte[1]), pair.serverHost.address(SimPair.PORT)));
            closing.close();
            assertThat(closing.udp().isOpen()).isTrue();
            Recorder recorder = new Recorder();
            ChannelFuture connect = pair.client(recorder).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(connect.isSuccess()).isTrue();
            assertThat(((TouSocketChannel) connect.channel()).shard()).isNotSameAs(closing);
            assertThat(connect.channel().isActive()).isTrue();
        }
    }

    private static final int EVERY_PORT = 0x10000;

    /** As if so many connections had come and gone that every port of every socket is in TIME-WAIT. */
    private static void exhaustPorts(SimPair pair, boolean timestamps) {
        InetSocketAddress remote = pair.serverHost.address(SimPair.PORT);
        for (Shard shard : pair.clients.resources().shards()) {
            for (int port = 1024; port < EVERY_PORT; port++) {
                ConnectionKey key = ConnectionKey.of(remote, port, SimPair.PORT);
                long now = pair.clients.resources().nowNanos();
                if (timestamps) {
                    shard.timeWait().add(key, 1, 1_000_000, 5, 7, now);
                } else {
                    shard.timeWait().add(key, 1, 1_000_000, now);
                }
            }
        }
    }

    @Test
    void aPortInTimeWaitIsTakenOverWhenTimestampsProtectIt() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            List<Recorder> recorders = new ArrayList<>();
            Set<Shard> pool = sockets(connect(pair, OWN_SOCKETS, recorders));
            exhaustPorts(pair, true);
            Future<?> tooEarly = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.expect("failure", tooEarly::isDone, SimPair.seconds(1));
            assertThat(tooEarly.cause()).isInstanceOf(BindException.class).hasMessageContaining("no free TCP port");
            pair.simulation.advance(SimPair.seconds(1));

            TouSocketChannel client = (TouSocketChannel) pair.connect(new Recorder());

            assertThat(client.tcb().snd.iss() - 1_000_000)
                    .as("beyond the old connection")
                    .isEqualTo(65_537);
            assertThat(pool).contains(client.shard());
            Future<?> withoutTimestamps = pair.client(new Recorder())
                    .option(TouChannelOption.TIMESTAMPS, false)
                    .connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.expect("failure", withoutTimestamps::isDone, SimPair.seconds(1));
            assertThat(withoutTimestamps.cause()).isInstanceOf(BindException.class);
        }
    }

    @Test
    void aPortInTimeWaitWithoutTimestampsIsNotTakenOver() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            connect(pair, OWN_SOCKETS, new ArrayList<>());
            exhaustPorts(pair, false);
            pair.simulation.advance(SimPair.seconds(2));
            Future<?> connect = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.expect("failure", connect::isDone, SimPair.seconds(1));
            assertThat(connect.cause()).isInstanceOf(BindException.class);
        }
    }

    @Test
    void aPortInTimeWaitIsNotTakenOverWhenThatIsNotWanted() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            connect(pair, OWN_SOCKETS, new ArrayList<>());
            exhaustPorts(pair, true);
            pair.simulation.advance(SimPair.seconds(2));
            Future<?> connect = pair.client(new Recorder())
                    .option(TouChannelOption.TIME_WAIT_REUSE, false)
                    .connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.expect("failure", connect::isDone, SimPair.seconds(1));
            assertThat(connect.cause()).isInstanceOf(BindException.class);
        }
    }

    @Test
    void allEndTogetherThatBeganTogether() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            connect(pair, 1, new ArrayList<>()).forEach(SocketChannel::close);
            exhaustPorts(pair, true);
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.clientShard().timeWait().size()).isGreaterThan(60_000);
            pair.expectNothingLeft();
        }
    }

    @Test
    void portsInTimeWaitAreSpreadOverTheSockets() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            List<SocketChannel> channels = connect(pair, OWN_SOCKETS, new ArrayList<>());
            channels.forEach(SocketChannel::close);
            pair.simulation.advance(SimPair.seconds(1));
            Set<Shard> used = new HashSet<>();
            for (int i = 0; i < OWN_SOCKETS; i++) {
                SocketChannel client = pair.connect(new Recorder());
                used.add(((TouSocketChannel) client).shard());
                pair.simulation.await(client.close());
                pair.simulation.advance(SimPair.ms(100));
            }
            assertThat(used).hasSize(OWN_SOCKETS);
        }
    }

    @Test
    void chosenLocalAddressesAreNotShared() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel chosen = (SocketChannel) pair.simulation
                    .await(pair.client(new Recorder())
                            .connect(pair.serverHost.address(SimPair.PORT), pair.clientHost.address(5555)))
                    .channel();
            assertThat(chosen.localAddress().getPort()).isEqualTo(5555);
            List<SocketChannel> others = connect(pair, 2 * OWN_SOCKETS, new ArrayList<>());
            assertThat(sockets(others)).hasSize(OWN_SOCKETS).doesNotContain(((TouSocketChannel) chosen).shard());
            chosen.config().setSoLinger(0);
            pair.simulation.await(chosen.close());
            pair.simulation.advance(SimPair.ms(100));
            // Its reset has left before its socket closed.
            assertThat(pair.accepted.get(0).failures()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void aThousandConnectionsNeedFewDescriptors(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server().option(ChannelOption.SO_BACKLOG, 1000), "127.0.0.1");
            int before = descriptors();
            List<ChannelFuture> connects = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                connects.add(sockets.client(new Recorder()).connect(server.localAddress()));
            }
            connects.forEach(Sockets::channel);
            assertThat(descriptors() - before).isLessThan(OWN_SOCKETS + 50);
            connects.forEach(connect -> connect.channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(10))));
            for (int i = 0; i < 1000; i++) {
                sockets.nextChild().awaitBytes(10);
            }
            connects.forEach(connect -> connect.channel().close());
            connects.forEach(connect -> Sockets.done(connect.channel().closeFuture()));
        }
    }

    private static int descriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? 0 : open.length;
    }
}
