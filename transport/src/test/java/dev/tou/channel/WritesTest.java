// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;

import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.SimHost;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Writes that are huge, tiny, cancelled or in vain, and the words in which failures are told. */
class WritesTest {

    private static final int HUGE = 64 << 20;

    // --- huge ---

    private static ByteBuf huge(String kind, byte[] bytes) {
        return switch (kind) {
            case "heap" -> Unpooled.wrappedBuffer(bytes);
            case "read-only" -> Unpooled.directBuffer(HUGE).writeBytes(bytes).asReadOnly();
            default -> {
                CompositeByteBuf parts = Unpooled.compositeBuffer(Integer.MAX_VALUE);
                for (int at = 0, size = 1; at < HUGE; at += size, size = size * 5 % 79_193 + 1) {
                    byte[] part = Arrays.copyOfRange(bytes, at, Math.min(HUGE, at + size));
                    parts.addComponent(true, Unpooled.wrappedBuffer(part));
                }
                yield parts;
            }
        };
    }

    /** In one write, through a send buffer that holds a small part of it. */
    @ParameterizedTest
    @ValueSource(strings = {"heap", "read-only", "composite"})
    void sixtyFourMegabytesInOneWrite(String kind) {
        try (SimPair pair = SimPair.withMtu(LinkProfile.IDEAL.delay(SimPair.ms(1)), 9_000)) {
            pair.listen(pair.server().option(TouChannelOption.PATH_MTU, 9_000));
            SocketChannel client = pair.connect(pair.client(new Recorder()).option(TouChannelOption.PATH_MTU, 9_000));
            byte[] bytes = Sockets.bytes(HUGE);
            ByteBuf buffer = huge(kind, bytes);
            ChannelFuture written = client.writeAndFlush(buffer);
            pair.simulation.advance(SimPair.ms(5));
            assertThat(written.isDone()).isFalse();
            pair.simulation.expect("all", () -> pair.child().receivedBytes() == HUGE, SimPair.seconds(600));
            assertThat(written.isSuccess()).isTrue();
            assertThat(buffer.refCnt()).isZero();
            assertThat(Arrays.equals(pair.child().received(), bytes)).isTrue();
            assertThat(pair.clients.resources().memory().bytes()).isLessThan(HUGE / 4);
        }
    }

    // --- tiny ---

    /** Ten thousand writes of a byte: without Nagle each flush is a segment, because the window counts bytes. */
    @ParameterizedTest(name = "TCP_NODELAY {0}, one flush for all {1}: {2} segments")
    @CsvSource({"true, false, 10000", "false, false, 10", "true, true, 9", "false, true, 9"})
    void tinyWrites(boolean noDelay, boolean oneFlush, long expected) {
        int writes = 10_000;
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(pair.client(new Recorder()).option(ChannelOption.TCP_NODELAY, noDelay));
            pair.simulation.advance(SimPair.seconds(1));
            TouSocketChannel tou = (TouSocketChannel) client;
            long before = tou.tcpInfo().segsOut();
            List<ChannelFuture> futures = new ArrayList<>();
            byte[] bytes = Sockets.bytes(writes);
            for (byte one : bytes) {
                ByteBuf buffer = Unpooled.wrappedBuffer(new byte[] {one});
                futures.add(oneFlush ? client.write(buffer) : client.writeAndFlush(buffer));
            }
            client.flush();
            pair.simulation.expect("all", () -> pair.child().receivedBytes() == writes, SimPair.seconds(10));
            assertThat(pair.child().received()).isEqualTo(bytes);
            assertThat(futures).allMatch(ChannelFuture::isSuccess);
            assertThat(tou.tcpInfo().segsOut() - before).isEqualTo(expected);
            assertThat(tou.tcpInfo().mss()).isEqualTo(1168);
        }
    }

    /** Three tiny writes in a round trip are three segments; with Nagle the first, and the others together. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tinyWritesOneByOne(boolean noDelay) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(pair.client(new Recorder()).option(ChannelOption.TCP_NODELAY, noDelay));
            pair.simulation.advance(SimPair.seconds(1));
            long before = ((TouSocketChannel) client).tcpInfo().segsOut();
            for (int i = 0; i < 50; i++) {
                client.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
                client.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
                client.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
                pair.simulation.advance(SimPair.ms(100));
            }
            assertThat(pair.child().receivedBytes()).isEqualTo(150);
            assertThat(((TouSocketChannel) client).tcpInfo().segsOut() - before).isEqualTo(noDelay ? 150 : 100);
        }
    }

    // --- cancelled ---

    /** What is flushed cannot be called back, as with a kernel's socket. */
    @Test
    void aFlushedWriteCannotBeCancelled() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(pair.client(new Recorder()).option(ChannelOption.SO_SNDBUF, 5000));
            ChannelFuture first = client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100_000)));
            ChannelFuture second = client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
            ChannelFuture third = client.write(Unpooled.wrappedBuffer(new byte[1000]));
            pair.simulation.advance(SimPair.ms(1));
            assertThat(first.cancel(false)).isFalse();
            assertThat(second.cancel(false)).isFalse();
            assertThat(third.cancel(false)).isTrue();
            client.flush();
            pair.simulation.advance(SimPair.seconds(5));
            assertThat(first.isSuccess()).isTrue();
            assertThat(second.isSuccess()).isTrue();
            assertThat(third.cause()).isInstanceOf(CancellationException.class);
            assertThat(pair.child().receivedBytes()).isEqualTo(100_010);
        }
    }

    /** What is cancelled weighs nothing any more once it is skipped. */
    @Test
    void cancelledWritesDoNotBlock() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(pair.client(new Recorder())
                    .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1000, 2000)));
            ByteBuf large = Unpooled.wrappedBuffer(new byte[100_000]);
            ChannelFuture write = client.write(large);
            pair.simulation.advance(SimPair.ms(1));
            assertThat(client.isWritable()).isFalse();
            write.cancel(false);
            client.flush();
            pair.simulation.advance(SimPair.ms(1));
            assertThat(client.isWritable()).isTrue();
            assertThat(large.refCnt()).isZero();
            assertThat(((TouSocketChannel) client).tcpInfo().bytesSent()).isZero();
        }
    }

    // --- in vain ---

    private static Throwable failure(SimPair pair, ChannelFuture future) {
        pair.simulation.expect("failure", future::isDone, SimPair.seconds(100));
        return future.cause();
    }

    @Test
    void beforeConnect() {
        try (SimPair pair = new SimPair()) {
            Recorder recorder = new Recorder();
            SocketChannel client = (SocketChannel)
                    pair.simulation.await(pair.client(recorder).register()).channel();
            ByteBuf buffer = Unpooled.buffer().writeZero(10);
            client.writeAndFlush(buffer, client.voidPromise());
            pair.simulation.advance(SimPair.ms(1));
            // Nobody else would ever be told.
            assertThat(recorder.failures()).hasSize(1);
            assertThat(recorder.failures().get(0)).isInstanceOf(NotYetConnectedException.class);
            assertThat(buffer.refCnt()).isZero();
        }
    }

    @Test
    void afterClose() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            pair.simulation.await(client.close());
            ByteBuf buffer = Unpooled.buffer().writeZero(10);
            Throwable cause = failure(pair, client.writeAndFlush(buffer));
            assertThat(cause).isInstanceOf(ClosedChannelException.class);
            assertThat(cause.getClass().getSimpleName()).isEqualTo("StacklessClosedChannelException");
            assertThat(buffer.refCnt()).isZero();
            ByteBuf unwatched = Unpooled.buffer().writeZero(10);
            client.writeAndFlush(unwatched, client.voidPromise());
            pair.simulation.advance(SimPair.ms(1));
            assertThat(unwatched.refCnt()).isZero();
        }
    }

    /** The queue fails with the reason of the close, and whatever is written later with that as its cause. */
    @Test
    void afterAReset() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            ChannelFuture queued = client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10_000_000]));
            pair.simulation.advance(SimPair.seconds(1));
            pair.child().channel().config().setSoLinger(0);
            pair.child().channel().close();
            assertThat(failure(pair, queued)).isInstanceOf(IOException.class);
            assertThat(recorder.failures()).hasSize(1);
            assertThat(recorder.failures().get(0))
                    .isInstanceOf(SocketException.class)
                    .hasMessageStartingWith("Connection reset by peer");
            assertThat(client.isOpen()).isFalse();
            assertThat(failure(pair, client.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]))))
                    .isInstanceOf(ClosedChannelException.class);
        }
    }

    /** Nobody reads, so nobody is told of the reset but the next write. */
    @Test
    void intoAReset() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(pair.client(recorder).option(ChannelOption.AUTO_READ, false));
            pair.child().channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
            pair.simulation.advance(SimPair.ms(50));
            pair.child().channel().config().setSoLinger(0);
            pair.child().channel().close();
            pair.simulation.advance(SimPair.ms(50));
            Throwable cause = failure(pair, client.writeAndFlush(Unpooled.wrappedBuffer(new byte[1])));
            assertThat(cause).isInstanceOf(SocketException.class).hasMessageStartingWith("Connection reset by peer");
            assertThat(client.isOpen()).isFalse();
        }
    }

    // --- connect ---

    @Test
    void refusedNamesThePeer() {
        try (SimPair pair = new SimPair()) {
            InetSocketAddress nobody = pair.serverHost.address(SimPair.PORT);
            assertThat(failure(pair, pair.client(new Recorder()).connect(nobody)))
                    .isInstanceOf(ConnectException.class)
                    .hasMessage("Connection refused: " + nobody);
        }
    }

    // RFC 9293: MUST-54, SHLD-25.
    @Test
    void unreachableIsNoRoute() {
        try (SimPair pair = new SimPair()) {
            InetSocketAddress nowhere = new InetSocketAddress("203.0.113.1", 7);
            SimHost lonely = pair.network.addHost("lonely", "2001:db8::3");
            SimChannels channels = new SimChannels(lonely, 1, true);
            assertThat(failure(pair, channels.client().handler(new Recorder()).connect(nowhere)))
                    .isInstanceOf(NoRouteToHostException.class)
                    .hasMessageContaining("unreachable")
                    .hasMessageEndingWith(nowhere.toString());
            pair.expectNothingLeft();
        }
    }
}
