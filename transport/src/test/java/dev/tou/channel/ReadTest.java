// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Reads, as Netty's own channels have them: asked for, bounded, and complete once. */
class ReadTest {

    private static SocketChannel connectWithoutReads(SimPair pair, Recorder recorder) {
        return pair.connect(pair.client(recorder).option(ChannelOption.AUTO_READ, false));
    }

    private static void send(SimPair pair, int bytes) {
        pair.child().channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(bytes)));
        pair.simulation.advance(SimPair.seconds(1));
    }

    @Test
    void nothingIsReadUnasked() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = connectWithoutReads(pair, recorder);
            send(pair, 10_000);
            assertThat(recorder.events()).containsExactly("registered", "active");
            client.read();
            client.read();
            pair.simulation.advance(SimPair.ms(100));
            // Without auto-read one read is one buffer.
            assertThat(recorder.events()).containsExactly("registered", "active", "read", "readComplete");
            assertThat(recorder.receivedBytes()).isPositive();
        }
    }

    @Test
    void readWithNothingThereIsRememberedOnce() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = connectWithoutReads(pair, recorder);
            client.read();
            pair.simulation.advance(SimPair.seconds(5));
            assertThat(recorder.events()).containsExactly("registered", "active");
            send(pair, 100);
            send(pair, 100);
            assertThat(recorder.events()).containsExactly("registered", "active", "read", "readComplete");
            assertThat(recorder.receivedBytes()).isEqualTo(100);
        }
    }

    @Test
    void readBeforeConnectIsRemembered() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = (SocketChannel) pair.simulation
                    .await(pair.client(recorder)
                            .option(ChannelOption.AUTO_READ, false)
                            .register())
                    .channel();
            client.read();
            pair.simulation.await(client.connect(pair.serverHost.address(SimPair.PORT)));
            send(pair, 100);
            assertThat(recorder.receivedBytes()).isEqualTo(100);
        }
    }

    @Test
    void autoReadSwitchedOffForgetsThePendingRead() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            client.config().setAutoRead(false);
            pair.simulation.advance(SimPair.ms(1));
            send(pair, 1000);
            assertThat(recorder.receivedBytes()).isZero();
            client.config().setAutoRead(true);
            pair.simulation.advance(SimPair.ms(1));
            assertThat(recorder.receivedBytes()).isEqualTo(1000);
        }
    }

    @Test
    void autoReadSwitchedOffInsideOfARead() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder =
                    new Recorder().on("read", channel -> channel.config().setAutoRead(false));
            SocketChannel client = pair.connect(
                    pair.client(recorder).option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(100)));
            send(pair, 1000);
            assertThat(recorder.receivedBytes()).isEqualTo(100);
            assertThat(recorder.count("readComplete")).isEqualTo(1);
            client.read();
            pair.simulation.advance(SimPair.ms(1));
            assertThat(recorder.receivedBytes()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 100", "3, 100", "16, 64"})
    @SuppressWarnings("deprecation") // There is no other way to set it for the allocator that is given.
    void boundsOfARound(int maxMessages, int bufferBytes) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            List<Integer> sizes = new ArrayList<>();
            SocketChannel client = pair.connect(pair.client(recorder)
                    .option(
                            ChannelOption.RECVBUF_ALLOCATOR,
                            new FixedRecvByteBufAllocator(bufferBytes).maxMessagesPerRead(maxMessages)));
            client.pipeline().addFirst(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object msg) {
                    sizes.add(((ByteBuf) msg).readableBytes());
                    ctx.fireChannelRead(msg);
                }
            });
            send(pair, 50_000);
            assertThat(recorder.received()).isEqualTo(Sockets.bytes(50_000));
            assertThat(sizes).allMatch(size -> size <= bufferBytes);
            int inRound = 0;
            for (String event : recorder.events()) {
                if (event.equals("read")) {
                    assertThat(++inRound).isLessThanOrEqualTo(maxMessages);
                } else if (event.equals("readComplete")) {
                    assertThat(inRound).isPositive();
                    inRound = 0;
                }
            }
            assertThat(inRound).isZero();
        }
    }

    @Test
    void buffersGrowWithWhatComes() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            pair.connect(pair.client(recorder)
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(64, 64, 65_536)));
            send(pair, 1_000_000);
            assertThat(recorder.receivedBytes()).isEqualTo(1_000_000);
            // Not a buffer for every 64 bytes.
            assertThat(recorder.count("read")).isLessThan(1000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"active", "read", "readComplete"})
    void readInsideOfCallbacks(String event) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder().on(event, SocketChannel::read);
            SocketChannel client = connectWithoutReads(pair, recorder);
            if (!event.equals("active")) {
                client.read();
            }
            send(pair, 100_000);
            if (event.equals("active")) {
                assertThat(recorder.count("readComplete")).isEqualTo(1);
            } else {
                assertThat(recorder.received()).isEqualTo(Sockets.bytes(100_000));
                assertThat(recorder.count("read")).isEqualTo(recorder.count("readComplete"));
            }
        }
    }

    @Test
    void writesInsideOfReads() {
        try (SimPair pair = new SimPair()) {
            // Both ends answer every read: a conversation that must not nest.
            pair.onAccept(child -> child.on("read", channel -> reply(child, channel)));
            pair.listen();
            Recorder recorder = new Recorder();
            recorder.on("read", channel -> reply(recorder, channel));
            SocketChannel client = pair.connect(recorder);
            client.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
            pair.simulation.advance(SimPair.seconds(20));
            assertThat(recorder.receivedBytes()).isGreaterThan(500);
            assertThat(recorder.failures()).isEmpty();
        }
    }

    private static void reply(Recorder recorder, SocketChannel channel) {
        channel.write(Unpooled.wrappedBuffer(new byte[1]));
        channel.flush();
    }

    @Test
    void readAndCloseInsideOfRead() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder().on("read", channel -> {
                channel.read();
                channel.close();
                channel.read();
            });
            connectWithoutReads(pair, recorder).read();
            send(pair, 100_000);
            assertThat(recorder.outline()).containsExactly("registered", "active", "reads", "inactive", "unregistered");
            assertThat(recorder.count("read")).isEqualTo(1);
            assertThat(recorder.count("readComplete")).isEqualTo(1);
            pair.expectNothingLeft();
        }
    }

    @Test
    void connectInsideOfCallbacks() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder second = new Recorder();
            // The second connection shares the loop, and may share the UDP channel's turn, with the first.
            Recorder first = new Recorder()
                    .on("read", channel -> pair.client(second).connect(pair.serverHost.address(SimPair.PORT)));
            pair.connect(first);
            send(pair, 10);
            assertThat(second.events()).contains("active");
        }
    }
}
