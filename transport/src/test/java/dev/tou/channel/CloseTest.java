// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.tou.simulation.LinkProfile;
import dev.tou.telemetry.TcpInfo;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** How connections end, on virtual time. */
@Tag("S15")
class CloseTest {

    private static final int LARGE = 10_000_000;

    private static boolean unregistered(Recorder recorder) {
        return recorder.count("unregistered") == 1;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, LARGE})
    void everythingWrittenBeforeCloseArrives(int size) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(size))).addListener(ChannelFutureListener.CLOSE);
            pair.simulation.expect("end", () -> unregistered(pair.child()), SimPair.seconds(60));
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(size));
            assertThat(pair.child().failures()).isEmpty();
            assertThat(client.isOpen()).isFalse();
            pair.expectNothingLeft();
        }
    }

    @Test
    void everythingArrivesThroughLoss() {
        try (SimPair pair =
                new SimPair(5, LinkProfile.IDEAL.delay(SimPair.ms(5)).loss(0.05), true)) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(500_000)))
                    .addListener(ChannelFutureListener.CLOSE);
            pair.simulation.expect("end", () -> unregistered(pair.child()), SimPair.seconds(120));
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(500_000));
            pair.expectNothingLeft();
        }
    }

    @Test
    void eventsOfAnOrderlyEnd() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            Recorder child = pair.child();
            ChannelFuture close = client.close();
            close.addListener(done -> recorder.events());
            pair.simulation.await(close);
            pair.simulation.expect("end", () -> unregistered(child), SimPair.seconds(1));
            assertThat(recorder.outline()).containsExactly("registered", "active", "inactive", "unregistered");
            assertThat(child.outline()).containsExactly("registered", "active", "reads", "inactive", "unregistered");
            assertThat(client.isActive()).isFalse();
            assertThat(client.closeFuture().isSuccess()).isTrue();
        }
    }

    @Test
    void closeFutureComesBeforeInactive() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            List<String> atClose = new ArrayList<>();
            client.closeFuture().addListener(done -> atClose.addAll(recorder.events()));
            client.close();
            pair.simulation.expect("end", () -> unregistered(recorder), SimPair.seconds(1));
            assertThat(atClose).containsExactly("registered", "active");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void lingerZeroResets(boolean clientEnds) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            Recorder child = pair.child();
            SocketChannel ending = clientEnds ? client : child.channel();
            Recorder peer = clientEnds ? child : recorder;
            ending.config().setSoLinger(0);
            pair.simulation.await(ending.close());
            pair.simulation.expect("reset", () -> unregistered(peer), SimPair.seconds(1));
            assertThat(peer.failures()).hasSize(1);
            assertThat(peer.failures().get(0))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("Connection reset by peer");
            assertThat(peer.outline())
                    .containsExactly("registered", "active", "reads", "exception", "inactive", "unregistered");
            // Nobody is in TIME-WAIT after a reset.
            pair.simulation.advance(SimPair.seconds(6));
            assertThat(pair.clients.resources().shards()).isEmpty();
        }
    }

    @Test
    void closeWithUnreadTextResets() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100)));
            pair.simulation.advance(SimPair.ms(100));
            pair.simulation.await(pair.child().channel().close());
            pair.simulation.expect("reset", () -> unregistered(recorder), SimPair.seconds(1));
            assertThat(recorder.failures()).hasSize(1);
            assertThat(recorder.failures().get(0)).hasMessageStartingWith("Connection reset by peer");
            pair.expectNothingLeft();
        }
    }

    @Test
    void textAfterCloseResets() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(pair.client(recorder).option(ChannelOption.ALLOW_HALF_CLOSURE, true));
            pair.simulation.await(pair.child().channel().close());
            pair.simulation.expect(
                    "FIN", () -> recorder.events().contains("ChannelInputShutdownEvent"), SimPair.seconds(1));
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100)));
            pair.simulation.expect("reset", () -> unregistered(recorder), SimPair.seconds(1));
            assertThat(recorder.failures()).hasSize(1);
            pair.expectNothingLeft();
        }
    }

    @Test
    void lingerWaitsUntilThePeerHasEverything() {
        try (SimPair pair = new SimPair(LinkProfile.IDEAL.delay(SimPair.ms(50)))) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            client.config().setSoLinger(10);
            long began = pair.network.nowNanos();
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(20_000)));
            ChannelFuture close = client.close();
            pair.simulation.advance(SimPair.ms(99));
            assertThat(close.isDone()).isFalse();
            assertThat(client.isOpen()).isTrue();
            pair.simulation.await(close);
            assertThat(pair.child().receivedBytes()).isEqualTo(20_000);
            assertThat(pair.network.nowNanos() - began).isBetween(100_000_000L, 250_000_000L);
            pair.expectNothingLeft();
        }
    }

    @Test
    void lingerEndsWithAReset() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(pair.client(recorder).option(ChannelOption.SO_SNDBUF, 1 << 20));
            client.config().setSoLinger(2);
            // More than the peer's window: it cannot be acknowledged while the peer does not read.
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(2_000_000)));
            pair.simulation.advance(SimPair.seconds(1));
            long began = pair.network.nowNanos();
            pair.simulation.await(client.close());
            assertThat(pair.network.nowNanos() - began).isEqualTo(2_000_000_000L);
            pair.child().channel().config().setAutoRead(true);
            pair.simulation.expect("reset", () -> unregistered(pair.child()), SimPair.seconds(1));
            assertThat(pair.child().failures().get(0)).hasMessageStartingWith("Connection reset by peer");
            pair.expectNothingLeft();
        }
    }

    @Test
    void lingerDoesNotWaitForWhatIsAcknowledgedAlready() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
            SocketChannel client = pair.connect(new Recorder());
            client.config().setSoLinger(10);
            pair.simulation.await(client.shutdownOutput());
            pair.simulation.advance(SimPair.seconds(1));
            long began = pair.network.nowNanos();
            pair.simulation.await(client.close());
            assertThat(pair.network.nowNanos() - began).isLessThan(1_000_000L);
        }
    }

    @Test
    void nothingIsReadWhileAConnectionLingers() {
        try (SimPair pair = new SimPair(LinkProfile.IDEAL.delay(SimPair.ms(50)))) {
            pair.listen(pair.server().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            Recorder child = pair.child();
            client.config().setSoLinger(10);
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(50_000)));
            ChannelFuture close = client.close();
            child.channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000)));
            pair.simulation.await(close);
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(recorder.receivedBytes()).isZero();
            assertThat(child.receivedBytes()).isEqualTo(50_000);
            // What was sent to it was lost, and the peer learns that.
            assertThat(child.failures()).hasSize(1);
            pair.expectNothingLeft();
        }
    }

    @Test
    void secondCloseAndCloseFromAnotherSide() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            ChannelFuture first = client.close();
            ChannelFuture second = client.close();
            pair.child().channel().close();
            pair.simulation.await(first);
            pair.simulation.await(second);
            pair.simulation.await(client.close());
            pair.simulation.await(client.disconnect());
            pair.expectNothingLeft();
            assertThat(recorder.failures()).isEmpty();
            assertThat(pair.child().failures()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"active", "read", "readComplete", "unwritable", "exception", "ChannelInputShutdownEvent"})
    void closeInsideAnyCallback(String event) {
        try (SimPair pair = new SimPair()) {
            pair.onAccept(child -> child.on("active", SocketChannel::read));
            pair.listen(pair.server().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
            Recorder recorder = new Recorder().on(event, SocketChannel::close);
            SocketChannel client = pair.connect(pair.client(recorder).option(ChannelOption.ALLOW_HALF_CLOSURE, true));
            pair.simulation.advance(SimPair.ms(100));
            SocketChannel child = pair.child().channel();
            switch (event) {
                case "read", "readComplete" -> child.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100_000)));
                case "unwritable" -> client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1_000_000)));
                case "exception" -> {
                    child.config().setSoLinger(0);
                    child.close();
                }
                case "ChannelInputShutdownEvent" -> child.shutdownOutput();
                default -> {}
            }
            pair.simulation.expect("end", () -> unregistered(recorder), SimPair.seconds(5));
            assertThat(recorder.count("inactive")).isEqualTo(1);
            assertThat(client.isOpen()).isFalse();
            child.close();
            pair.expectNothingLeft();
        }
    }

    @Test
    void figuresAreThereAfterTheEnd() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            TouSocketChannel client = (TouSocketChannel) pair.connect(new Recorder());
            pair.simulation.await(client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(5000))));
            pair.simulation.await(client.close());
            pair.simulation.advance(SimPair.seconds(1));
            TcpInfo info = client.tcpInfo();
            assertThat(info.bytesAcked()).isBetween(5000L, 5001L);
        }
    }
}
