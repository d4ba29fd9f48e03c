// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.tou.congestion.CongestionControllers;
import dev.tou.connection.ConnectionKey;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Shard;
import dev.tou.simulation.LinkProfile;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What options do to a connection between two of our own ends, where {@link OptionsTest} only sets and reads them. */
class OptionEffectsTest {

    private static ByteBuf bytes(int count) {
        return Unpooled.wrappedBuffer(Sockets.bytes(count));
    }

    // --- TCP_NOTSENT_LOWAT ---

    /** The path is full, and of what waits only a little is in the send buffer: writability tells of the rest. */
    @ParameterizedTest
    @ValueSource(longs = {1, 20_000, 100_000})
    void unsentTextIsLimited(long lowWater) {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            SocketChannel client =
                    pair.connect(pair.client(new Recorder()).option(EpollChannelOption.TCP_NOTSENT_LOWAT, lowWater));
            client.writeAndFlush(bytes(3_000_000));
            TouSocketChannel sender = (TouSocketChannel) client;
            int segment = sender.tcpInfo().mss();
            for (int i = 0; i < 100; i++) {
                pair.simulation.advance(SimPair.ms(7));
                assertThat((long) sender.tcb().unsentBytes()).isLessThanOrEqualTo(Math.max(lowWater, segment));
            }
            assertThat(client.isWritable()).isFalse();
            pair.child().channel().config().setAutoRead(true);
            pair.simulation.expect("all", () -> pair.child().receivedBytes() == 3_000_000, SimPair.seconds(30));
            assertThat(client.isWritable()).isTrue();
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(3_000_000));
        }
    }

    /** Without a limit the send buffer holds what its capacity allows. */
    @Test
    void unsentTextIsNotLimitedByItself() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(pair.client(new Recorder()).option(ChannelOption.SO_SNDBUF, 1_000_000));
            client.writeAndFlush(bytes(1_000_000));
            pair.simulation.advance(SimPair.ms(1));
            assertThat(((TouSocketChannel) client).tcb().unsentBytes()).isGreaterThan(900_000);
        }
    }

    /** It is no brake: what has left makes room at once, not only when an acknowledgment comes. */
    @Test
    void unsentLowWaterDoesNotSlowDown() {
        assertThat(nanosFor(20_000L)).isLessThanOrEqualTo(nanosFor(0L) * 11 / 10);
    }

    private static long nanosFor(long lowWater) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client =
                    pair.connect(pair.client(new Recorder()).option(TouChannelOption.UNSENT_LOW_WATER, lowWater));
            long begin = pair.network.nowNanos();
            client.writeAndFlush(bytes(2_000_000));
            pair.simulation.expect("all", () -> pair.child().receivedBytes() == 2_000_000, SimPair.seconds(30));
            return pair.network.nowNanos() - begin;
        }
    }

    // --- CONGESTION_CONTROLLER ---

    /** The handshake is over when a child hears of its options, but nothing was sent. */
    @Test
    void aChildIsControlledAsItsOptionSays() {
        try (SimPair pair = new SimPair(LinkProfile.IDEAL.delay(SimPair.ms(10)))) {
            pair.onAccept(child -> child.on("active", channel -> channel.writeAndFlush(bytes(1_000_000))));
            pair.listen(
                    pair.server().childOption(TouChannelOption.CONGESTION_CONTROLLER, CongestionControllers.NEW_RENO));
            Recorder client = new Recorder();
            pair.connect(client);
            TransmissionControlBlock tcb = ((TouSocketChannel) pair.child().channel()).tcb();
            assertThat(tcb.congestion().name()).isEqualTo("newreno");
            assertThat(tcb.congestion().windowBytes()).as("initial window").isGreaterThanOrEqualTo(10_000);
            pair.simulation.expect("all", () -> client.receivedBytes() == 1_000_000, SimPair.seconds(10));
            assertThat(tcb.congestion().windowBytes())
                    .as("it hears acknowledgments")
                    .isGreaterThan(100_000);
        }
    }

    @Test
    void aControllerThatHasSeenTextStays() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            client.writeAndFlush(bytes(1));
            pair.simulation.advance(SimPair.ms(50));
            client.config().setOption(TouChannelOption.CONGESTION_CONTROLLER, CongestionControllers.NEW_RENO);
            assertThat(((TouSocketChannel) client).tcb().congestion().name()).isEqualTo("cubic");
        }
    }

    // --- TCP_DEFER_ACCEPT ---

    private static ServerBootstrap deferring(SimPair pair) {
        return pair.server().option(EpollChannelOption.TCP_DEFER_ACCEPT, 5);
    }

    @Test
    void acceptedOnlyWhenThereIsText() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen(deferring(pair));
            SocketChannel client = pair.connect(new Recorder());
            pair.simulation.advance(SimPair.seconds(3));
            assertThat(client.isActive()).isTrue();
            assertThat(pair.accepted).isEmpty();
            client.writeAndFlush(bytes(100));
            pair.simulation.advance(SimPair.ms(11));
            assertThat(pair.accepted).hasSize(1);
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(100));
            // The end of the deferral's time is nothing any more.
            pair.simulation.advance(SimPair.seconds(10));
            assertThat(pair.accepted).hasSize(1);
            client.close();
            pair.simulation.await(server.close());
            pair.expectNothingLeft();
        }
    }

    @Test
    void theTextMayComeWithTheHandshake() {
        try (SimPair pair = new SimPair()) {
            pair.listen(deferring(pair));
            Recorder writes = new Recorder().on("active", channel -> channel.writeAndFlush(bytes(5)));
            pair.connect(writes);
            pair.simulation.advance(SimPair.ms(11));
            assertThat(pair.child().receivedBytes()).isEqualTo(5);
        }
    }

    @Test
    void acceptedWithoutTextAfterItsTime() {
        try (SimPair pair = new SimPair()) {
            pair.listen(deferring(pair));
            pair.connect(new Recorder());
            pair.simulation.advance(SimPair.ms(4_980));
            assertThat(pair.accepted).isEmpty();
            pair.simulation.advance(SimPair.ms(40));
            assertThat(pair.accepted).hasSize(1);
        }
    }

    @Test
    void acceptedWhenTheClientHasNothingToSay() {
        try (SimPair pair = new SimPair()) {
            pair.listen(deferring(pair));
            pair.connect(new Recorder()).shutdownOutput();
            pair.simulation.advance(SimPair.ms(50));
            assertThat(pair.accepted).hasSize(1);
            assertThat(pair.child().outline()).contains("inactive");
        }
    }

    @Test
    void neverAcceptedIfItEndsBefore() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen(deferring(pair));
            SocketChannel client = pair.connect(new Recorder());
            client.config().setSoLinger(0);
            client.close();
            pair.simulation.advance(SimPair.seconds(10));
            assertThat(pair.accepted).isEmpty();
            pair.simulation.await(server.close());
            pair.expectNothingLeft();
        }
    }

    @Test
    void resetWhenTheListenerCloses() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen(deferring(pair));
            Recorder client = new Recorder();
            pair.connect(client);
            pair.simulation.await(server.close());
            pair.simulation.advance(SimPair.ms(50));
            assertThat(client.failures()).hasSize(1);
            assertThat(client.failures().get(0)).hasMessageStartingWith("Connection reset by peer");
            pair.expectNothingLeft();
        }
    }

    /** Whoever connects and says nothing takes a place among the half-open ones, so they are bounded. */
    @Test
    void theSilentAreBounded() {
        try (SimPair pair = new SimPair()) {
            pair.listen(deferring(pair)
                    .option(TouChannelOption.MAX_SYN_BACKLOG, 3)
                    .option(TouChannelOption.SYN_COOKIES, SynCookieMode.NEVER));
            List<ChannelFuture> connects = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                connects.add(pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT)));
            }
            pair.simulation.advance(SimPair.ms(500));
            assertThat(connects.stream().filter(ChannelFuture::isSuccess)).hasSize(3);
            pair.simulation.advance(SimPair.seconds(10));
            assertThat(connects.stream().filter(ChannelFuture::isSuccess)).hasSize(5);
        }
    }

    // --- TCP_FASTOPEN_CONNECT ---

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fastOpenSendsWhatWasWrittenBeforeConnect(boolean fastOpen) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = (SocketChannel) pair.simulation
                    .await(pair.client(new Recorder())
                            .option(ChannelOption.TCP_FASTOPEN_CONNECT, fastOpen)
                            .register())
                    .channel();
            ChannelFuture written = client.write(bytes(100));
            pair.simulation.await(client.connect(pair.serverHost.address(SimPair.PORT)));
            pair.simulation.advance(SimPair.ms(11));
            // Without the option it waits for a flush.
            assertThat(pair.child().receivedBytes()).isEqualTo(fastOpen ? 100 : 0);
            assertThat(written.isSuccess()).isEqualTo(fastOpen);
            client.flush();
            pair.simulation.advance(SimPair.ms(11));
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(100));
        }
    }

    // --- Netty's own ---

    @Test
    void readBuffersAreTheAllocatorsAndAsLargeAsGuessed() {
        List<Integer> sizes = new ArrayList<>();
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        try (SimPair pair = new SimPair()) {
            ServerBootstrap server = pair.servers
                    .server()
                    .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(700))
                    .childOption(ChannelOption.ALLOCATOR, allocator)
                    .childHandler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext ctx, Object msg) {
                            ByteBuf buffer = (ByteBuf) msg;
                            sizes.add(buffer.readableBytes());
                            assertThat(buffer.alloc()).isSameAs(allocator);
                            buffer.release();
                        }
                    });
            pair.listen(server);
            pair.connect(new Recorder()).writeAndFlush(bytes(2000));
            pair.simulation.advance(SimPair.seconds(1));
        }
        assertThat(sizes).containsExactly(700, 700, 600);
    }

    @Test
    @SuppressWarnings("deprecation")
    void soManyMessagesForEachRead() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server()
                    .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(100))
                    .childOption(ChannelOption.MAX_MESSAGES_PER_READ, 3));
            pair.connect(new Recorder()).writeAndFlush(bytes(500));
            pair.simulation.advance(SimPair.seconds(1));
            List<String> round = List.of("read", "read", "read", "readComplete");
            assertThat(pair.child().events()).containsSubsequence(round).containsSequence(round);
            assertThat(pair.child().events()).doesNotContainSequence("read", "read", "read", "read");
            assertThat(pair.child().receivedBytes()).isEqualTo(500);
        }
    }

    @Test
    void theEstimatorSaysWhatAMessageWeighs() {
        MessageSizeEstimator heavy = () -> message -> 1_000_000;
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(pair.client(new Recorder())
                    .option(ChannelOption.MESSAGE_SIZE_ESTIMATOR, heavy)
                    .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(500_000, 900_000)));
            client.write(bytes(1));
            pair.simulation.advance(SimPair.ms(1));
            assertThat(client.isWritable()).isFalse();
            client.flush();
            pair.simulation.advance(SimPair.ms(1));
            assertThat(client.isWritable()).isTrue();
        }
    }

    /** A write that fails closes the channel, or only its output. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void autoClose(boolean autoClose) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client =
                    pair.connect(pair.client(new Recorder()).option(ChannelOption.AUTO_CLOSE, autoClose));
            ChannelFuture failed = client.writeAndFlush(new RegionTest.Failing());
            pair.simulation.advance(SimPair.ms(1));
            assertThat(failed.cause()).isInstanceOf(IOException.class).hasStackTraceContaining("unreadable");
            assertThat(client.isOpen()).isEqualTo(!autoClose);
            assertThat(client.isOutputShutdown()).isTrue();
        }
    }

    // --- sockets and segments ---

    @ParameterizedTest
    @ValueSource(ints = {576, 1228, 1500, 9000, 65_535})
    void pathMtuIsTheLargestPacket(int pathMtu) {
        try (SimPair pair = SimPair.withMtu(LinkProfile.IDEAL.delay(SimPair.ms(1)), 65_535)) {
            int[] largest = new int[1];
            pair.network.onDatagram((now, datagram, fate) ->
                    largest[0] = Math.max(largest[0], datagram.payload().readableBytes()));
            pair.listen(pair.server().option(TouChannelOption.PATH_MTU, pathMtu));
            SocketChannel client = pair.connect(pair.client(new Recorder())
                    .option(TouChannelOption.PATH_MTU, pathMtu)
                    .option(TouChannelOption.PATH_MTU_DISCOVERY, false));
            client.writeAndFlush(bytes(200_000));
            pair.simulation.expect("all", () -> pair.child().receivedBytes() == 200_000, SimPair.seconds(30));
            assertThat(largest[0]).isEqualTo(pathMtu - 28);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 60})
    void finWait2(int seconds) {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
            SocketChannel client =
                    pair.connect(pair.client(new Recorder()).option(TouChannelOption.FIN_WAIT_2, seconds));
            pair.simulation.await(client.close());
            pair.simulation.advance(SimPair.ms(seconds * 1000L - 100));
            assertThat(pair.clientShard().connections().size()).isEqualTo(1);
            pair.simulation.advance(SimPair.ms(200));
            assertThat(pair.clientShard().connections().size()).isZero();
        }
    }

    /** The oldest is forgotten, and so its peer's late FIN is one for nobody. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void maxTimeWait(int most) {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().option(TouChannelOption.MAX_TIME_WAIT, most));
            for (int i = 0; i < 3; i++) {
                pair.connect(new Recorder());
            }
            pair.simulation.expect("accept", () -> pair.accepted.size() == 3, SimPair.seconds(1));
            for (Recorder child : pair.accepted) {
                child.channel().close();
                pair.simulation.advance(SimPair.ms(100));
            }
            Shard server = pair.servers.resources().shards().iterator().next();
            assertThat(server.timeWait().size()).isEqualTo(most);
            ConnectionKey oldest =
                    ((TouSocketChannel) pair.accepted.get(0).channel()).tcb().key();
            assertThat(server.timeWait().find(oldest)).isNegative();
            pair.simulation.advance(SimPair.seconds(61));
            assertThat(server.timeWait().size()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 30})
    void timeWaitIsTwiceTheSegmentLifetime(int msl) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(pair.client(new Recorder()).option(TouChannelOption.MSL, msl));
            client.close();
            pair.simulation.advance(SimPair.ms(100));
            assertThat(pair.clientShard().timeWait().size()).isEqualTo(1);
            pair.simulation.advance(SimPair.ms(2000L * msl - 200));
            assertThat(pair.clientShard().timeWait().size()).isEqualTo(1);
            pair.simulation.advance(SimPair.ms(200));
            assertThat(pair.clientShard().timeWait().size()).isZero();
        }
    }

    /** The listener's is that of its UDP channels, and so of all its children. */
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void trafficClassOfAListener(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server().option(ChannelOption.IP_TOS, 0x28), "127.0.0.1");
            Sockets.channel(sockets.client(new Recorder()).connect(server.localAddress()));
            TouSocketChannel accepted = (TouSocketChannel) sockets.nextChild().channel();
            assertThat(accepted.shard().udp().config().getOption(ChannelOption.IP_TOS))
                    .isEqualTo(0x28);
        }
    }

    /** Two listeners on one address, each on a loop of its own; the kernel deals out the clients. */
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void reusePort(String io) {
        try (Sockets sockets = new Sockets(io, 2)) {
            Channel first = Sockets.listen(reusing(sockets, true), "127.0.0.1");
            Channel second = Sockets.channel(reusing(sockets, true).bind(first.localAddress()));
            assertThat(second.localAddress()).isEqualTo(first.localAddress());
            assertThat(Sockets.failure(reusing(sockets, false).bind(first.localAddress())))
                    .isInstanceOf(BindException.class);
            Set<Channel> parents = new HashSet<>();
            for (int i = 0; i < 1000 && parents.size() < 2; i++) {
                // From a port of its own, because those that share a UDP socket go to the same listener.
                Channel client = Sockets.channel(
                        sockets.client(new Recorder()).connect(first.localAddress(), Sockets.any("127.0.0.1")));
                Sockets.done(client.writeAndFlush(bytes(20_000)));
                Recorder child = sockets.nextChild().awaitBytes(20_000);
                assertThat(child.received()).isEqualTo(Sockets.bytes(20_000));
                parents.add(child.channel().parent());
            }
            assertThat(parents).containsExactlyInAnyOrder(first, second);
        }
    }

    private static ServerBootstrap reusing(Sockets sockets, boolean reuse) {
        return sockets.server().option(UnixChannelOption.SO_REUSEPORT, reuse);
    }

    @Test
    void reuseAddressChangesNothing() {
        try (SimPair pair = new SimPair(LinkProfile.IDEAL)) {
            for (boolean reuse : new boolean[] {false, true, false}) {
                pair.accepted.clear();
                Channel server = pair.listen(pair.server().option(ChannelOption.SO_REUSEADDR, reuse));
                SocketChannel client = pair.connect(new Recorder());
                // The server closes first, so TIME-WAIT is here, and its port can be bound all the same.
                pair.child().channel().close();
                pair.simulation.advance(SimPair.ms(10));
                assertThat(client.isOpen()).isFalse();
                pair.simulation.await(server.close());
            }
        }
    }
}
