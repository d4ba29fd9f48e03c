// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

import dev.tou.endpoint.Listener;
import dev.tou.simulation.DatagramRule;
import dev.tou.simulation.SimHost;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Servers on virtual time: the two queues of a listener, and what becomes of whoever waits in them. */
class ListenSimTest {

    private static List<ChannelFuture> connect(SimPair pair, int connections, List<Recorder> recorders) {
        List<ChannelFuture> connects = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Recorder recorder = new Recorder();
            recorders.add(recorder);
            connects.add(pair.client(recorder).connect(pair.serverHost.address(SimPair.PORT)));
        }
        return connects;
    }

    private static long succeeded(List<ChannelFuture> connects) {
        return connects.stream().filter(ChannelFuture::isSuccess).count();
    }

    @Test
    void withoutReadsHandshakesSucceedAndTextWaits() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen(pair.server().option(ChannelOption.AUTO_READ, false));
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            pair.simulation.await(client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(50_000))));
            pair.simulation.advance(SimPair.seconds(5));
            assertThat(pair.accepted).isEmpty();
            server.read();
            pair.simulation.expect("text", () -> pair.child().receivedBytes() == 50_000, SimPair.seconds(1));
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(50_000));
            // One read accepts once, as many as the allocator allows, which is one without auto-read.
            pair.connect(new Recorder());
            pair.connect(new Recorder());
            server.read();
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.accepted).hasSize(2);
            server.config().setAutoRead(true);
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.accepted).hasSize(3);
        }
    }

    @Test
    void closedBeforeAcceptIsStillAcceptedWithItsText() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen(pair.server().option(ChannelOption.AUTO_READ, false));
            SocketChannel client = pair.connect(new Recorder());
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(5_000)));
            client.close();
            pair.simulation.advance(SimPair.seconds(1));
            server.read();
            pair.simulation.expect("end", () -> pair.child().count("unregistered") == 1, SimPair.seconds(5));
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(5_000));
            assertThat(pair.child().failures()).isEmpty();
            pair.simulation.await(server.close());
            pair.expectNothingLeft();
        }
    }

    @Test
    void resetBeforeAcceptIsAcceptedAndFails() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen(pair.server().option(ChannelOption.AUTO_READ, false));
            SocketChannel client = pair.connect(new Recorder());
            client.config().setSoLinger(0);
            client.close();
            pair.simulation.advance(SimPair.seconds(1));
            server.read();
            pair.simulation.expect("end", () -> pair.child().count("unregistered") == 1, SimPair.seconds(5));
            assertThat(pair.child().failures()).hasSize(1);
            assertThat(pair.child().failures().get(0)).hasMessageStartingWith("Connection reset by peer");
            pair.simulation.await(server.close());
            pair.expectNothingLeft();
        }
    }

    @Test
    void backlogLimitsWhoWaits() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen(
                    pair.server().option(ChannelOption.AUTO_READ, false).option(ChannelOption.SO_BACKLOG, 3));
            List<Recorder> recorders = new ArrayList<>();
            List<ChannelFuture> connects = connect(pair, 3, recorders);
            pair.simulation.advance(SimPair.ms(500));
            assertThat(succeeded(connects)).isEqualTo(3);
            List<ChannelFuture> late = connect(pair, 4, recorders);
            pair.simulation.advance(SimPair.ms(500));
            assertThat(succeeded(late)).isZero();
            // Silence, not refusal: a place may become free.
            assertThat(late).noneMatch(ChannelFuture::isDone);
            server.config().setAutoRead(true);
            pair.simulation.advance(SimPair.seconds(5));
            assertThat(succeeded(late)).isEqualTo(4);
            assertThat(pair.accepted).hasSize(7);
        }
    }

    /** Five that have been kept back by a deferral have text now, and only two of them find room in the accept queue. */
    private static List<SocketChannel> fiveKeptBackForTwoPlaces(SimPair pair) {
        pair.listen(pair.server()
                .option(TouChannelOption.DEFER_ACCEPT, 5)
                .option(ChannelOption.SO_BACKLOG, 2)
                .option(ChannelOption.AUTO_READ, false));
        List<SocketChannel> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(pair.connect(new Recorder()));
        }
        for (int i = 0; i < 5; i++) {
            clients.get(i).writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100 + i)));
            pair.simulation.advance(SimPair.ms(20));
        }
        return clients;
    }

    private static Listener listenerOf(SimPair pair) {
        return pair.servers.resources().shards().iterator().next().listener(SimPair.PORT);
    }

    @Test
    void keptBackWhileTheAcceptQueueIsFull() {
        try (SimPair pair = new SimPair()) {
            List<SocketChannel> clients = fiveKeptBackForTwoPlaces(pair);
            // Beyond the deferral's time, too.
            pair.simulation.advance(SimPair.seconds(6));
            assertThat(listenerOf(pair).halfOpen()).isEqualTo(3);
            // One that ends takes no place any more, and is never seen.
            clients.get(3).config().setSoLinger(0);
            clients.get(3).close();
            pair.simulation.advance(SimPair.ms(100));
            assertThat(listenerOf(pair).halfOpen()).isEqualTo(2);
            pair.listener().config().setAutoRead(true);
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(listenerOf(pair).halfOpen()).isZero();
            assertThat(pair.accepted.stream().map(Recorder::receivedBytes)).containsExactly(100, 101, 102, 104);
            clients.forEach(SocketChannel::close);
            pair.simulation.await(pair.listener().close());
            pair.expectNothingLeft();
        }
    }

    @Test
    void whoIsKeptBackForWantOfRoomIsResetWhenTheListenerCloses() {
        try (SimPair pair = new SimPair()) {
            List<SocketChannel> clients = fiveKeptBackForTwoPlaces(pair);
            pair.simulation.await(pair.listener().close());
            pair.simulation.advance(SimPair.ms(100));
            assertThat(clients).noneMatch(Channel::isOpen);
            pair.expectNothingLeft();
        }
    }

    @Test
    void overflowMayReset() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server()
                    .option(ChannelOption.AUTO_READ, false)
                    .option(ChannelOption.SO_BACKLOG, 1)
                    .option(TouChannelOption.ABORT_ON_OVERFLOW, true));
            pair.connect(new Recorder());
            pair.simulation.advance(SimPair.ms(100));
            ChannelFuture second = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.expect("refusal", second::isDone, SimPair.seconds(1));
            assertThat(second.cause()).isInstanceOf(ConnectException.class);
        }
    }

    /** Only where an accepted connection goes on does a port outlive its listener. */
    @Test
    void thePortIsFreeAlthoughSomebodyWaited() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen(pair.server().option(ChannelOption.AUTO_READ, false));
            pair.connect(new Recorder());
            pair.simulation.advance(SimPair.seconds(1));
            List<Integer> left = new ArrayList<>();
            ChannelFuture close = server.close();
            close.addListener(
                    closed -> left.add(pair.servers.resources().shards().size()));
            pair.simulation.await(close);
            assertThat(left).containsExactly(0);
        }
    }

    @Test
    void whoWaitsIsResetWhenTheListenerCloses() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen(pair.server().option(ChannelOption.AUTO_READ, false));
            List<Recorder> recorders = new ArrayList<>();
            connect(pair, 3, recorders);
            pair.simulation.advance(SimPair.ms(100));
            pair.simulation.await(server.close());
            pair.simulation.advance(SimPair.ms(100));
            assertThat(recorders).allSatisfy(recorder -> {
                assertThat(recorder.failures()).hasSize(1);
                assertThat(recorder.failures().get(0))
                        .isInstanceOf(IOException.class)
                        .hasMessageStartingWith("Connection reset by peer");
                assertThat(recorder.outline()).endsWith("inactive", "unregistered");
            });
            pair.expectNothingLeft();
        }
    }

    @Test
    void handshakesUnderWayEndWithTheListener() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen();
            // The SYN-ACK is lost, so the server stays in SYN-RECEIVED.
            DatagramRule rule = pair.network.addRule(
                    DatagramRule.drop(datagram -> datagram.source().getPort() == SimPair.PORT));
            ChannelFuture connect = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.advance(SimPair.ms(100));
            pair.simulation.await(server.close());
            pair.network.removeRule(rule);
            assertThat(pair.servers.resources().memory().bytes()).isZero();
            // The next listener does not inherit it, nor its place in the queue.
            Channel next = pair.listen(pair.server().option(TouChannelOption.MAX_SYN_BACKLOG, 1));
            pair.simulation.await(connect);
            connect(pair, 1, new ArrayList<>());
            pair.simulation.expect("accepted", () -> pair.accepted.size() == 2, SimPair.seconds(5));
            pair.simulation.await(next.close());
        }
    }

    @Test
    void synBacklogLimitsHandshakes() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().option(TouChannelOption.MAX_SYN_BACKLOG, 2));
            DatagramRule rule = pair.network.addRule(
                    DatagramRule.drop(datagram -> datagram.source().getPort() == SimPair.PORT));
            List<ChannelFuture> connects = connect(pair, 6, new ArrayList<>());
            pair.simulation.advance(SimPair.ms(100));
            pair.network.removeRule(rule);
            pair.simulation.advance(SimPair.seconds(20));
            assertThat(succeeded(connects)).isEqualTo(6);
        }
    }

    private static Channel listenWithOthers(SimPair pair) {
        return pair.listen(pair.server().option(UnixChannelOption.SO_REUSEPORT, true));
    }

    /** The kernel deals clients to every socket of the group, and to one that drains, too. */
    @Test
    void aSharedPortIsTakenUpAgainWhileItDrains() {
        try (SimPair pair = new SimPair()) {
            Channel first = listenWithOthers(pair);
            pair.connect(new Recorder());
            Recorder survivor = pair.child();
            pair.simulation.await(first.close());
            Channel second = listenWithOthers(pair);
            assertThat(pair.servers.resources().shards()).hasSize(1);
            List<ChannelFuture> connects = connect(pair, 16, new ArrayList<>());
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(succeeded(connects)).isEqualTo(16);
            assertThat(survivor.channel().isActive()).isTrue();
            pair.simulation.await(second.close());
            survivor.channel().close();
            pair.accepted.forEach(child -> child.channel().close());
            pair.expectNothingLeft();
        }
    }

    @Test
    void aSharedPortThatHasAListenerGetsASecondSocket() {
        try (SimPair pair = new SimPair()) {
            Channel first = listenWithOthers(pair);
            Channel second = listenWithOthers(pair);
            assertThat(pair.servers.resources().shards()).hasSize(2);
            pair.simulation.await(first.close());
            pair.simulation.await(second.close());
            pair.expectNothingLeft();
        }
    }

    /** One address of a wildcard that drains: the new listener has it, old connections go on, TIME-WAIT is kept. */
    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void anAddressOfAWildcardThatDrainsCanBeBound(String wildcard) {
        try (SimPair pair = new SimPair()) {
            InetSocketAddress all = new InetSocketAddress(wildcard, SimPair.PORT);
            Channel first = pair.simulation.await(pair.server().bind(all)).channel();
            SocketChannel old = pair.connect(new Recorder());
            Recorder survivor = pair.child();
            SocketChannel waiting = pair.connect(new Recorder());
            pair.simulation.expect("accept", () -> pair.accepted.size() == 2, SimPair.seconds(1));
            pair.simulation.await(pair.accepted.get(1).channel().close());
            pair.simulation.expect("FIN", () -> !waiting.isOpen(), SimPair.seconds(1));
            pair.simulation.await(first.close());

            Channel second = pair.listen();
            assertThat(second.localAddress()).isEqualTo(pair.serverHost.address(SimPair.PORT));
            old.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000)));
            pair.connect(new Recorder());
            pair.simulation.expect("accept", () -> pair.accepted.size() == 3, SimPair.seconds(1));
            assertThat(survivor.receivedBytes()).isEqualTo(1000);
            assertThat(pair.servers.resources().shards().stream()
                            .mapToInt(shard -> shard.timeWait().size())
                            .sum())
                    .isEqualTo(1);
            // The wildcard's other sockets, on which nothing lives, have gone.
            assertThat(pair.servers.resources().shards()).hasSize(1);
            // An address that is not the new listener's is nobody's.
            ChannelFuture other = pair.client(new Recorder()).connect(new InetSocketAddress("10.0.0.3", SimPair.PORT));
            pair.simulation.expect("refused", other::isDone, SimPair.seconds(5));
            assertThat(other.cause()).isInstanceOf(ConnectException.class);
            pair.simulation.await(second.close());
            pair.accepted.forEach(child -> child.channel().close());
            pair.simulation.advance(SimPair.seconds(130));
            assertThat(pair.servers.resources().shards()).isEmpty();
        }
    }

    @Test
    void anAddressOfAWildcardThatIsUsedIsInUse() {
        try (SimPair pair = new SimPair()) {
            pair.simulation.await(pair.server().bind(new InetSocketAddress("0.0.0.0", SimPair.PORT)));
            ChannelFuture second = pair.server().bind(pair.serverHost.address(SimPair.PORT));
            pair.simulation.expect("failure", second::isDone, SimPair.seconds(1));
            assertThat(second.cause()).isInstanceOf(BindException.class);
        }
    }

    @Test
    void closeForciblyBeforeRegistrationResets() {
        try (SimPair pair = new SimPair()) {
            ServerBootstrap server = pair.servers
                    .server()
                    .handler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext ctx, Object msg) {
                            SocketChannel child = (SocketChannel) msg;
                            child.config().setSoLinger(0);
                            child.unsafe().closeForcibly();
                        }
                    })
                    .childHandler(new Recorder());
            pair.listen(server);
            Recorder recorder = new Recorder();
            pair.connect(recorder);
            pair.simulation.expect("reset", () -> !recorder.failures().isEmpty(), SimPair.seconds(1));
            assertThat(recorder.failures().get(0)).hasMessageStartingWith("Connection reset by peer");
        }
    }

    // RFC 9293: MUST-45.
    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void wildcardGivesConcreteLocalAddresses(String wildcard) {
        try (SimPair pair = new SimPair()) {
            pair.simulation.await(pair.server().bind(new InetSocketAddress(wildcard, SimPair.PORT)));
            for (InetAddress local : pair.serverHost.addresses()) {
                InetSocketAddress target = new InetSocketAddress(local, SimPair.PORT);
                Channel client = pair.simulation
                        .await(pair.client(new Recorder()).connect(target))
                        .channel();
                pair.simulation.advance(SimPair.ms(50));
                Recorder child = pair.accepted.get(pair.accepted.size() - 1);
                assertThat(child.channel().localAddress()).isEqualTo(target);
                assertThat(child.channel().remoteAddress()).isEqualTo(client.localAddress());
                assertThat(target.getAddress() instanceof Inet4Address)
                        .isEqualTo(child.channel().remoteAddress().getAddress() instanceof Inet4Address);
            }
            assertThat(pair.accepted).hasSize(3);
        }
    }

    @Test
    void manyHostsReachOneListener() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            for (int i = 0; i < 5; i++) {
                SimHost host = pair.network.addHost("more" + i, "10.0.1." + i);
                Channel client = pair.simulation
                        .await(new SimChannels(host, i, true)
                                .client()
                                .handler(new Recorder())
                                .connect(pair.serverHost.address(SimPair.PORT)))
                        .channel();
                client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(3000 + i)));
            }
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.accepted)
                    .hasSize(5)
                    .allSatisfy(child -> assertThat(child.received())
                            .isEqualTo(Sockets.bytes(child.receivedBytes()))
                            .hasSizeBetween(3000, 3004));
        }
    }
}
