// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.time.Duration;
import java.util.function.Consumer;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.simulation.LinkProfile;
import dev.tou.telemetry.AckKind;
import dev.tou.window.ReceiveAutotuning;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.tou.channel.SimPair.ms;
import static dev.tou.channel.SimPair.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/** The receive buffer grows with its reader, so that the window is never what limits a sender (RFC 7323 section 2). */
class ReceiveBufferSimTest {

    private static final long MBIT = 1_000_000;

    /** Text of 1168 bytes in packets of 1228. */
    private static final double TEXT_SHARE = 1168 / 1228.0;

    /** Writes without end. */
    private static final class Source extends ChannelInboundHandlerAdapter {
        private static final int CHUNK = 16 * 1024;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            fill(ctx);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            fill(ctx);
        }

        private static void fill(ChannelHandlerContext ctx) {
            while (ctx.channel().isActive() && ctx.channel().isWritable()) {
                ctx.write(ctx.alloc().buffer(CHUNK).writeZero(CHUNK));
                ctx.flush();
            }
        }
    }

    /** Counts what it reads. */
    private static final class Sink extends ChannelInboundHandlerAdapter {
        private long bytes;
        private SocketChannel channel;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            channel = (SocketChannel) ctx.channel();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            bytes += ((ByteBuf) msg).readableBytes();
            ((ByteBuf) msg).release();
        }

        TransmissionControlBlock tcb() {
            return ((TouSocketChannel) channel).tcb();
        }
    }

    private Sink sink = new Sink();
    private boolean readsUnasked = true;
    private int hostBufferBytes = 4 << 20;
    private SimPair pair;

    @AfterEach
    void close() {
        pair.close();
    }

    private void flows(LinkProfile link) {
        flows(link, client -> {});
    }

    private void flows(LinkProfile link, Consumer<Bootstrap> clientOptions) {
        pair = new SimPair(link);
        pair.serverHost.maxReceiveBufferBytes(hostBufferBytes);
        pair.listen(pair.servers
                .server()
                .childOption(ChannelOption.AUTO_READ, readsUnasked)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(2048).maxMessagesPerRead(1))
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel ch) {
                        ch.pipeline().addLast(sink);
                    }
                }));
        Bootstrap client = pair.clients.client().handler(new Source());
        clientOptions.accept(client);
        pair.simulation.await(client.connect(pair.serverHost.address(SimPair.PORT)));
        pair.simulation.expect("accept", () -> sink.channel != null, seconds(10));
    }

    /** {@return the bits of text that were read in a second of the time to come} */
    private double goodput(Duration time) {
        long before = sink.bytes;
        pair.simulation.advance(time);
        return (sink.bytes - before) * 8e9 / time.toNanos();
    }

    private static LinkProfile link(long bitsPerSecond, Duration rtt) {
        long bdp = bitsPerSecond / 8 * rtt.toMillis() / 1000;
        return LinkProfile.IDEAL.delay(rtt.dividedBy(2)).rate(bitsPerSecond, (int) Math.max(64_000, bdp));
    }

    /** 3.75 MB are under way on 100 Mbit/s and 300 ms. The first loss ends slow start with the pipe full; the window does not. */
    @Test
    void aLongFatPathIsFilled() {
        flows(link(100 * MBIT, ms(300)));
        pair.simulation.advance(seconds(6));
        assertThat(sink.tcb().advertisedWindow.capacityBytes()).isGreaterThan(4_000_000);
        assertThat(goodput(seconds(2))).isGreaterThan(0.9 * TEXT_SHARE * 100 * MBIT);
    }

    /** The buffer is that of the reader's speed; when it becomes fast, so does the flow, within few round trips. */
    @Test
    void aReaderThatIsSlowThenFast() {
        readsUnasked = false;
        flows(link(20 * MBIT, ms(100)));
        for (int i = 0; i < 50; i++) {
            sink.channel.read();
            pair.simulation.advance(ms(100));
        }
        TransmissionControlBlock tcb = sink.tcb();
        assertThat(tcb.advertisedWindow.capacityBytes()).isEqualTo(ReceiveAutotuning.INITIAL_BYTES);
        assertThat(tcb.receiveBuffer.readableBytes())
                .isBetween(ReceiveAutotuning.INITIAL_BYTES * 9 / 10, ReceiveAutotuning.INITIAL_BYTES * 17 / 16);
        sink.channel.config().setAutoRead(true);
        pair.simulation.advance(ms(600));
        assertThat(goodput(seconds(2))).isGreaterThan(0.9 * TEXT_SHARE * 20 * MBIT);
        assertThat(tcb.advertisedWindow.capacityBytes())
                .isBetween(500_000, ReceiveAutotuning.DEFAULT_MAX_BYTES * 2 / 3);
    }

    /** A socket whose buffer the system has kept small: a window comes spread over the round trip, and only a part must fit. */
    @Test
    void aSmallSocketIsNoLimitOnALongPath() {
        hostBufferBytes = 300_000;
        flows(link(50 * MBIT, ms(100)));
        pair.simulation.advance(seconds(4));
        assertThat(goodput(seconds(2))).isGreaterThan(0.9 * TEXT_SHARE * 50 * MBIT);
        assertThat(sink.tcb().advertisedWindow.capacityBytes()).isGreaterThan(625_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {2048, 100_000})
    void aBufferThatWasChosenStays(int bytes) {
        flows(link(20 * MBIT, ms(20)));
        sink.channel.config().setReceiveBufferSize(bytes);
        pair.simulation.advance(seconds(2));
        assertThat(sink.tcb().advertisedWindow.capacityBytes()).isEqualTo(bytes);
    }

    /** The send buffer of twice the congestion window grows with it: slow start goes as fast as with one of any size. */
    @ParameterizedTest
    @ValueSource(longs = {0, 128 * 1024})
    void theSendBufferNeverHoldsSlowStartBack(long lowWaterBytes) {
        flows(link(100 * MBIT, ms(50)), client -> client.option(ChannelOption.SO_SNDBUF, 32 << 20));
        pair.simulation.advance(seconds(1));
        long withRoom = sink.bytes;
        assertThat(withRoom).as("no slow start").isGreaterThan(2_000_000);
        pair.close();
        sink = new Sink();
        flows(link(100 * MBIT, ms(50)), client -> client.option(TouChannelOption.UNSENT_LOW_WATER, lowWaterBytes));
        pair.simulation.advance(seconds(1));
        assertThat(sink.bytes).isGreaterThan(withRoom * 98 / 100);
    }

    /** PROTOCOL 3: between our own ends 16 acknowledgments in a round trip and one for 10 segments are enough for full speed. */
    @Test
    void fewAcknowledgmentsAreEnough() {
        flows(link(100 * MBIT, ms(50)));
        pair.simulation.advance(seconds(2));
        long[] counted = sink.tcb().counters.acknowledgments;
        long before = counted[AckKind.IMMEDIATE.ordinal()] + counted[AckKind.DELAYED.ordinal()];
        long segments = sink.tcb().counters.segmentsReceived;
        double speed = goodput(seconds(2));
        long acknowledgments = counted[AckKind.IMMEDIATE.ordinal()] + counted[AckKind.DELAYED.ordinal()] - before;
        segments = sink.tcb().counters.segmentsReceived - segments;
        assertThat(speed).isGreaterThan(0.9 * TEXT_SHARE * 100 * MBIT);
        assertThat(segments / acknowledgments).isBetween(8L, 12L);
    }
}
