// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.concurrent.TimeUnit;

import dev.tou.endpoint.EventLoopResources;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The end of event loops: unexpected, with a last word, and in order. An unexpected end of io_uring is in {@link JvmExitTest}, in a
 * process of its own, because Netty may spoil memory by it.
 */
class ShutdownTest {

    private static final int LARGE = 5_000_000;

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "nio, ::1", "epoll, 127.0.0.1", "epoll, ::1", "nio, 0.0.0.0", "epoll, ::"})
    void peersHearOfTheEndOfAServersLoop(String io, String address) {
        try (Sockets sockets = new Sockets(io, 1)) {
            EventLoopGroup doomed = sockets.newGroup(2);
            Channel server = Sockets.listen(sockets.server(doomed, doomed), address);
            Recorder recorder = new Recorder();
            SocketChannel client =
                    (SocketChannel) Sockets.channel(sockets.client(recorder).connect(server.localAddress()));
            Sockets.done(client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000))));
            Recorder child = sockets.nextChild().awaitBytes(1000);
            doomed.shutdownGracefully(50, 5000, TimeUnit.MILLISECONDS);
            recorder.await("unregistered");
            assertThat(recorder.failures()).isEmpty();
            // As with a kernel's sockets: closed, and no exception.
            child.await("unregistered");
            assertThat(child.failures()).isEmpty();
            Sockets.done(server.closeFuture());
            Sockets.done(doomed.terminationFuture());
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "epoll, ::1"})
    void peersHearOfTheEndOfAClientsLoop(String io, String address) {
        try (Sockets sockets = new Sockets(io, 1)) {
            EventLoopGroup doomed = sockets.newGroup(1);
            Channel server = Sockets.listen(sockets.server(), address);
            Recorder recorder = new Recorder();
            SocketChannel client = (SocketChannel) Sockets.channel(new Bootstrap()
                    .group(doomed)
                    .channel(TouSocketChannel.class)
                    .handler(recorder)
                    .connect(server.localAddress()));
            Recorder child = sockets.nextChild();
            doomed.shutdownGracefully(50, 5000, TimeUnit.MILLISECONDS);
            child.await("unregistered");
            assertThat(child.failures()).isEmpty();
            recorder.await("unregistered");
            assertThat(recorder.failures()).isEmpty();
            Sockets.done(client.closeFuture());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void bytesThatAreLostAreTold(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            EventLoopGroup doomed = sockets.newGroup(1);
            Channel server = Sockets.listen(sockets.server(doomed, doomed), "127.0.0.1");
            Recorder recorder = new Recorder();
            Channel client = Sockets.channel(sockets.client(recorder)
                    .option(ChannelOption.AUTO_READ, false)
                    .connect(server.localAddress()));
            Recorder child = sockets.nextChild();
            // More than the window: the rest is lost with the loop.
            child.channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(LARGE)));
            child.await("unwritable");
            doomed.shutdownGracefully(50, 5000, TimeUnit.MILLISECONDS);
            Sockets.done(doomed.terminationFuture());
            client.config().setAutoRead(true);
            recorder.await("unregistered");
            assertThat(recorder.failures()).hasSize(1);
            assertThat(recorder.failures().get(0)).hasMessageStartingWith("Connection reset by peer");
        }
    }

    @Test
    void nothingIsLeftBehindByALoopThatEnds() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(LARGE)));
            pair.child().channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(LARGE)));
            pair.simulation.advance(SimPair.ms(100));
            EventLoopResources resources = pair.servers.resources();
            pair.serverHost.eventLoop().shutdownGracefully(0, 0, TimeUnit.SECONDS);
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(resources.memory().bytes()).isZero();
            assertThat(resources.shards()).isEmpty();
            assertThat(server.isOpen()).isFalse();
            assertThat(pair.child().outline()).endsWith("inactive", "unregistered");
            assertThat(pair.child().failures()).isEmpty();
            // Bytes were unread, and unsent: that is told.
            assertThat(recorder.failures()).hasSize(1);
            assertThat(recorder.failures().get(0)).hasMessageStartingWith("Connection reset by peer");
            pair.simulation.advance(SimPair.seconds(6));
            assertThat(pair.clients.resources().shards()).isEmpty();
            assertThat(pair.clients.resources().memory().bytes()).isZero();
        }
    }

    /** The connection is over, but the application has neither read to the end nor closed. */
    @ParameterizedTest
    @ValueSource(strings = {"reset", "both FINs", "reset before accept"})
    void whoeverIsLeftIsClosedWithTheLoop(String end) {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen(pair.server()
                    .option(ChannelOption.AUTO_READ, !end.contains("accept"))
                    .childOption(ChannelOption.AUTO_READ, false));
            SocketChannel client = pair.connect(new Recorder());
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000)));
            pair.simulation.advance(SimPair.ms(100));
            if (end.equals("both FINs")) {
                pair.simulation.await(pair.child().channel().shutdownOutput());
                pair.simulation.advance(SimPair.ms(100));
            } else {
                client.config().setSoLinger(0);
            }
            client.close();
            pair.simulation.advance(SimPair.seconds(100));
            if (!end.contains("accept")) {
                assertThat(pair.child().channel().isOpen()).isTrue();
                assertThat(pair.child().receivedBytes()).isZero();
            }
            server.close();
            pair.simulation.advance(SimPair.seconds(100));
            EventLoopResources resources = pair.servers.resources();
            pair.serverHost.eventLoop().shutdownGracefully(0, 0, TimeUnit.SECONDS);
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(resources.memory().bytes()).isZero();
            assertThat(resources.shards()).isEmpty();
            if (!end.contains("accept")) {
                assertThat(pair.child().outline()).endsWith("inactive", "unregistered");
                assertThat(pair.child().failures()).isEmpty();
            }
        }
    }

    @Test
    void graceClosesWhoeverIsLeft() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            SocketChannel client = pair.connect(new Recorder());
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000)));
            pair.simulation.advance(SimPair.ms(100));
            client.config().setSoLinger(0);
            client.close();
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.child().channel().isOpen()).isTrue();
            pair.simulation.await(TouTransport.closeGracefully(pair.serverHost.eventLoop(), 60, TimeUnit.SECONDS));
            assertThat(pair.child().outline()).endsWith("inactive", "unregistered");
            pair.expectNothingLeft();
        }
    }

    @Test
    void graceDeliversWhatIsWritten() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            ChannelFuture flushed = client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(LARGE)));
            ChannelFuture written = client.write(Unpooled.wrappedBuffer(Sockets.bytes(1000)));
            Future<Void> end = TouTransport.closeGracefully(pair.clientHost.eventLoop(), 60, TimeUnit.SECONDS);
            pair.simulation.await(end);
            assertThat(flushed.isSuccess()).isTrue();
            assertThat(written.isSuccess()).isTrue();
            assertThat(client.isOpen()).isFalse();
            assertThat(pair.child().receivedBytes()).isEqualTo(LARGE + 1000);
            assertThat(pair.child().failures()).isEmpty();
            assertThat(recorder.failures()).isEmpty();
            assertThat(pair.network.nowNanos()).isLessThan(SimPair.seconds(10).toNanos());
            pair.expectNothingLeft();
        }
    }

    @Test
    void graceOfAServerClosesItsListenersAndItsConnections() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            pair.child().channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100_000)));
            pair.simulation.await(TouTransport.closeGracefully(pair.serverHost.eventLoop(), 60, TimeUnit.SECONDS));
            assertThat(server.isOpen()).isFalse();
            assertThat(pair.child().channel().isOpen()).isFalse();
            assertThat(recorder.receivedBytes()).isEqualTo(100_000);
            pair.simulation.expect("end", () -> !client.isOpen(), SimPair.seconds(1));
            assertThat(recorder.failures()).isEmpty();
            ChannelFuture late = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.expect("refusal", late::isDone, SimPair.seconds(5));
            assertThat(late.isSuccess()).isFalse();
        }
    }

    @Test
    void graceEndsAtItsTimeout() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            ChannelFuture written = client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(LARGE)));
            pair.simulation.advance(SimPair.seconds(1));
            long began = pair.network.nowNanos();
            pair.simulation.await(TouTransport.closeGracefully(pair.clientHost.eventLoop(), 3, TimeUnit.SECONDS));
            assertThat(pair.network.nowNanos() - began).isBetween(3_000_000_000L, 3_010_000_000L);
            pair.simulation.advance(SimPair.ms(1));
            assertThat(written.isSuccess()).isFalse();
            assertThat(client.isOpen()).isFalse();
            pair.child().channel().config().setAutoRead(true);
            pair.simulation.expect("reset", () -> !pair.child().failures().isEmpty(), SimPair.seconds(1));
            assertThat(pair.child().failures().get(0)).hasMessageStartingWith("Connection reset by peer");
            pair.expectNothingLeft();
        }
    }

    @Test
    void graceWithConnectsAndLingersUnderWay() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel lingering = pair.connect(new Recorder());
            lingering.config().setSoLinger(5);
            lingering.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(10_000)));
            ChannelFuture close = lingering.close();
            ChannelFuture connect = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.advance(SimPair.ms(3));
            pair.simulation.await(TouTransport.closeGracefully(pair.clientHost.eventLoop(), 10, TimeUnit.SECONDS));
            assertThat(close.isSuccess()).isTrue();
            assertThat(connect.isDone()).isTrue();
            pair.expectNothingLeft();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void graceOnRealLoops(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            EventLoopGroup group = sockets.newGroup(3);
            Channel server = Sockets.listen(sockets.server(group, group), "127.0.0.1");
            Recorder[] recorders = new Recorder[5];
            for (int i = 0; i < recorders.length; i++) {
                recorders[i] = new Recorder();
                Sockets.channel(sockets.client(recorders[i]).connect(server.localAddress()));
                sockets.nextChild().channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(LARGE)));
            }
            Sockets.done(TouTransport.closeGracefully(group, 60, TimeUnit.SECONDS));
            if (!io.equals("io_uring")) {
                Sockets.done(group.shutdownGracefully(50, 5_000, TimeUnit.MILLISECONDS));
            }
            for (Recorder recorder : recorders) {
                recorder.await("unregistered");
                assertThat(recorder.receivedBytes()).isEqualTo(LARGE);
                assertThat(recorder.failures()).isEmpty();
            }
            // A group that never had a channel.
            Sockets.done(TouTransport.closeGracefully(sockets.newGroup(2), 1, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void graceTooLateIsDoneAtOnce(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            EventLoopGroup group = sockets.newGroup(1);
            Sockets.listen(sockets.server(group, group), "127.0.0.1");
            Sockets.done(group.shutdownGracefully(50, 5_000, TimeUnit.MILLISECONDS));
            Sockets.done(TouTransport.closeGracefully(group, 60, TimeUnit.SECONDS));
            Sockets.done(TouTransport.closeGracefully(group.next(), 60, TimeUnit.SECONDS));
        }
    }
}
