// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.tou.Ipv6Here;
import dev.tou.OwnPorts;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Servers on real sockets: ports, local addresses, event loops. */
class ListenTest {

    private static final int SIZE = 10_000;

    private static InetSocketAddress address(Channel channel) {
        return (InetSocketAddress) channel.localAddress();
    }

    /** Sends a little and a lot from the client to a child, and back. */
    private static SocketChannel exchange(Sockets sockets, InetSocketAddress to) {
        Recorder recorder = new Recorder();
        Channel client = Sockets.channel(sockets.client(recorder).connect(to));
        Sockets.done(client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(SIZE))));
        Recorder child = sockets.nextChild().awaitBytes(SIZE);
        assertThat(child.received()).isEqualTo(Sockets.bytes(SIZE));
        Sockets.done(child.channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(SIZE))));
        assertThat(recorder.awaitBytes(SIZE).received()).isEqualTo(Sockets.bytes(SIZE));
        assertThat(child.channel().localAddress()).isEqualTo(client.remoteAddress());
        if (to.getAddress().isLoopbackAddress()) {
            // A container engine's bridge translates addresses, even from this host to itself.
            assertThat(child.channel().remoteAddress()).isEqualTo(client.localAddress());
        }
        return (SocketChannel) client;
    }

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "nio, ::1", "epoll, 127.0.0.1", "epoll, ::1", "io_uring, 127.0.0.1", "io_uring, ::1"})
    void portOfATouListenerIsInUse(String io, String address) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server(), address);
            assertThat(address(server).getPort()).isPositive();
            assertThat(Sockets.failure(sockets.server().bind(server.localAddress())))
                    .isInstanceOf(BindException.class)
                    .hasMessageStartingWith("Address already in use");
            exchange(sockets, address(server));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nio, 127.0.0.1, 127.0.0.1",
        "nio, ::1, ::1",
        "epoll, 127.0.0.1, 127.0.0.1",
        "epoll, ::1, ::1",
        "nio, 0.0.0.0, 127.0.0.1",
        "epoll, ::, ::1",
        "io_uring, 127.0.0.1, 127.0.0.1",
        "io_uring, ::, ::1",
    })
    void portOfAForeignSocketIsInUse(String io, String address, String foreignAddress) throws Exception {
        try (Sockets sockets = new Sockets(io, 1);
                DatagramSocket foreign = new DatagramSocket(Sockets.any(foreignAddress))) {
            InetSocketAddress taken = new InetSocketAddress(address, foreign.getLocalPort());
            assertThat(Sockets.failure(sockets.server().bind(taken)))
                    .isInstanceOf(BindException.class)
                    .hasMessageStartingWith("Address already in use");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void addressOfAnotherHost(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            assertThat(Sockets.failure(sockets.server().bind(new InetSocketAddress("198.51.100.1", 0))))
                    .isInstanceOf(BindException.class)
                    .hasMessageStartingWith("Cannot assign requested address");
        }
    }

    // RFC 9293: MUST-42, MUST-45.
    @ParameterizedTest
    @CsvSource({"nio, 0.0.0.0", "nio, ::", "epoll, 0.0.0.0", "epoll, ::", "io_uring, 0.0.0.0", "io_uring, ::"})
    void wildcardReachesEveryLocalAddress(String io, String wildcard) throws Exception {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server(), wildcard);
            assertThat(address(server).getAddress().isAnyLocalAddress()).isTrue();
            List<InetAddress> locals = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(local -> !local.isLinkLocalAddress())
                    .toList();
            for (InetAddress local : locals) {
                InetSocketAddress target =
                        new InetSocketAddress(local, address(server).getPort());
                exchange(sockets, target).close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void foreignSocketCannotTakeThePortOfAWildcard(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server(), "0.0.0.0");
            InetSocketAddress concrete =
                    new InetSocketAddress("127.0.0.1", address(server).getPort());
            assertThat(Sockets.failure(sockets.server().bind(concrete))).isInstanceOf(BindException.class);
            exchange(sockets, concrete);
        }
    }

    // RFC 9293: MUST-41.
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void severalListeners(String io) {
        Ipv6Here.orElseSkip("::1");
        try (Sockets sockets = new Sockets(io, 2)) {
            int port = OwnPorts.next();
            Channel first = Sockets.channel(sockets.server().bind(new InetSocketAddress("127.0.0.1", port)));
            Channel second = Sockets.listen(sockets.server(), "127.0.0.1");
            Channel third = Sockets.channel(sockets.server().bind(new InetSocketAddress("::1", port)));
            exchange(sockets, address(first));
            exchange(sockets, address(second));
            Sockets.done(first.close());
            exchange(sockets, address(second));
            exchange(sockets, address(third));
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "nio, 0.0.0.0", "epoll, ::1", "epoll, ::", "io_uring, ::1", "io_uring, 0.0.0.0"})
    void rebindsWhileAChildLivesOnTheSameAndOnAnotherLoop(String io, String address) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server(), address);
            InetSocketAddress bound = address(server);
            InetSocketAddress target = address.equals("0.0.0.0") || address.equals("::")
                    ? new InetSocketAddress("127.0.0.1", bound.getPort())
                    : bound;
            SocketChannel old = exchange(sockets, target);
            for (EventLoopGroup group : new EventLoopGroup[] {sockets.group, sockets.newGroup(1)}) {
                Sockets.done(server.close());
                ServerBootstrap again = sockets.server(group, sockets.group);
                server = Sockets.channel(again.bind(bound));
                exchange(sockets, target).close();
            }
            assertThat(old.isActive()).isTrue();
            // Closing the listener of the other loop goes to the endpoint's loop and back to nothing.
            Sockets.done(server.close());
            Sockets.done(old.close());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void childrenRunOnTheLoopOfTheirSegments(String io) {
        try (Sockets sockets = new Sockets(io, 2)) {
            EventLoopGroup boss = sockets.newGroup(3);
            EventLoopGroup workers = sockets.newGroup(4);
            Set<EventLoop> loops = new HashSet<>();
            List<Recorder> children = new ArrayList<>();
            Channel server = Sockets.channel(sockets.server(boss, workers).bind(Sockets.any("127.0.0.1")));
            for (int i = 0; i < 20; i++) {
                Recorder recorder = new Recorder();
                Channel client = Sockets.channel(sockets.client(recorder).connect(server.localAddress()));
                Sockets.done(client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(SIZE))));
                Recorder child = sockets.nextChild().awaitBytes(SIZE);
                loops.add(child.channel().eventLoop());
                children.add(child);
                // From this thread, which is no loop's.
                Sockets.done(child.channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(SIZE))));
                recorder.awaitBytes(SIZE);
                Sockets.done(client.close());
            }
            children.forEach(child -> child.await("unregistered"));
            assertThat(loops).containsExactly(server.eventLoop());
            assertThat(children).allSatisfy(child -> assertThat(child.threads()).hasSize(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void childrenAreBusyWhileTheServersHandlersRunElsewhere(String io) {
        try (Sockets sockets = new Sockets(io, 2)) {
            // A second loop shares the endpoint of the first: its accepts come from the other loop's segments.
            Channel first = Sockets.listen(sockets.server(sockets.newGroup(1), sockets.group), "127.0.0.1");
            InetSocketAddress bound = address(first);
            SocketChannel keeper = exchange(sockets, bound);
            Sockets.done(first.close());
            EventLoopGroup elsewhere = sockets.newGroup(1);
            Channel second = Sockets.channel(
                    sockets.server(elsewhere, sockets.newGroup(2)).bind(bound));
            List<Channel> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(exchange(sockets, bound));
            }
            assertThat(second.eventLoop()).isSameAs(elsewhere.next());
            clients.forEach(client -> Sockets.done(client.close()));
            Sockets.done(keeper.close());
            Sockets.done(second.close());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void listenerEndsWithTheLoopOfItsEndpoint(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            EventLoopGroup doomed = sockets.newGroup(1);
            InetSocketAddress bound = new InetSocketAddress("127.0.0.1", OwnPorts.next());
            Channel first = Sockets.channel(sockets.server(doomed, doomed).bind(bound));
            exchange(sockets, bound);
            Sockets.done(first.close());
            Channel second = Sockets.channel(sockets.server().bind(bound));
            // Not without quiet time: a loop that is between two looks would then end without closing its channels.
            doomed.shutdownGracefully(50, 5000, TimeUnit.MILLISECONDS);
            // Not a server that looks alive and hears nothing.
            Sockets.done(second.closeFuture());
            Sockets.done(doomed.terminationFuture());
            Channel third = Sockets.channel(sockets.server().bind(bound));
            exchange(sockets, address(third));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void bindsAndClosesAtOnce(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            InetSocketAddress bound = new InetSocketAddress("127.0.0.1", OwnPorts.next());
            for (int i = 0; i < 10; i++) {
                Channel server = Sockets.channel(sockets.server().bind(bound));
                Sockets.done(server.close());
                ServerBootstrap other = new ServerBootstrap()
                        .group(sockets.group)
                        .channel(TouServerSocketChannel.class)
                        .childHandler(new ChannelInitializer<SocketChannel>() {
                            @Override
                            protected void initChannel(SocketChannel ch) {}
                        });
                Sockets.done(Sockets.channel(other.bind(bound)).close());
            }
        }
    }
}
