// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.BindException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

import dev.tou.OwnPorts;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Connecting on real sockets: what only a kernel can tell, errors and addresses. */
class ConnectTest {

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "nio, ::1", "epoll, 127.0.0.1", "epoll, ::1", "io_uring, 127.0.0.1", "io_uring, ::1"})
    void refusedByIcmp(String io, String address) throws Exception {
        try (Sockets sockets = new Sockets(io, 1)) {
            Recorder client = new Recorder();
            ChannelFuture connect;
            Throwable cause;
            InetSocketAddress nobody;
            try (DatagramSocket probe = new DatagramSocket(Sockets.any(address))) {
                nobody = (InetSocketAddress) probe.getLocalSocketAddress();
                probe.connect(nobody); // so that nobody else gets the port, and what others send is for nobody
                connect = sockets.client(client).connect(nobody);
                cause = Sockets.failure(connect);
            }
            assertThat(cause).isInstanceOf(ConnectException.class).hasMessageStartingWith("Connection refused: ");
            assertThat(cause).hasMessageContaining(String.valueOf(nobody.getPort()));
            Sockets.done(connect.channel().closeFuture());
            client.await("unregistered");
            assertThat(client.events()).containsExactly("registered", "unregistered");
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "nio, ::1", "epoll, 127.0.0.1", "epoll, ::1", "io_uring, 127.0.0.1", "io_uring, ::1"})
    void refusedByResetWhereTheEndpointLives(String io, String address) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server(), address);
            SocketAddress known = server.localAddress();
            // A connection keeps the endpoint, and so the UDP port, after its listener has gone.
            Channel first = Sockets.channel(sockets.client(new Recorder()).connect(known));
            sockets.nextChild();
            Sockets.done(server.close());
            assertThat(Sockets.failure(sockets.client(new Recorder()).connect(known)))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageStartingWith("Connection refused: ");
            Sockets.done(first.close());
        }
    }

    // RFC 9293: MUST-44.
    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "nio, ::1", "epoll, 127.0.0.1", "epoll, ::1", "io_uring, 127.0.0.1", "io_uring, ::1"})
    void addressesAreNullBeforeAndConcreteAfter(String io, String address) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server(), address);
            Recorder recorder = new Recorder();
            SocketChannel client =
                    (SocketChannel) Sockets.channel(sockets.client(recorder).register());
            assertThat(client.localAddress()).isNull();
            assertThat(client.remoteAddress()).isNull();
            assertThat(client.isActive()).isFalse();
            Sockets.done(client.connect(server.localAddress()));
            assertThat(client.remoteAddress()).isEqualTo(server.localAddress());
            assertThat(client.localAddress().getAddress().getHostAddress())
                    .isEqualTo(((InetSocketAddress) server.localAddress())
                            .getAddress()
                            .getHostAddress());
            assertThat(client.localAddress().getPort()).isPositive();
            recorder.await("active");
            client.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
            SocketChannel child = sockets.nextChild().awaitBytes(1).channel();
            assertThat(child.remoteAddress()).isEqualTo(client.localAddress());
            assertThat(child.localAddress()).isEqualTo(client.remoteAddress());
            assertThat(child.parent()).isSameAs(server);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nio, 0.0.0.0, 127.0.0.1",
        "nio, ::, ::1",
        "epoll, 0.0.0.0, 127.0.0.1",
        "epoll, ::, ::1",
        "io_uring, 0.0.0.0, 127.0.0.1",
        "io_uring, ::, ::1"
    })
    void aWildcardBecomesConcrete(String io, String wildcard, String address) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server(), address);
            Channel client = Sockets.channel(
                    sockets.client(new Recorder()).connect(server.localAddress(), Sockets.any(wildcard)));
            assertThat(((InetSocketAddress) client.localAddress()).getAddress())
                    .isEqualTo(((InetSocketAddress) server.localAddress()).getAddress());
            assertThat(sockets.nextChild().channel().remoteAddress()).isEqualTo(client.localAddress());
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "nio, ::1", "epoll, 127.0.0.1", "epoll, ::1", "io_uring, 127.0.0.1", "io_uring, ::1"})
    void bindsTheLocalAddressFirst(String io, String address) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server(), address);
            SocketChannel client = (SocketChannel)
                    Sockets.channel(sockets.client(new Recorder()).register());
            Sockets.done(client.bind(Sockets.any(address)));
            InetSocketAddress bound = client.localAddress();
            assertThat(bound.getPort()).isPositive();
            assertThat(client.isActive()).isFalse();
            Sockets.done(client.connect(server.localAddress()));
            assertThat(client.localAddress()).isEqualTo(bound);
            assertThat(sockets.nextChild().channel().remoteAddress()).isEqualTo(bound);
        }
    }

    // RFC 9293: MUST-43.
    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "nio, ::1", "epoll, 127.0.0.1", "epoll, ::1", "io_uring, 127.0.0.1", "io_uring, ::1"})
    void connectsFromTheLocalAddressThatItIsGiven(String io, String address) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server(), address);
            InetSocketAddress local = new InetSocketAddress(address, OwnPorts.next());
            Channel client = Sockets.channel(sockets.client(new Recorder()).connect(server.localAddress(), local));
            assertThat(client.localAddress()).isEqualTo(local);
            Sockets.done(client.close());
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "nio, ::1", "epoll, 127.0.0.1", "epoll, ::1", "io_uring, 127.0.0.1", "io_uring, ::1"})
    void localPortInUse(String io, String address) throws Exception {
        try (Sockets sockets = new Sockets(io, 1);
                DatagramSocket foreign = new DatagramSocket(Sockets.any(address))) {
            Channel server = Sockets.listen(sockets.server(), address);
            SocketAddress taken = foreign.getLocalSocketAddress();
            assertThat(Sockets.failure(sockets.client(new Recorder()).connect(server.localAddress(), taken)))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("Address already in use");
            assertThat(Sockets.failure(sockets.client(new Recorder()).bind(taken)))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("Address already in use");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void anyAddressMeansThisHost(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server(), "127.0.0.1");
            int port = ((InetSocketAddress) server.localAddress()).getPort();
            SocketChannel client = (SocketChannel)
                    Sockets.channel(sockets.client(new Recorder()).connect(new InetSocketAddress("0.0.0.0", port)));
            assertThat(client.remoteAddress()).isEqualTo(server.localAddress());
        }
    }
}
