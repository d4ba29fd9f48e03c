// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.tou.congestion.CongestionControllerFactory;
import dev.tou.congestion.NewReno;
import dev.tou.simulation.LinkProfile;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Every option, and what those do that can change while a connection lives. */
class OptionsTest {

    private static final CongestionControllerFactory FACTORY = NewReno::new;

    private static Map<ChannelOption<?>, Object> shared() {
        Map<ChannelOption<?>, Object> values = new LinkedHashMap<>();
        values.put(ChannelOption.SO_RCVBUF, 100_000);
        values.put(ChannelOption.AUTO_READ, false);
        values.put(ChannelOption.CONNECT_TIMEOUT_MILLIS, 1234);
        values.put(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(10, 20));
        values.put(TouChannelOption.PATH_MTU, 1400);
        values.put(TouChannelOption.CONGESTION_CONTROLLER, FACTORY);
        values.put(TouChannelOption.TIMESTAMPS, false);
        values.put(TouChannelOption.SACK, false);
        values.put(TouChannelOption.WINDOW_SCALING, false);
        values.put(TouChannelOption.SYN_RETRIES, 3);
        values.put(TouChannelOption.SYNACK_RETRIES, 4);
        values.put(TouChannelOption.RETRIES2, 7);
        values.put(TouChannelOption.USER_TIMEOUT, 30_000);
        values.put(TouChannelOption.KEEP_IDLE, 60);
        values.put(TouChannelOption.KEEP_INTERVAL, 5);
        values.put(TouChannelOption.KEEP_COUNT, 3);
        values.put(TouChannelOption.MSL, 15);
        values.put(TouChannelOption.DELAYED_ACK, 20);
        return values;
    }

    private static Map<ChannelOption<?>, Object> ofConnections() {
        Map<ChannelOption<?>, Object> values = shared();
        values.put(ChannelOption.SO_SNDBUF, 50_000);
        values.put(ChannelOption.TCP_NODELAY, false);
        values.put(ChannelOption.SO_KEEPALIVE, true);
        values.put(ChannelOption.SO_REUSEADDR, true);
        values.put(ChannelOption.SO_LINGER, 3);
        values.put(ChannelOption.IP_TOS, 0x10);
        values.put(ChannelOption.ALLOW_HALF_CLOSURE, true);
        values.put(ChannelOption.AUTO_CLOSE, false);
        return values;
    }

    private static Map<ChannelOption<?>, Object> ofServers() {
        Map<ChannelOption<?>, Object> values = shared();
        values.put(ChannelOption.SO_BACKLOG, 5);
        values.put(ChannelOption.SO_REUSEADDR, false);
        values.put(TouChannelOption.MAX_SYN_BACKLOG, 6);
        values.put(TouChannelOption.ABORT_ON_OVERFLOW, true);
        return values;
    }

    @SuppressWarnings("unchecked")
    private static void setAndCheck(Channel channel, Map<ChannelOption<?>, Object> values) {
        assertThat(channel.config().setOptions(values)).isTrue();
        values.forEach((option, value) -> {
            assertThat(channel.config().getOption((ChannelOption<Object>) option))
                    .as(option.name())
                    .isEqualTo(value);
            assertThat(channel.config().getOptions()).as(option.name()).containsEntry(option, value);
        });
    }

    @Test
    void settableBeforeRegistrationAndInEveryStateAfter() {
        setAndCheck(new TouSocketChannel(), ofConnections());
        setAndCheck(new TouServerSocketChannel(), ofServers());
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen();
            setAndCheck(server, ofServers());
            server.config().setAutoRead(true);
            SocketChannel client = (SocketChannel) pair.simulation
                    .await(pair.client(new Recorder()).register())
                    .channel();
            setAndCheck(client, ofConnections());
            pair.simulation.await(client.connect(pair.serverHost.address(SimPair.PORT)));
            setAndCheck(client, ofConnections());
            setAndCheck(pair.child().channel(), ofConnections());
            pair.simulation.await(client.close());
            setAndCheck(client, ofConnections());
        }
    }

    @Test
    void unknownAndWrong() {
        TouSocketChannel channel = new TouSocketChannel();
        assertThat(channel.config().setOption(ChannelOption.IP_MULTICAST_TTL, 3))
                .isFalse();
        assertThat(channel.config().setOption(EpollChannelOption.TCP_CORK, true))
                .isFalse();
        assertThat(channel.config().getOption(ChannelOption.IP_MULTICAST_TTL)).isNull();
        assertThat(channel.config().getOption(ChannelOption.SO_BACKLOG)).isNull();
        assertThat(new TouServerSocketChannel().config().setOption(ChannelOption.SO_LINGER, 3))
                .isFalse();
        assertThatThrownBy(() -> channel.config().setOption(TouChannelOption.MSL, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.config().setOption(TouChannelOption.PATH_MTU, 100))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.config().setOption(ChannelOption.SO_RCVBUF, -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.config().setOption(ChannelOption.SO_SNDBUF, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keepAliveByTheNamesOfOtherTransports() {
        TouSocketChannel channel = new TouSocketChannel();
        assertThat(channel.config().setOption(EpollChannelOption.TCP_KEEPIDLE, 11))
                .isTrue();
        assertThat(channel.config().setOption(EpollChannelOption.TCP_KEEPINTVL, 12))
                .isTrue();
        assertThat(channel.config().setOption(EpollChannelOption.TCP_KEEPCNT, 13))
                .isTrue();
        assertThat(channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, 14))
                .isTrue();
        assertThat(channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE)))
                .isEqualTo(11);
        assertThat(channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL)))
                .isEqualTo(12);
        assertThat(channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT)))
                .isEqualTo(13);
        assertThat(channel.config().getOption(TouChannelOption.USER_TIMEOUT)).isEqualTo(14);
    }

    private static ServerBootstrap keepingAlive(SimPair pair) {
        return pair.server()
                .option(TouChannelOption.KEEP_IDLE, 10)
                .option(TouChannelOption.KEEP_INTERVAL, 2)
                .option(TouChannelOption.KEEP_COUNT, 3)
                .childOption(ChannelOption.SO_KEEPALIVE, true);
    }

    @Test
    void keepAliveFindsOutThatThePeerIsGone() {
        try (SimPair pair = new SimPair()) {
            pair.listen(keepingAlive(pair));
            pair.connect(new Recorder());
            // Answered probes keep it alive.
            pair.simulation.advance(SimPair.seconds(100));
            assertThat(pair.child().outline()).containsExactly("registered", "active");
            LinkProfile cut = LinkProfile.IDEAL.partitioned(true);
            pair.network.link(pair.clientHost, pair.serverHost, cut);
            pair.simulation.advance(SimPair.seconds(10 + 3 * 2 + 1));
            assertThat(pair.child().failures()).hasSize(1);
            assertThat(pair.child().failures().get(0)).hasMessageContaining("Connection timed out");
            assertThat(pair.child().channel().isOpen()).isFalse();
        }
    }

    @Test
    void keepAliveCanBeSwitched() {
        try (SimPair pair = new SimPair()) {
            pair.listen(keepingAlive(pair));
            SocketChannel client = pair.connect(new Recorder());
            pair.child().channel().config().setKeepAlive(false);
            pair.network.link(pair.clientHost, pair.serverHost, LinkProfile.IDEAL.partitioned(true));
            pair.simulation.advance(SimPair.seconds(500));
            assertThat(pair.child().outline()).containsExactly("registered", "active");
            assertThat(client.isActive()).isTrue();
            pair.child().channel().config().setKeepAlive(true);
            pair.simulation.advance(SimPair.seconds(17));
            assertThat(pair.child().failures()).hasSize(1);
        }
    }

    @Test
    void noDelayLetsGoOfWhatNagleHeldBack() {
        try (SimPair pair = new SimPair(LinkProfile.IDEAL.delay(SimPair.ms(500)))) {
            pair.listen();
            SocketChannel client = pair.connect(pair.client(new Recorder()).option(ChannelOption.TCP_NODELAY, false));
            client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
            client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
            pair.simulation.advance(SimPair.ms(600));
            assertThat(pair.child().receivedBytes()).isEqualTo(10);
            client.config().setTcpNoDelay(true);
            pair.simulation.advance(SimPair.ms(501));
            assertThat(pair.child().receivedBytes()).isEqualTo(20);
        }
    }

    @Test
    void receiveBufferOfAListenerLimitsTheWindow() {
        try (SimPair pair = new SimPair()) {
            pair.listen(
                    pair.server().option(ChannelOption.SO_RCVBUF, 200_000).childOption(ChannelOption.AUTO_READ, false));
            SocketChannel client = pair.connect(new Recorder());
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(3_000_000)));
            pair.simulation.advance(SimPair.seconds(20));
            assertThat(pair.servers.resources().memory().bytes()).isBetween(100_000L, 400_000L);
        }
    }

    /** What was promised before is not taken back, so a smaller buffer counts once the application has read. */
    @Test
    void receiveBufferOfALivingConnection() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.SO_RCVBUF, 200_000));
            SocketChannel client = pair.connect(new Recorder());
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(2_000_000)));
            pair.simulation.expect("text", () -> pair.child().receivedBytes() == 2_000_000, SimPair.seconds(20));
            pair.child().channel().config().setAutoRead(false);
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(3_000_000)));
            pair.simulation.advance(SimPair.seconds(20));
            assertThat(pair.servers.resources().memory().bytes()).isBetween(100_000L, 400_000L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void trafficClassIsTheUdpChannels(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server(), "127.0.0.1");
            TouSocketChannel marked = (TouSocketChannel) Sockets.channel(sockets.client(new Recorder())
                    .option(ChannelOption.IP_TOS, 0x28)
                    .connect(server.localAddress()));
            TouSocketChannel plain = (TouSocketChannel)
                    Sockets.channel(sockets.client(new Recorder()).connect(server.localAddress()));
            assertThat(marked.shard().udp().config().getOption(ChannelOption.IP_TOS))
                    .isEqualTo(0x28);
            assertThat(plain.shard()).isNotSameAs(marked.shard());
            assertThat(plain.shard().udp().config().getOption(ChannelOption.IP_TOS))
                    .isZero();
        }
    }
}
