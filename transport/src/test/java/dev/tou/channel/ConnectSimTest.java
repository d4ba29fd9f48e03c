// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;

import dev.tou.simulation.LinkProfile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Connecting, on virtual time: how long it takes, and what an application may do meanwhile. */
class ConnectSimTest {

    private static Throwable failure(SimPair pair, ChannelFuture future) {
        pair.simulation.expect("failure", future::isDone, Duration.ofHours(1));
        return future.cause();
    }

    @Test
    void refusalTakesOneRoundTrip() {
        try (SimPair pair = new SimPair()) {
            Recorder client = new Recorder();
            ChannelFuture connect = pair.client(client).connect(pair.serverHost.address(SimPair.PORT));
            assertThat(failure(pair, connect))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageStartingWith("Connection refused: ");
            assertThat(pair.network.nowNanos()).isLessThan(SimPair.ms(30).toNanos());
            pair.simulation.advance(SimPair.ms(1));
            assertThat(client.events()).containsExactly("registered", "unregistered");
            assertThat(connect.channel().isOpen()).isFalse();
            pair.expectNothingLeft();
        }
    }

    @Test
    void timesOut() {
        try (SimPair pair = new SimPair(LinkProfile.IDEAL.partitioned(true))) {
            Recorder client = new Recorder();
            SocketAddress nowhere = pair.serverHost.address(SimPair.PORT);
            ChannelFuture connect = pair.client(client)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 2500)
                    .connect(nowhere);
            assertThat(failure(pair, connect))
                    .isInstanceOf(ConnectTimeoutException.class)
                    .hasMessage("connection timed out after 2500 ms: " + nowhere);
            assertThat(pair.network.nowNanos()).isEqualTo(SimPair.ms(2500).toNanos());
            pair.simulation.advance(SimPair.ms(1));
            assertThat(client.events()).containsExactly("registered", "unregistered");
            pair.expectNothingLeft();
        }
    }

    @Test
    void givesUpAfterItsSyns() {
        try (SimPair pair = new SimPair(LinkProfile.IDEAL.partitioned(true))) {
            ChannelFuture connect = pair.client(new Recorder())
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                    .option(TouChannelOption.SYN_RETRIES, 2)
                    .connect(pair.serverHost.address(SimPair.PORT));
            assertThat(failure(pair, connect))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("Connection timed out");
            pair.expectNothingLeft();
        }
    }

    @Test
    void canBeCancelled() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder client = new Recorder();
            ChannelFuture connect = pair.client(client).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.advance(SimPair.ms(5));
            assertThat(connect.cancel(false)).isTrue();
            pair.simulation.advance(SimPair.ms(1));
            assertThat(connect.channel().isOpen()).isFalse();
            assertThat(client.events()).containsExactly("registered", "unregistered");
            pair.simulation.advance(SimPair.seconds(1));
            // The SYN had left: the server hears a reset and nobody was accepted.
            assertThat(pair.accepted).isEmpty();
            pair.expectNothingLeft();
        }
    }

    @Test
    void secondConnectFailsAndChangesNothing() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketAddress server = pair.serverHost.address(SimPair.PORT);
            ChannelFuture connect = pair.client(new Recorder()).connect(server);
            pair.simulation.advance(SimPair.ms(5));
            Channel client = connect.channel();
            assertThat(failure(pair, client.connect(server))).isInstanceOf(ConnectionPendingException.class);
            pair.simulation.await(connect);
            assertThat(failure(pair, client.connect(server))).isInstanceOf(AlreadyConnectedException.class);
            assertThat(client.isActive()).isTrue();
        }
    }

    @Test
    void connectAfterCloseFails() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Channel client = pair.simulation
                    .await(pair.client(new Recorder()).register())
                    .channel();
            pair.simulation.await(client.close());
            assertThat(failure(pair, client.connect(pair.serverHost.address(SimPair.PORT))))
                    .isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void closeFailsTheConnect() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            ChannelFuture connect = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.advance(SimPair.ms(5));
            connect.channel().close();
            assertThat(failure(pair, connect)).isInstanceOf(ClosedChannelException.class);
            pair.expectNothingLeft();
        }
    }

    @Test
    void addressesThatCannotBe() {
        try (SimPair pair = new SimPair()) {
            Channel client = pair.simulation
                    .await(pair.client(new Recorder()).register())
                    .channel();
            assertThat(failure(pair, client.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 7))))
                    .isInstanceOf(UnresolvedAddressException.class);
            Channel other = pair.simulation
                    .await(pair.client(new Recorder()).register())
                    .channel();
            assertThat(failure(pair, other.connect(new LocalAddress("nowhere"))))
                    .isInstanceOf(UnsupportedAddressTypeException.class);
            Channel server = pair.simulation.await(pair.server().register()).channel();
            assertThat(failure(pair, server.bind(InetSocketAddress.createUnresolved("nowhere.invalid", 7))))
                    .isInstanceOf(UnresolvedAddressException.class);
            assertThat(failure(pair, server.bind(new LocalAddress("nowhere"))))
                    .isInstanceOf(UnsupportedAddressTypeException.class);
            pair.expectNothingLeft();
        }
    }

    // RFC 9293: MUST-46.
    @ParameterizedTest
    @ValueSource(strings = {"224.0.0.1", "239.1.2.3", "255.255.255.255", "ff02::1"})
    void manyHostsAreNoAddress(String address) {
        try (SimPair pair = new SimPair()) {
            ChannelFuture connect = pair.client(new Recorder()).connect(new InetSocketAddress(address, 7));
            assertThat(failure(pair, connect))
                    .isInstanceOf(NoRouteToHostException.class)
                    .hasMessageContaining("Network is unreachable");
            assertThat(pair.clients.resources().shards()).isEmpty();
        }
    }

    @Test
    void writesBeforeConnect() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = (SocketChannel) pair.simulation
                    .await(pair.client(new Recorder()).register())
                    .channel();
            ByteBuf flushed = Unpooled.copiedBuffer(new byte[3]);
            assertThat(failure(pair, client.writeAndFlush(flushed))).isInstanceOf(NotYetConnectedException.class);
            assertThat(flushed.refCnt()).isZero();
            // Not flushed: it waits.
            ChannelFuture waiting = client.write(Unpooled.copiedBuffer(new byte[5]));
            assertThat(client.isInputShutdown()).isTrue();
            assertThat(client.isOutputShutdown()).isTrue();
            assertThat(failure(pair, client.shutdownOutput())).isInstanceOf(NotYetConnectedException.class);
            assertThat(waiting.isDone()).isTrue();

            SocketChannel second = (SocketChannel) pair.simulation
                    .await(pair.client(new Recorder()).register())
                    .channel();
            ChannelFuture kept = second.write(Unpooled.copiedBuffer(new byte[5]));
            pair.simulation.await(second.connect(pair.serverHost.address(SimPair.PORT)));
            second.flush();
            pair.simulation.await(kept);
            pair.simulation.expect("bytes", () -> pair.child().receivedBytes() == 5, SimPair.seconds(1));
            assertThat(second.isInputShutdown()).isFalse();
            assertThat(second.isOutputShutdown()).isFalse();
        }
    }

    // RFC 9293 section 3.5, figure 7, with both ends ours: each SYN finds the other's connection.
    @Test
    void bothEndsOpenAtTheSameTime() {
        try (SimPair pair = new SimPair()) {
            Recorder left = new Recorder();
            Recorder right = new Recorder();
            InetSocketAddress leftAddress = pair.clientHost.address(4001);
            InetSocketAddress rightAddress = pair.serverHost.address(4002);
            ChannelFuture first = pair.client(left).connect(rightAddress, leftAddress);
            ChannelFuture second = pair.servers.client().handler(right).connect(leftAddress, rightAddress);
            pair.simulation.advance(SimPair.ms(100));
            assertThat(first.isSuccess()).isTrue();
            assertThat(second.isSuccess()).isTrue();
            first.channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(3000)));
            second.channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(5000)));
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(right.received()).isEqualTo(Sockets.bytes(3000));
            assertThat(left.received()).isEqualTo(Sockets.bytes(5000));
            first.channel().close();
            second.channel().close();
            pair.expectNothingLeft();
        }
    }
}
