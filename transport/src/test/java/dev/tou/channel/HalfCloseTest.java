// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.nio.channels.ClosedChannelException;
import java.util.List;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Half-closure, as Netty's own channels have it. */
@Tag("S6")
class HalfCloseTest {

    private static SimPair halfClosing() {
        SimPair pair = new SimPair();
        pair.listen(pair.server().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        return pair;
    }

    private static SocketChannel connect(SimPair pair, Recorder recorder) {
        return pair.connect(pair.client(recorder).option(ChannelOption.ALLOW_HALF_CLOSURE, true));
    }

    @Test
    void finIsAnEventOnceAndTheOtherDirectionGoesOn() {
        try (SimPair pair = halfClosing()) {
            Recorder recorder = new Recorder();
            SocketChannel client = connect(pair, recorder);
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100_000)));
            pair.simulation.advance(SimPair.seconds(1));
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(10)));
            pair.simulation.await(client.shutdownOutput());
            assertThat(client.isOutputShutdown()).isTrue();
            assertThat(client.isInputShutdown()).isFalse();
            assertThat(client.isShutdown()).isFalse();
            pair.simulation.advance(SimPair.seconds(1));
            Recorder child = pair.child();
            assertThat(child.receivedBytes()).isEqualTo(100_010);
            assertThat(child.outline())
                    .containsExactly(
                            "registered",
                            "active",
                            "reads",
                            "ChannelInputShutdownEvent",
                            "reads",
                            "ChannelInputShutdownReadComplete");
            assertThat(child.channel().isInputShutdown()).isTrue();
            assertThat(child.channel().isOutputShutdown()).isFalse();
            assertThat(recorder.outline())
                    .containsExactly("registered", "active", "unwritable", "writable", "ChannelOutputShutdownEvent");
            // The other direction carries on, however late.
            pair.simulation.advance(SimPair.seconds(300));
            child.channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(50_000)));
            child.channel().close();
            pair.simulation.expect("text", () -> recorder.receivedBytes() == 50_000, SimPair.seconds(5));
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(recorder.count("ChannelInputShutdownEvent")).isEqualTo(1);
            assertThat(recorder.count("ChannelInputShutdownReadComplete")).isEqualTo(1);
            assertThat(client.isShutdown()).isTrue();
            assertThat(client.isOpen()).isTrue();
            pair.simulation.await(client.close());
            pair.expectNothingLeft();
        }
    }

    /** The reference: what the same application sees on the kernel's TCP. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eventsAreThoseOfNio(boolean autoRead) throws Exception {
        List<String> kernel = endAsSeenBy(NioServerSocketChannel.class, NioSocketChannel.class, autoRead);
        List<String> tou = endAsSeenBy(TouServerSocketChannel.class, TouSocketChannel.class, autoRead);
        assertThat(tou).isEqualTo(kernel);
    }

    private static List<String> endAsSeenBy(
            Class<? extends ServerChannel> serverType, Class<? extends Channel> clientType, boolean autoRead) {
        try (Sockets sockets = new Sockets("nio", 1)) {
            Recorder child = new Recorder();
            if (!autoRead) {
                child.on("active", SocketChannel::read).on("readComplete", SocketChannel::read);
            }
            Channel server = Sockets.channel(new ServerBootstrap()
                    .group(sockets.group)
                    .channel(serverType)
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .childOption(ChannelOption.AUTO_READ, autoRead)
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel ch) {
                            ch.pipeline().addLast(child);
                        }
                    })
                    .bind(Sockets.any("127.0.0.1")));
            SocketChannel client = (SocketChannel) Sockets.channel(new Bootstrap()
                    .group(sockets.group)
                    .channel(clientType)
                    .handler(new Recorder())
                    .connect(server.localAddress()));
            Sockets.done(client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])));
            child.awaitBytes(10);
            Sockets.done(client.shutdownOutput());
            child.await("ChannelInputShutdownReadComplete");
            Sockets.done(child.channel().shutdown());
            Sockets.done(child.channel().close());
            child.await("unregistered");
            return child.events();
        }
    }

    @Test
    void writesAfterShutdownOutputFail() {
        try (SimPair pair = halfClosing()) {
            SocketChannel client = connect(pair, new Recorder());
            ChannelFuture queued = client.write(Unpooled.wrappedBuffer(Sockets.bytes(10)));
            ChannelFuture shutdown = client.shutdownOutput();
            ChannelFuture late = client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(10)));
            pair.simulation.await(shutdown);
            assertThat(queued.cause()).isInstanceOf(ChannelOutputShutdownException.class);
            assertThat(late.cause()).isInstanceOf(ClosedChannelException.class);
            ChannelFuture again = client.shutdownOutput();
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(again.isDone()).isTrue();
            assertThat(pair.child().receivedBytes()).isZero();
        }
    }

    @Test
    void shutdownInputThrowsAwayWhatComes() {
        try (SimPair pair = halfClosing()) {
            Recorder recorder = new Recorder();
            SocketChannel client = connect(pair, recorder);
            pair.simulation.await(client.shutdownInput());
            assertThat(client.isInputShutdown()).isTrue();
            SocketChannel child = pair.child().channel();
            ChannelFuture written = child.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(5_000_000)));
            // It is acknowledged, so it does not fill the peer's buffer.
            pair.simulation.await(written);
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000)));
            pair.simulation.expect("text", () -> pair.child().receivedBytes() == 1000, SimPair.seconds(5));
            assertThat(recorder.receivedBytes()).isZero();
            assertThat(recorder.count("ChannelInputShutdownReadComplete")).isEqualTo(1);
            assertThat(recorder.count("ChannelInputShutdownEvent")).isZero();
            child.close();
            pair.simulation.advance(SimPair.seconds(5));
            assertThat(client.isOpen()).isTrue();
            client.close();
            pair.expectNothingLeft();
        }
    }

    @Test
    void shutdownOfBoth() {
        try (SimPair pair = halfClosing()) {
            SocketChannel client = connect(pair, new Recorder());
            pair.simulation.await(client.shutdown());
            assertThat(client.isShutdown()).isTrue();
            assertThat(client.isOpen()).isTrue();
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.child().count("ChannelInputShutdownEvent")).isEqualTo(1);
            pair.child().channel().close();
            client.close();
            pair.expectNothingLeft();
            assertThat(client.shutdownInput().cause()).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void withoutHalfClosureFinCloses() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = connect(pair, new Recorder());
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100_000)));
            pair.simulation.advance(SimPair.seconds(1));
            pair.simulation.await(client.shutdownOutput());
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.child().receivedBytes()).isEqualTo(100_000);
            assertThat(pair.child().outline())
                    .containsExactly("registered", "active", "reads", "inactive", "unregistered");
            client.close();
            pair.expectNothingLeft();
        }
    }

    /** As on epoll: who allows half-closure learns of it without a read, once nothing is unread. */
    @ParameterizedTest
    @ValueSource(ints = {0, 100})
    void withHalfClosureTheEndIsToldUnasked(int unreadBytes) {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server()
                    .childOption(ChannelOption.AUTO_READ, false)
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
            SocketChannel client = connect(pair, new Recorder());
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(unreadBytes)));
            pair.simulation.advance(SimPair.seconds(1));
            client.shutdownOutput();
            pair.simulation.advance(SimPair.seconds(1));
            Recorder child = pair.child();
            if (unreadBytes > 0) {
                assertThat(child.events()).containsExactly("registered", "active");
                child.channel().read();
                pair.simulation.advance(SimPair.seconds(1));
                assertThat(child.receivedBytes()).isEqualTo(unreadBytes);
            }
            assertThat(child.outline())
                    .containsExactly(
                            "registered",
                            "active",
                            "reads",
                            "ChannelInputShutdownEvent",
                            "reads",
                            "ChannelInputShutdownReadComplete");
            assertThat(child.channel().isOpen()).isTrue();
        }
    }

    @Test
    void endBeforeAcceptIsToldUnasked() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen(pair.server()
                    .option(ChannelOption.AUTO_READ, false)
                    .childOption(ChannelOption.AUTO_READ, false)
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
            SocketChannel client = connect(pair, new Recorder());
            client.shutdownOutput();
            pair.simulation.advance(SimPair.seconds(1));
            server.read();
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.child().outline())
                    .endsWith("ChannelInputShutdownEvent", "reads", "ChannelInputShutdownReadComplete");
        }
    }

    @Test
    void withoutReadsTheEndWaits() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            SocketChannel client = connect(pair, new Recorder());
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100)));
            client.shutdownOutput();
            pair.simulation.advance(SimPair.seconds(1));
            Recorder child = pair.child();
            assertThat(child.events()).containsExactly("registered", "active");
            child.channel().read();
            pair.simulation.advance(SimPair.seconds(1));
            // As with a kernel's socket, the end is not seen by the read that brought the last bytes.
            assertThat(child.events()).containsExactly("registered", "active", "read", "readComplete");
            child.channel().read();
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(child.outline()).containsExactly("registered", "active", "reads", "inactive", "unregistered");
        }
    }
}
