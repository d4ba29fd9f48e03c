// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.tou.OwnPorts;
import dev.tou.endpoint.Shard;
import dev.tou.simulation.Datagram;
import dev.tou.simulation.RawPeer;
import dev.tou.telemetry.DropReason;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Many TCP ports behind one UDP port, as FreeBSD has them behind {@code net.inet.tcp.udp_tunneling_port}. */
class TunnelPortTest {

    private static final int TUNNEL = 9811;
    private static final int WEB = 80;
    private static final int SECURE = 443;
    private static final int SYN = 2;
    private static final int SYN_ACK = 18;

    private static ServerBootstrap server(SimPair pair) {
        return pair.server().option(TouChannelOption.UDP_ENCAPS_PORT, TUNNEL);
    }

    private static Channel listen(SimPair pair, int tcpPort) {
        return pair.simulation
                .await(server(pair).bind(pair.serverHost.address(tcpPort)))
                .channel();
    }

    private static ChannelFuture connecting(SimPair pair, Recorder recorder, int tcpPort) {
        Bootstrap client = pair.client(recorder).option(TouChannelOption.UDP_ENCAPS_PORT, TUNNEL);
        return client.connect(pair.serverHost.address(tcpPort));
    }

    private static SocketChannel connect(SimPair pair, int tcpPort) {
        ChannelFuture connect = connecting(pair, new Recorder(), tcpPort);
        return (SocketChannel) pair.simulation.await(connect).channel();
    }

    @Test
    void manyTcpPortsAreBehindOneUdpPort() {
        try (SimPair pair = new SimPair()) {
            List<SocketChannel> children = new ArrayList<>();
            Channel web = listen(pair, WEB);
            Channel secure = listen(pair, SECURE);
            assertThat(web.localAddress()).isEqualTo(pair.serverHost.address(WEB));
            assertThat(secure.localAddress()).isEqualTo(pair.serverHost.address(SECURE));
            assertThat(pair.servers.resources().shards())
                    .singleElement()
                    .extracting(Shard::localAddress)
                    .isEqualTo(pair.serverHost.address(TUNNEL));
            for (int port : new int[] {WEB, SECURE, WEB}) {
                SocketChannel client = connect(pair, port);
                children.add(client);
                assertThat(client.remoteAddress()).isEqualTo(pair.serverHost.address(port));
                assertThat(((TouSocketChannel) client).shard().peer()).isEqualTo(pair.serverHost.address(TUNNEL));
                pair.simulation.await(client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(port))));
            }
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.accepted).hasSize(3);
            for (int i = 0; i < 3; i++) {
                Recorder child = pair.accepted.get(i);
                assertThat(child.channel().localAddress())
                        .isEqualTo(children.get(i).remoteAddress());
                assertThat(child.channel().remoteAddress())
                        .isEqualTo(children.get(i).localAddress());
                assertThat(child.received())
                        .isEqualTo(Sockets.bytes(children.get(i).remoteAddress().getPort()));
            }
            children.forEach(Channel::close);
            pair.simulation.await(web.close());
            pair.simulation.await(secure.close());
            pair.expectNothingLeft();
            assertThat(pair.servers.resources().shards()).isEmpty();
        }
    }

    @Test
    void aTcpPortWithoutListenerRefuses() {
        try (SimPair pair = new SimPair()) {
            listen(pair, WEB);
            ChannelFuture connect = connecting(pair, new Recorder(), SECURE);
            pair.simulation.expect("failure", connect::isDone, SimPair.seconds(1));
            assertThat(connect.cause())
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("Connection refused")
                    .hasMessageContaining(":" + SECURE);
        }
    }

    @Test
    void aTcpPortCanBeBoundOnceBehindATunnel() {
        try (SimPair pair = new SimPair()) {
            listen(pair, WEB);
            ChannelFuture again = server(pair).bind(pair.serverHost.address(WEB));
            pair.simulation.expect("failure", again::isDone, SimPair.seconds(1));
            assertThat(again.cause())
                    .isInstanceOf(BindException.class)
                    .hasMessage("Address already in use: " + pair.serverHost.address(WEB));
            // Without the tunnel it is another UDP port.
            pair.simulation.await(pair.server().bind(pair.serverHost.address(WEB)));
            assertThat(pair.servers.resources().shards()).hasSize(2);
            connect(pair, WEB);
        }
    }

    @Test
    void aListenerThatClosesLeavesTheOthers() {
        try (SimPair pair = new SimPair()) {
            Channel web = listen(pair, WEB);
            listen(pair, SECURE);
            SocketChannel old = connect(pair, WEB);
            pair.simulation.advance(SimPair.ms(50));
            pair.simulation.await(web.close());
            connect(pair, SECURE);
            ChannelFuture refused = connecting(pair, new Recorder(), WEB);
            pair.simulation.expect("failure", refused::isDone, SimPair.seconds(1));
            assertThat(refused.cause()).isInstanceOf(ConnectException.class);
            assertThat(old.isActive()).isTrue();
            listen(pair, WEB);
            connect(pair, WEB);
        }
    }

    @Test
    void anyTcpPortIsAFreeOne() {
        try (SimPair pair = new SimPair()) {
            Set<Integer> ports = new HashSet<>();
            for (int i = 0; i < 5; i++) {
                ports.add(((InetSocketAddress) listen(pair, 0).localAddress()).getPort());
            }
            assertThat(ports).hasSize(5).doesNotContain(0);
            ports.forEach(port -> connect(pair, port));
        }
    }

    /** With SO_REUSEPORT every event loop has a UDP channel, and every TCP port is on the one of its loop. */
    @Test
    void aSharedUdpPortIsOneForEachLoop() {
        try (SimPair pair = new SimPair()) {
            for (int port : new int[] {WEB, SECURE}) {
                pair.simulation.await(server(pair)
                        .option(UnixChannelOption.SO_REUSEPORT, true)
                        .bind(pair.serverHost.address(port)));
            }
            assertThat(pair.servers.resources().shards()).hasSize(1);
            connect(pair, WEB);
            connect(pair, SECURE);
        }
    }

    /** FreeBSD sends all its connections from one UDP port, whatever their TCP ports are. */
    @Test
    void aPeerMayHaveOneUdpPortForAllItsConnections() {
        try (SimPair pair = new SimPair()) {
            listen(pair, SECURE);
            RawPeer peer = pair.clientHost.newRawPeer(TUNNEL);
            for (int port : new int[] {40_000, 40_001}) {
                peer.send(pair.serverHost.address(TUNNEL), syn(port, SECURE));
            }
            pair.simulation.advance(SimPair.ms(50));
            for (int port : new int[] {40_000, 40_001}) {
                Datagram answer = peer.received().remove();
                assertThat(answer.source()).isEqualTo(pair.serverHost.address(TUNNEL));
                assertThat(answer.payload().getUnsignedShort(0)).isEqualTo(SECURE);
                assertThat(answer.payload().getUnsignedShort(2)).isEqualTo(port);
                assertThat(answer.payload().getUnsignedByte(13)).isEqualTo((short) SYN_ACK);
            }
        }
    }

    // RFC 9293: MUST-63. On any port; a tunnel is only where this test can send what it likes.
    @ParameterizedTest
    @ValueSource(strings = {"224.0.0.1", "255.255.255.255", "0.0.0.0"})
    void aSynFromWhereNoHostCanBeIsIgnored(String address) {
        try (SimPair pair = new SimPair()) {
            listen(pair, SECURE);
            Shard server = pair.servers.resources().shards().iterator().next();
            InetSocketAddress from = new InetSocketAddress(address, TUNNEL);
            for (int port : new int[] {SECURE, WEB}) {
                pair.network.inject(from, pair.serverHost.address(TUNNEL), syn(40_000, port));
            }
            pair.simulation.advance(SimPair.ms(50));
            assertThat(server.drops().of(DropReason.BAD_ADDRESS)).isEqualTo(2);
            assertThat(server.connections().size()).isZero();
        }
    }

    private static byte[] syn(int from, int to) {
        ByteBuffer segment = ByteBuffer.allocate(20);
        segment.putShort((short) from).putShort((short) to).putInt(1000).putInt(0);
        return segment.put((byte) 0x50).put((byte) SYN).putShort((short) 0xFFFF).array();
    }

    /** On real sockets, with listeners on two event loops behind the UDP port of the first. */
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void listenersOfSeveralLoopsShareATunnel(String io) throws Exception {
        try (Sockets sockets = new Sockets(io, 2)) {
            Channel first = sockets.server().bind("127.0.0.1", 0).sync().channel();
            int tunnel = ((InetSocketAddress) first.localAddress()).getPort();
            List<SocketChannel> clients = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Channel listener = sockets.server(sockets.newGroup(1), sockets.group)
                        .option(TouChannelOption.UDP_ENCAPS_PORT, tunnel)
                        .bind("127.0.0.1", 0)
                        .sync()
                        .channel();
                SocketChannel client = (SocketChannel) sockets.client(new Recorder())
                        .option(TouChannelOption.UDP_ENCAPS_PORT, tunnel)
                        .connect(listener.localAddress())
                        .sync()
                        .channel();
                clients.add(client);
                client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100))).sync();
                Recorder child = sockets.nextChild();
                child.awaitBytes(100);
                assertThat(child.channel().localAddress()).isEqualTo(client.remoteAddress());
                assertThat(client.remoteAddress()).isEqualTo(listener.localAddress());
                assertThat(client.remoteAddress().getPort()).isNotEqualTo(tunnel);
            }
            for (SocketChannel client : clients) {
                client.close().sync();
            }
        }
    }

    /** Each loop finds no UDP channel and would open one, or finds it and takes the TCP port that another takes too. */
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void listenersOfSeveralLoopsMayBeBoundAtOnce(String io) throws Exception {
        try (Sockets sockets = new Sockets(io, 4)) {
            int tunnel = OwnPorts.next();
            for (int round = 0; round < 50; round++) {
                List<ChannelFuture> binds = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    binds.add(sockets.server()
                            .option(TouChannelOption.UDP_ENCAPS_PORT, tunnel)
                            .bind("127.0.0.1", i % 2 == 0 ? 0 : 2000 + i));
                }
                Set<InetSocketAddress> addresses = new HashSet<>();
                for (ChannelFuture bind : binds) {
                    addresses.add((InetSocketAddress) Sockets.channel(bind).localAddress());
                }
                assertThat(addresses).hasSize(binds.size());
                for (ChannelFuture bind : binds) {
                    Sockets.done(bind.channel().close());
                }
            }
        }
    }

    /** A listener whose UDP channel, of another loop, is there for it alone: the listener that has opened it is closed. */
    private static Channel lastOfTwo(Sockets sockets, int tunnel, EventLoopGroup another) {
        Channel first = Sockets.channel(behind(tunnel, sockets.server()).bind("127.0.0.1", WEB));
        Channel second =
                Sockets.channel(behind(tunnel, sockets.server(another, another)).bind("127.0.0.1", SECURE));
        Sockets.done(first.close());
        return second;
    }

    /** The close of a listener is over when the port is free, on whichever loop that is. */
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void whoClosesOnAnotherLoopWaitsForThePort(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            EventLoopGroup another = sockets.newGroup(1);
            int tunnel = OwnPorts.next();
            Channel last = lastOfTwo(sockets, tunnel, another);
            ChannelFuture close;
            CountDownLatch busy = new CountDownLatch(1);
            try {
                sockets.group.submit(() -> busy.await(60, TimeUnit.SECONDS));
                close = last.close();
                Sockets.done(another.submit(() -> {}));
                assertThat(close.isDone()).isFalse();
            } finally {
                busy.countDown();
            }
            Sockets.done(close);
            Sockets.channel(behind(tunnel, sockets.server(another, another)).bind("127.0.0.1", WEB));
        }
    }

    /** A child runs on the UDP channel's loop, and may wait for the close of its parent: Netty sees no loop that waits for itself. */
    @Test
    void whoWaitsOnTheOtherLoopDoesNotWaitForItself() {
        try (Sockets sockets = new Sockets("nio", 1)) {
            Channel last = lastOfTwo(sockets, OwnPorts.next(), sockets.newGroup(1));
            Sockets.done(sockets.group.submit(() -> last.close().sync()));
            assertThat(last.isOpen()).isFalse();
        }
    }

    /** Whoever listens to the close is told by the loop, although it ends meanwhile. */
    @Test
    void aLoopThatEndsDoesNotWaitForThePort() {
        try (Sockets sockets = new Sockets("nio", 1)) {
            EventLoopGroup another = sockets.newGroup(1);
            Channel last = lastOfTwo(sockets, OwnPorts.next(), another);
            CompletableFuture<Boolean> told = new CompletableFuture<>();
            CountDownLatch busy = new CountDownLatch(1);
            try {
                sockets.group.submit(() -> busy.await(60, TimeUnit.SECONDS));
                last.close().addListener(closed -> told.complete(closed.isSuccess()));
                Sockets.done(another.submit(() -> {})); // It has begun to wait.
                another.shutdownGracefully(0, 5_000, TimeUnit.MILLISECONDS);
                Sockets.done(another.terminationFuture());
                assertThat(told).isCompletedWithValue(true);
            } finally {
                busy.countDown();
            }
        }
    }

    private static ServerBootstrap behind(int tunnel, ServerBootstrap server) {
        return server.option(TouChannelOption.UDP_ENCAPS_PORT, tunnel);
    }
}
