// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.tou.endpoint.Shard;
import dev.tou.state.TcpState;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A client that has chosen its port closes, and wants the port again while the old connection still lives on. */
class FixedPortTest {

    private static final int PORT = 5555;
    private static final int OTHER_SERVER = 8;

    private static Bootstrap client(SimPair pair) {
        return pair.client(new Recorder());
    }

    private static ChannelFuture connect(SimPair pair, Bootstrap client, int serverPort) {
        return client.connect(pair.serverHost.address(serverPort), pair.clientHost.address(PORT));
    }

    private static ChannelFuture connect(SimPair pair) {
        return connect(pair, client(pair), SimPair.PORT);
    }

    private static TouSocketChannel connected(SimPair pair, ChannelFuture connect) {
        return (TouSocketChannel) pair.simulation.await(connect).channel();
    }

    private static void works(SimPair pair, TouSocketChannel client, int child) {
        assertThat(client.localAddress().getPort()).isEqualTo(PORT);
        pair.simulation.expect("accept", () -> pair.accepted.size() > child, SimPair.seconds(1));
        Recorder server = pair.accepted.get(child);
        assertThat(server.channel().remoteAddress().getPort()).isEqualTo(PORT);
        client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(10_000)));
        pair.simulation.expect("text", () -> server.receivedBytes() == 10_000, SimPair.seconds(5));
        assertThat(server.received()).isEqualTo(Sockets.bytes(10_000));
    }

    private static void listenToo(SimPair pair) {
        pair.simulation.await(pair.server().bind(pair.serverHost.address(OTHER_SERVER)));
    }

    @Test
    void anotherPeerIsReachedAtOnce() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            listenToo(pair);
            TouSocketChannel first = connected(pair, connect(pair));
            first.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(60_000)));
            pair.simulation.await(first.close());
            assertThat(first.tcb().state()).isEqualTo(TcpState.FIN_WAIT_1);
            long began = pair.network.nowNanos();
            TouSocketChannel second = connected(pair, connect(pair, client(pair), OTHER_SERVER));
            assertThat(pair.network.nowNanos() - began).isLessThan(25_000_000L);
            works(pair, second, 1);
            pair.simulation.expect(
                    "the first's text", () -> pair.accepted.get(0).receivedBytes() == 60_000, SimPair.seconds(5));
            pair.simulation.await(second.close());
            pair.expectNothingLeft();
        }
    }

    /** The name is the old connection's until that has ended: connect waits, and the old one's text arrives. */
    @Test
    void theSamePeerIsReachedWhenTheOldConnectionHasEnded() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
            TouSocketChannel first = connected(pair, connect(pair));
            // The server closes first: the client leaves no TIME-WAIT.
            pair.child().channel().shutdownOutput();
            pair.simulation.expect("FIN", () -> !first.isOpen(), SimPair.seconds(1));
            assertThat(first.tcb().state()).isEqualTo(TcpState.LAST_ACK);
            long began = pair.network.nowNanos();
            TouSocketChannel second = connected(pair, connect(pair));
            assertThat(pair.network.nowNanos() - began)
                    .as("a round trip for the FIN, and then one for the SYN")
                    .isGreaterThan(39_000_000L);
            assertThat(first.tcb().state()).isEqualTo(TcpState.CLOSED);
            works(pair, second, 1);
        }
    }

    @Test
    void theSamePeerIsReachedASecondIntoTimeWait() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            TouSocketChannel first = connected(pair, connect(pair));
            int end = first.tcb().snd.nxt();
            pair.simulation.await(first.close());
            long began = pair.network.nowNanos();
            TouSocketChannel second = connected(pair, connect(pair));
            assertThat(pair.network.nowNanos() - began).isBetween(1_000_000_000L, 1_100_000_000L);
            // The record has come with the port: the numbers are beyond the old connection's, not the clock's.
            assertThat(second.tcb().snd.iss() - (end + 1)).isEqualTo(65_537);
            works(pair, second, 1);
            pair.simulation.await(second.close());
            pair.expectNothingLeft();
        }
    }

    /** As a kernel has it: EADDRNOTAVAIL, as long as old segments could be taken for new ones. */
    @ParameterizedTest
    @CsvSource({"false, true", "true, false"})
    void theSamePeerIsNotReachedInTimeWaitWithoutTimestampsOrLeave(boolean timestamps, boolean reuse) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            TouSocketChannel first = connected(
                    pair, connect(pair, client(pair).option(TouChannelOption.TIMESTAMPS, timestamps), SimPair.PORT));
            pair.simulation.await(first.close());
            pair.simulation.advance(SimPair.seconds(2));
            for (int i = 0; i < 2; i++) {
                ChannelFuture again = connect(
                        pair,
                        client(pair)
                                .option(TouChannelOption.TIMESTAMPS, timestamps)
                                .option(TouChannelOption.TIME_WAIT_REUSE, reuse),
                        SimPair.PORT);
                pair.simulation.expect("failure", again::isDone, SimPair.seconds(1));
                assertThat(again.cause())
                        .isInstanceOf(BindException.class)
                        .hasMessageContaining("Cannot assign requested address")
                        .hasMessageContaining("TIME-WAIT");
            }
            pair.simulation.advance(SimPair.seconds(60));
            works(pair, connected(pair, connect(pair)), 1);
        }
    }

    @Test
    void waitingEndsWithTheConnectTimeout() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
            TouSocketChannel first = connected(pair, connect(pair));
            pair.simulation.await(first.close());
            // The server never closes: FIN-WAIT-2 for a minute.
            ChannelFuture connect =
                    connect(pair, client(pair).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 3000), SimPair.PORT);
            pair.simulation.expect("failure", connect::isDone, SimPair.seconds(4));
            assertThat(connect.cause()).isInstanceOf(ConnectTimeoutException.class);
            works(
                    pair,
                    connected(
                            pair,
                            connect(pair, client(pair).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0), SimPair.PORT)),
                    1);
            pair.accepted.forEach(child -> child.channel().close());
            pair.expectNothingLeft();
        }
    }

    /** Given up between the end of the old connection's channel and its own connect: the record must not be lost in between. */
    @Test
    void timeWaitOutlivesAnHeirThatIsGivenUp() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            TouSocketChannel first = connected(pair, connect(pair));
            int end = first.tcb().snd.nxt();
            pair.simulation.await(first.close());
            ChannelFuture given = connect(pair);
            first.shard().udp().closeFuture().addListener(closed -> given.cancel(false));
            pair.simulation.expect("the old channel's end", given::isCancelled, SimPair.seconds(2));
            pair.simulation.advance(SimPair.ms(10));
            assertThat(pair.clientShard().timeWait().size()).isOne();
            TouSocketChannel third = connected(pair, connect(pair));
            assertThat(third.tcb().snd.iss() - (end + 1)).isEqualTo(65_537);
            works(pair, third, 1);
            pair.simulation.await(third.close());
            pair.expectNothingLeft();
        }
    }

    /** The loop of the old connection ends while another waits for its TIME-WAIT to be old enough. */
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void theOldConnectionsLoopEndsMeanwhile(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel server = Sockets.listen(sockets.server(), "127.0.0.1");
            EventLoopGroup old = sockets.newGroup(1);
            TouSocketChannel first = (TouSocketChannel)
                    Sockets.channel(clientOn(old).connect(server.localAddress(), Sockets.any("127.0.0.1")));
            int end = first.tcb().snd.nxt();
            sockets.nextChild();
            Sockets.done(first.close());
            Shard place = first.shard();
            awaitTimeWait(place);
            EventLoopGroup other = sockets.newGroup(1);
            ChannelFuture again = Sockets.channel(clientOn(other)
                            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                            .register())
                    .connect(server.localAddress(), first.localAddress());
            // Its question has gone to the old loop then, and been answered: not yet.
            Sockets.done(other.submit(() -> {}));
            Sockets.done(old.submit(() -> {}));
            Sockets.done(old.shutdownGracefully(0, 0, TimeUnit.SECONDS));
            TouSocketChannel second = (TouSocketChannel) Sockets.channel(again);
            assertThat(second.localAddress()).isEqualTo(first.localAddress());
            assertThat(second.tcb().snd.iss() - (end + 1))
                    .as("the record has come over")
                    .isEqualTo(65_537);
        }
    }

    private static Bootstrap clientOn(EventLoopGroup loops) {
        return new Bootstrap().group(loops).channel(TouSocketChannel.class).handler(new Recorder());
    }

    private static void awaitTimeWait(Shard place) {
        for (int i = 0; i < 6000; i++) {
            if (place.loop()
                            .submit(() -> place.timeWait().size())
                            .syncUninterruptibly()
                            .getNow()
                    == 1) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        throw new AssertionError("the old connection has not ended");
    }

    @Test
    void aPortThatSomebodyUsesIsInUse() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            listenToo(pair);
            TouSocketChannel first = connected(pair, connect(pair));
            for (int server : new int[] {SimPair.PORT, OTHER_SERVER}) {
                ChannelFuture second = connect(pair, client(pair), server);
                pair.simulation.expect("failure", second::isDone, SimPair.seconds(1));
                assertThat(second.cause())
                        .isInstanceOf(BindException.class)
                        .hasMessageContaining("Address already in use");
            }
            pair.simulation.await(first.close());
            TouSocketChannel third = connected(pair, connect(pair, client(pair), OTHER_SERVER));
            // Beside one that drains there is room for one, not for two.
            ChannelFuture fourth = connect(pair, client(pair), OTHER_SERVER);
            pair.simulation.expect("failure", fourth::isDone, SimPair.seconds(1));
            assertThat(fourth.cause()).isInstanceOf(BindException.class);
            works(pair, third, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void onRealLoopsOneAfterTheOther(String io) {
        try (Sockets sockets = new Sockets(io, 2)) {
            Channel server = Sockets.listen(sockets.server(), "127.0.0.1");
            InetSocketAddress local = null;
            for (int i = 0; i < 3; i++) {
                // Each on the loop that is next.
                Channel client = Sockets.channel(sockets.client(new Recorder())
                        .connect(server.localAddress(), local == null ? Sockets.any("127.0.0.1") : local));
                local = (InetSocketAddress) client.localAddress();
                Sockets.done(client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000))));
                Recorder child = sockets.nextChild().awaitBytes(1000);
                assertThat(child.channel().remoteAddress()).isEqualTo(local);
                Sockets.done(client.close());
            }
        }
    }
}
