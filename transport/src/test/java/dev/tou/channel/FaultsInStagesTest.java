// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.tou.congestion.ControllerLog;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Something throws where nothing should, or is called when it makes no sense: the rest goes on. */
class FaultsInStagesTest {

    @Test
    void aStageThatThrowsOnceLosesNothing() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            pair.simulation.advance(SimPair.ms(100));
            TouSocketChannel child = (TouSocketChannel) pair.child().channel();
            AtomicBoolean thrown = new AtomicBoolean();
            child.shard().udp().pipeline().addAfter("demux", "faulty", new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object msg) {
                    if (thrown.compareAndSet(false, true)) {
                        throw new IllegalStateException("as the test wants");
                    }
                    ctx.fireChannelRead(msg);
                }
            });
            byte[] bytes = new byte[30_000];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (i / 1000);
            }
            client.writeAndFlush(Unpooled.wrappedBuffer(bytes));
            pair.simulation.advance(SimPair.seconds(60));
            assertThat(pair.child().received()).isEqualTo(bytes);
        }
    }

    @Test
    @SuppressWarnings("deprecation") // Handle is the name that the method to override has.
    void anAllocatorThatThrowsHurtsNobodyElse() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel a = pair.connect(new Recorder());
            SocketChannel b = pair.connect(new Recorder());
            pair.simulation.advance(SimPair.ms(200));
            Recorder faulty = pair.accepted.get(0);
            Recorder innocent = pair.accepted.get(1);
            faulty.channel().config().setRecvByteBufAllocator(new DefaultMaxMessagesRecvByteBufAllocator() {
                @Override
                public Handle newHandle() {
                    return new MaxMessageHandle() {
                        @Override
                        public int guess() {
                            throw new OutOfMemoryError("as the test wants");
                        }
                    };
                }
            });
            a.writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
            b.writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
            pair.simulation.advance(SimPair.seconds(60));
            assertThat(innocent.receivedBytes()).isEqualTo(10);
            assertThat(faulty.channel().isOpen()).isFalse();
            assertThat(a.isOpen()).as("its peer was reset").isFalse();
        }
    }

    /** As in a proxy: what one connection reads is written to itself and to the other, and the first cannot send. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aControllerThatThrowsHurtsNobodyElse(boolean inBurst) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel a = pair.connect(new Recorder());
            Recorder b = new Recorder();
            pair.connect(b);
            pair.simulation.advance(SimPair.ms(200));
            Recorder faulty = pair.accepted.get(0);
            Recorder innocent = pair.accepted.get(1);
            faulty.channel().config().setOption(TouChannelOption.CONGESTION_CONTROLLER, ThrowingController::new);
            // Longer than a timeout: the controller is told, and throws.
            pair.simulation.advance(SimPair.seconds(10));
            Runnable writes = () -> {
                faulty.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
                innocent.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
            };
            if (inBurst) {
                faulty.on("read", channel -> writes.run());
                a.writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
            } else {
                faulty.channel().eventLoop().execute(writes);
            }
            pair.simulation.advance(SimPair.ms(100));
            assertThat(b.receivedBytes()).isEqualTo(10);
            assertThat(faulty.failures())
                    .hasSize(1)
                    .allSatisfy(failure -> assertThat(failure)
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("as the test wants"));
            assertThat(faulty.channel().isOpen()).isFalse();
            assertThat(a.isOpen()).as("its peer was reset").isFalse();
            innocent.channel().close();
            b.channel().close();
            pair.expectNothingLeft();
        }
    }

    /** Is asked before the first text leaves, and throws. */
    private static final class ThrowingController extends ControllerLog {
        ThrowingController() {
            super(20_000, 0);
        }

        @Override
        public void onIdleRestart(long nowNanos) {
            throw new IllegalStateException("as the test wants");
        }
    }

    @Test
    void shutdownOutputWhileConnectingFailsAndConnectGoesOn() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            ChannelFuture connected = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            SocketChannel client = (SocketChannel) connected.channel();
            ChannelFuture shutdown = client.shutdownOutput();
            pair.simulation.advance(SimPair.seconds(5));
            assertThat(shutdown.cause()).isInstanceOf(NotYetConnectedException.class);
            assertThat(connected.isDone()).isTrue();
        }
    }

    @Test
    void aServerMayTurnAutoReadOffAndOn() {
        try (SimPair pair = new SimPair()) {
            Channel server = pair.listen(pair.server());
            server.eventLoop().execute(() -> {
                server.config().setAutoRead(false);
                server.config().setAutoRead(true);
            });
            pair.simulation.advance(SimPair.ms(100));
            pair.connect(new Recorder());
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.accepted).hasSize(1);
        }
    }

    @Test
    void closeForciblyBeforeRegistrationResetsWhateverLingerSays() {
        try (SimPair pair = new SimPair()) {
            ServerBootstrap server = pair.servers
                    .server()
                    .handler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext ctx, Object msg) {
                            ((SocketChannel) msg).unsafe().closeForcibly();
                        }
                    })
                    .childHandler(new Recorder());
            pair.listen(server);
            Recorder recorder = new Recorder();
            pair.connect(recorder);
            pair.simulation.expect("reset", () -> !recorder.failures().isEmpty(), SimPair.seconds(1));
        }
    }
}
