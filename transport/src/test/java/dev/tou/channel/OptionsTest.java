// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.tou.congestion.CongestionControllerFactory;
import dev.tou.congestion.NewReno;
import dev.tou.simulation.LinkProfile;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollMode;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Every option, and what those do that can change while a connection lives. */
class OptionsTest {

    private static final CongestionControllerFactory FACTORY = NewReno::new;
    private static final UdpPipelineInitializer UDP_PIPELINE = udp -> {};
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(10, 20);
    private static final MessageSizeEstimator ESTIMATOR = new DefaultMessageSizeEstimator(5);
    private static final ByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(false);
    private static final RecvByteBufAllocator READ_BUFFERS = new FixedRecvByteBufAllocator(100);

    private static Map<ChannelOption<?>, Object> shared() {
        Map<ChannelOption<?>, Object> values = new LinkedHashMap<>();
        values.put(ChannelOption.SO_RCVBUF, 100_000);
        values.put(ChannelOption.SO_REUSEADDR, true);
        values.put(ChannelOption.IP_TOS, 0x10);
        values.put(ChannelOption.AUTO_READ, false);
        values.put(ChannelOption.AUTO_CLOSE, false);
        values.put(ChannelOption.CONNECT_TIMEOUT_MILLIS, 1234);
        values.put(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
        values.put(ChannelOption.WRITE_SPIN_COUNT, 3);
        values.put(ChannelOption.MAX_MESSAGES_PER_WRITE, 7);
        values.put(ChannelOption.MESSAGE_SIZE_ESTIMATOR, ESTIMATOR);
        values.put(ChannelOption.ALLOCATOR, ALLOCATOR);
        values.put(ChannelOption.SINGLE_EVENTEXECUTOR_PER_GROUP, false);
        values.put(TouChannelOption.PATH_MTU, 1400);
        values.put(TouChannelOption.PATH_MTU_DISCOVERY, false);
        values.put(TouChannelOption.CONGESTION_CONTROLLER, FACTORY);
        values.put(TouChannelOption.TIMESTAMPS, false);
        values.put(TouChannelOption.SACK, false);
        values.put(TouChannelOption.WINDOW_SCALING, false);
        values.put(TouChannelOption.SYN_RETRIES, 3);
        values.put(TouChannelOption.SYNACK_RETRIES, 4);
        values.put(TouChannelOption.RETRIES1, 5);
        values.put(TouChannelOption.RETRIES2, 7);
        values.put(TouChannelOption.USER_TIMEOUT, 30_000);
        values.put(TouChannelOption.KEEP_IDLE, 60);
        values.put(TouChannelOption.KEEP_INTERVAL, 5);
        values.put(TouChannelOption.KEEP_COUNT, 3);
        values.put(TouChannelOption.NAT_KEEP_ALIVE, 25);
        values.put(TouChannelOption.MSL, 15);
        values.put(TouChannelOption.FIN_WAIT_2, 10);
        values.put(TouChannelOption.MAX_TIME_WAIT, 1000);
        values.put(TouChannelOption.MAX_ORPHANS, 100);
        values.put(TouChannelOption.DELAYED_ACK, 20);
        values.put(TouChannelOption.UDP_PIPELINE, UDP_PIPELINE);
        return values;
    }

    private static Map<ChannelOption<?>, Object> ofConnections() {
        Map<ChannelOption<?>, Object> values = shared();
        values.put(ChannelOption.RECVBUF_ALLOCATOR, READ_BUFFERS);
        values.put(ChannelOption.SO_SNDBUF, 50_000);
        values.put(ChannelOption.TCP_NODELAY, false);
        values.put(ChannelOption.SO_KEEPALIVE, true);
        values.put(ChannelOption.SO_LINGER, 3);
        values.put(ChannelOption.ALLOW_HALF_CLOSURE, true);
        values.put(ChannelOption.TCP_FASTOPEN_CONNECT, true);
        values.put(TouChannelOption.TIME_WAIT_REUSE, false);
        values.put(TouChannelOption.CORK, true);
        values.put(TouChannelOption.QUICK_ACK, true);
        values.put(TouChannelOption.UNSENT_LOW_WATER, 4_000_000_000L);
        return values;
    }

    private static Map<ChannelOption<?>, Object> ofServers() {
        Map<ChannelOption<?>, Object> values = shared();
        values.put(ChannelOption.SO_BACKLOG, 5);
        values.put(ChannelOption.SO_REUSEADDR, false);
        values.put(ChannelOption.TCP_FASTOPEN, 10);
        values.put(UnixChannelOption.SO_REUSEPORT, true);
        values.put(TouChannelOption.DEFER_ACCEPT, 5);
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

    /** What a bootstrap sets, on the client, on the server, and on its children. */
    @Test
    @SuppressWarnings("unchecked")
    void settableThroughBootstraps() {
        try (SimPair pair = new SimPair()) {
            ServerBootstrap server = pair.server();
            ofServers().forEach((option, value) -> server.option((ChannelOption<Object>) option, value));
            ofConnections().forEach((option, value) -> server.childOption((ChannelOption<Object>) option, value));
            // Else nobody accepts, or not before there is something to read.
            server.option(ChannelOption.AUTO_READ, true).option(TouChannelOption.DEFER_ACCEPT, 0);
            pair.listen(server);
            Bootstrap client = pair.client(new Recorder());
            ofConnections().forEach((option, value) -> client.option((ChannelOption<Object>) option, value));
            SocketChannel connected = pair.connect(client);
            ofConnections().forEach((option, value) -> {
                assertThat(connected.config().getOptions()).containsEntry(option, value);
                assertThat(pair.child().channel().config().getOptions()).containsEntry(option, value);
            });
        }
    }

    /** Shared options of the listener are what its children start with. */
    @Test
    void childrenInherit() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server()
                    .option(TouChannelOption.KEEP_IDLE, 60)
                    .option(TouChannelOption.DELAYED_ACK, 20)
                    .option(ChannelOption.SO_RCVBUF, 100_000));
            pair.connect(new Recorder());
            assertThat(pair.child().channel().config().getOptions())
                    .containsEntry(TouChannelOption.KEEP_IDLE, 60)
                    .containsEntry(TouChannelOption.DELAYED_ACK, 20)
                    .containsEntry(ChannelOption.SO_RCVBUF, 100_000);
        }
    }

    @ParameterizedTest
    @MethodSource("unknown")
    void unknownIsNoFailure(ChannelOption<Object> option, Object value) {
        for (Channel channel : List.of(new TouSocketChannel(), new TouServerSocketChannel())) {
            assertThat(channel.config().setOption(option, value)).isFalse();
            assertThat(channel.config().getOption(option)).isNull();
            assertThat(channel.config().getOptions()).doesNotContainKey(option);
        }
    }

    @SuppressWarnings("deprecation")
    static List<Arguments> unknown() {
        return List.of(
                Arguments.of(ChannelOption.IP_MULTICAST_TTL, 3),
                Arguments.of(ChannelOption.SO_BROADCAST, true),
                Arguments.of(ChannelOption.valueOf("SOMETHING"), "else"),
                Arguments.of(EpollChannelOption.IP_TRANSPARENT, true),
                Arguments.of(EpollChannelOption.IP_FREEBIND, true),
                Arguments.of(EpollChannelOption.SO_BUSY_POLL, 1),
                Arguments.of(EpollChannelOption.TCP_MD5SIG, Map.of()),
                Arguments.of(EpollChannelOption.EPOLL_MODE, EpollMode.EDGE_TRIGGERED),
                Arguments.of(NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_LOOP), true));
    }

    @Test
    void ofTheOtherKindOfChannel() {
        assertThat(new TouSocketChannel().config().getOption(ChannelOption.SO_BACKLOG))
                .isNull();
        assertThat(new TouSocketChannel().config().setOption(EpollChannelOption.TCP_DEFER_ACCEPT, 1))
                .isFalse();
        assertThat(new TouServerSocketChannel().config().setOption(ChannelOption.SO_LINGER, 3))
                .isFalse();
        assertThat(new TouServerSocketChannel().config().setOption(EpollChannelOption.TCP_CORK, true))
                .isFalse();
    }

    @ParameterizedTest(name = "{0} = {1}")
    @MethodSource("wrong")
    void wrongValuesAreRejected(ChannelOption<Object> option, Object value) {
        Channel channel = ofServers().containsKey(OptionNames.meaningOf(option))
                ? new TouServerSocketChannel()
                : new TouSocketChannel();
        Object before = channel.config().getOption(option);
        String name = OptionNames.meaningOf(option).name();
        assertThatThrownBy(() -> channel.config().setOption(option, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(value.toString())
                .hasMessageContaining("expected");
        assertThat(channel.config().getOption(option)).isEqualTo(before);
    }

    static List<Arguments> wrong() {
        return List.of(
                Arguments.of(TouChannelOption.MSL, 0),
                Arguments.of(TouChannelOption.MSL, 241),
                Arguments.of(TouChannelOption.FIN_WAIT_2, 0),
                Arguments.of(TouChannelOption.PATH_MTU, 575),
                Arguments.of(TouChannelOption.PATH_MTU, 65_536),
                Arguments.of(TouChannelOption.SYN_RETRIES, -1),
                Arguments.of(TouChannelOption.SYNACK_RETRIES, 31),
                Arguments.of(TouChannelOption.RETRIES1, 101),
                Arguments.of(TouChannelOption.RETRIES2, 0),
                Arguments.of(TouChannelOption.USER_TIMEOUT, -1),
                Arguments.of(TouChannelOption.KEEP_IDLE, 32_768),
                Arguments.of(TouChannelOption.KEEP_INTERVAL, 0),
                Arguments.of(TouChannelOption.KEEP_COUNT, 128),
                Arguments.of(TouChannelOption.DELAYED_ACK, 501),
                Arguments.of(TouChannelOption.UNSENT_LOW_WATER, -1L),
                Arguments.of(TouChannelOption.UNSENT_LOW_WATER, 1L << 32),
                Arguments.of(TouChannelOption.DEFER_ACCEPT, -1),
                Arguments.of(TouChannelOption.MAX_SYN_BACKLOG, 0),
                Arguments.of(ChannelOption.SO_BACKLOG, -1),
                Arguments.of(ChannelOption.SO_RCVBUF, -1),
                Arguments.of(ChannelOption.SO_SNDBUF, 0),
                Arguments.of(ChannelOption.IP_TOS, 256),
                Arguments.of(EpollChannelOption.TCP_KEEPIDLE, 0),
                Arguments.of(EpollChannelOption.TCP_NOTSENT_LOWAT, -1L),
                // Of a wrong type, which generics do not stop everywhere: a map of options from a file, say.
                Arguments.of(ChannelOption.TCP_NODELAY, "yes"),
                Arguments.of(TouChannelOption.KEEP_IDLE, 5L),
                Arguments.of(TouChannelOption.UNSENT_LOW_WATER, 5),
                Arguments.of(TouChannelOption.CONGESTION_CONTROLLER, "cubic"));
    }

    @Test
    void nothingIsNoValue() {
        assertThatThrownBy(() -> new TouSocketChannel().config().setOption(TouChannelOption.MSL, null))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> new TouSocketChannel().config().getOption(null))
                .isInstanceOf(NullPointerException.class);
    }

    /** What others call the same, and what it is here. */
    static List<Arguments> names() {
        List<Arguments> names = new ArrayList<>(List.of(
                Arguments.of(NioChannelOption.of(StandardSocketOptions.SO_SNDBUF), ChannelOption.SO_SNDBUF, 5000),
                Arguments.of(NioChannelOption.of(StandardSocketOptions.SO_RCVBUF), ChannelOption.SO_RCVBUF, 5000),
                Arguments.of(NioChannelOption.of(StandardSocketOptions.SO_KEEPALIVE), ChannelOption.SO_KEEPALIVE, true),
                Arguments.of(NioChannelOption.of(StandardSocketOptions.SO_REUSEADDR), ChannelOption.SO_REUSEADDR, true),
                Arguments.of(
                        NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), UnixChannelOption.SO_REUSEPORT, true),
                Arguments.of(NioChannelOption.of(StandardSocketOptions.SO_LINGER), ChannelOption.SO_LINGER, 5),
                Arguments.of(NioChannelOption.of(StandardSocketOptions.TCP_NODELAY), ChannelOption.TCP_NODELAY, false),
                Arguments.of(NioChannelOption.of(StandardSocketOptions.IP_TOS), ChannelOption.IP_TOS, 8),
                Arguments.of(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), TouChannelOption.KEEP_IDLE, 11),
                Arguments.of(
                        NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL),
                        TouChannelOption.KEEP_INTERVAL,
                        12),
                Arguments.of(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), TouChannelOption.KEEP_COUNT, 13),
                Arguments.of(NioChannelOption.of(ExtendedSocketOptions.TCP_QUICKACK), TouChannelOption.QUICK_ACK, true),
                Arguments.of(ChannelOption.valueOf("TCP_SYNCNT"), TouChannelOption.SYN_RETRIES, 2),
                Arguments.of(ChannelOption.valueOf("TCP_LINGER2"), TouChannelOption.FIN_WAIT_2, 7)));
        // The constants of classes that need not be there are found by name, and are the same objects.
        for (String epoll : List.of("epoll.Epoll", "uring.IoUring")) {
            String prefix = "io.netty.channel." + epoll + "ChannelOption#TCP_";
            names.add(Arguments.of(ChannelOption.valueOf(prefix + "KEEPIDLE"), TouChannelOption.KEEP_IDLE, 11));
            names.add(Arguments.of(ChannelOption.valueOf(prefix + "KEEPINTVL"), TouChannelOption.KEEP_INTERVAL, 12));
            names.add(Arguments.of(ChannelOption.valueOf(prefix + "KEEPCNT"), TouChannelOption.KEEP_COUNT, 13));
            names.add(Arguments.of(ChannelOption.valueOf(prefix + "USER_TIMEOUT"), TouChannelOption.USER_TIMEOUT, 14));
            names.add(Arguments.of(ChannelOption.valueOf(prefix + "CORK"), TouChannelOption.CORK, true));
            names.add(Arguments.of(ChannelOption.valueOf(prefix + "QUICKACK"), TouChannelOption.QUICK_ACK, true));
            names.add(Arguments.of(
                    ChannelOption.valueOf(prefix + "NOTSENT_LOWAT"), TouChannelOption.UNSENT_LOW_WATER, 9000L));
            names.add(Arguments.of(ChannelOption.valueOf(prefix + "DEFER_ACCEPT"), TouChannelOption.DEFER_ACCEPT, 5));
        }
        names.add(Arguments.of(
                ChannelOption.valueOf("io.netty.channel.kqueue.KQueueChannelOption#TCP_NOPUSH"),
                TouChannelOption.CORK,
                true));
        return names;
    }

    @ParameterizedTest(name = "{0} is {1}")
    @MethodSource("names")
    void byTheNamesOfOthers(ChannelOption<Object> theirs, ChannelOption<Object> ours, Object value) {
        Channel channel = ofConnections().containsKey(ours) ? new TouSocketChannel() : new TouServerSocketChannel();
        assertThat(channel.config().getOption(theirs)).isNotEqualTo(value);
        assertThat(channel.config().setOption(theirs, value)).isTrue();
        assertThat(channel.config().getOption(theirs)).isEqualTo(value);
        assertThat(channel.config().getOption(ours)).isEqualTo(value);
    }

    @Test
    void theNamesAreThoseOfTheirConstants() {
        List<String> names = names().stream().map(n -> n.get()[0].toString()).toList();
        assertThat(names)
                .contains(
                        EpollChannelOption.TCP_KEEPIDLE.name(),
                        EpollChannelOption.TCP_KEEPINTVL.name(),
                        EpollChannelOption.TCP_KEEPCNT.name(),
                        EpollChannelOption.TCP_USER_TIMEOUT.name(),
                        EpollChannelOption.TCP_CORK.name(),
                        EpollChannelOption.TCP_QUICKACK.name(),
                        EpollChannelOption.TCP_NOTSENT_LOWAT.name(),
                        EpollChannelOption.TCP_DEFER_ACCEPT.name());
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

    // RFC 9293: MUST-48, SHLD-22.
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
