// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;

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
