// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tou.endpoint.TimerExpiry;
import dev.tou.simulation.Fate;
import dev.tou.simulation.LinkProfile;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.tou.channel.SimPair.ms;
import static dev.tou.channel.SimPair.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/** An application's handlers on the pipeline of the UDP channel: what they see, and what they may break. */
class UdpPipelineTest {

    private static final int BYTES = 50_000;

    /** Counts the datagrams that pass, both ways. */
    private static final class Wire extends ChannelDuplexHandler {
        private final AtomicInteger in = new AtomicInteger();
        private final AtomicInteger out = new AtomicInteger();

        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            assertThat(msg).isInstanceOf(DatagramPacket.class);
            in.incrementAndGet();
            ctx.fireChannelRead(msg);
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
            out.addAndGet(datagrams(msg));
            ctx.write(msg, promise);
        }

        private static int datagrams(Object msg) {
            if (msg instanceof SegmentedDatagramPacket train) {
                int bytes = train.content().readableBytes();
                return (bytes + train.segmentSize() - 1) / train.segmentSize();
            }
            assertThat(msg).isInstanceOfAny(ByteBuf.class, DatagramPacket.class);
            return 1;
        }
    }

    /** Writes down what passes between two stages, in words. */
    private static final class Segments extends ChannelDuplexHandler {
        private final List<String> in = new ArrayList<>();
        private final List<String> out = new ArrayList<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            in.add(msg.toString());
            ctx.fireChannelRead(msg);
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
            out.add(msg.toString());
            ctx.write(msg, promise);
        }
    }

    /** Throws each seventh message away, in the one way that a handler has which fails. */
    private static final class Faulty extends ChannelDuplexHandler {
        private int messages;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            failSometimes(msg);
            ctx.fireChannelRead(msg);
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
            failSometimes(msg);
            ctx.write(msg, promise);
        }

        private void failSometimes(Object msg) {
            if (++messages % 7 == 0) {
                ReferenceCountUtil.release(msg);
                throw new IllegalStateException("as the test wants");
            }
        }
    }

    /** Makes the path longer, one way. */
    private static final class Delay extends ChannelDuplexHandler {
        private static final int MILLIS = 50;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            DatagramPacket packet = (DatagramPacket) msg;
            DatagramPacket kept = packet.replace(packet.content().copy());
            packet.release();
            ctx.executor().schedule(() -> ctx.fireChannelRead(kept), MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Passes each datagram on in a turn of its own, in which a timer is due, too. */
    private static final class BesideTimers extends ChannelDuplexHandler {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            DatagramPacket packet = (DatagramPacket) msg;
            DatagramPacket kept = packet.replace(packet.content().copy());
            packet.release();
            ctx.executor().execute(() -> ctx.fireChannelRead(kept));
            ctx.executor().execute(() -> ctx.pipeline().fireUserEventTriggered(TimerExpiry.HANDLED));
        }
    }

    private static UdpPipelineInitializer beforeCodec(ChannelDuplexHandler handler) {
        return udp -> udp.addBefore("codec", "wire", handler);
    }

    private static byte[] exchange(SimPair pair, SocketChannel client) {
        byte[] bytes = Sockets.bytes(BYTES);
        client.writeAndFlush(Unpooled.wrappedBuffer(bytes));
        pair.child().channel().writeAndFlush(Unpooled.wrappedBuffer(bytes));
        pair.simulation.advance(seconds(120));
        assertThat(pair.child().received()).isEqualTo(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyDatagramIsSeenBothWays(boolean segmented) {
        Wire ofClient = new Wire();
        Wire ofServer = new Wire();
        AtomicInteger fromClient = new AtomicInteger();
        AtomicInteger fromServer = new AtomicInteger();
        try (SimPair pair = new SimPair(1, LinkProfile.IDEAL.delay(SimPair.ms(10)), segmented)) {
            pair.network.onDatagram((now, datagram, fate) -> {
                if (fate == Fate.SENT) {
                    boolean byServer = datagram.source().getPort() == SimPair.PORT;
                    (byServer ? fromServer : fromClient).incrementAndGet();
                }
            });
            Channel listener = pair.listen(pair.server().option(TouChannelOption.UDP_PIPELINE, beforeCodec(ofServer)));
            Recorder recorder = new Recorder();
            SocketChannel client =
                    pair.connect(pair.client(recorder).option(TouChannelOption.UDP_PIPELINE, beforeCodec(ofClient)));
            assertThat(exchange(pair, client)).isEqualTo(recorder.received());
            client.close();
            listener.close();
            pair.child().channel().close();
            pair.expectNothingLeft();
        }
        assertThat(ofClient.out.get())
                .isEqualTo(fromClient.get())
                .isEqualTo(ofServer.in.get())
                .isGreaterThan(40);
        assertThat(ofServer.out.get())
                .isEqualTo(fromServer.get())
                .isEqualTo(ofClient.in.get())
                .isGreaterThan(40);
    }

    @Test
    void segmentsAreSeenBetweenTheStages() {
        Segments segments = new Segments();
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(pair.client(new Recorder())
                    .option(TouChannelOption.UDP_PIPELINE, udp -> udp.addAfter("codec", "segments", segments)));
            exchange(pair, client);
        }
        assertThat(segments.out.get(0)).startsWith("CONTROL [SYN] seq ").endsWith(" len 0 in 1");
        assertThat(segments.in.get(0)).contains("[SYN,ACK]");
        assertThat(segments.out).anyMatch(line -> line.startsWith("NEW") && !line.endsWith(" in 1"));
    }

    @Test
    void aHandlerThatThrowsIsALossThatTcpRepairs() {
        try (SimPair pair = new SimPair()) {
            UdpPipelineInitializer faulty = udp -> udp.addBefore("codec", "faulty", new Faulty());
            Channel listener = pair.listen(pair.server().option(TouChannelOption.UDP_PIPELINE, faulty));
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(pair.client(recorder).option(TouChannelOption.UDP_PIPELINE, faulty));
            assertThat(exchange(pair, client)).isEqualTo(recorder.received());
            assertThat(((TouSocketChannel) client).tcpInfo().retrans()).isPositive();
            client.close();
            listener.close();
            pair.child().channel().close();
            pair.expectNothingLeft();
        }
    }

    @Test
    void aHandlerMayPassDatagramsOnLater() {
        try (SimPair pair = new SimPair()) {
            Channel listener =
                    pair.listen(pair.server().option(TouChannelOption.UDP_PIPELINE, beforeCodec(new Delay())));
            Recorder recorder = new Recorder();
            ChannelFuture connected = pair.client(recorder)
                    .option(TouChannelOption.UDP_PIPELINE, beforeCodec(new Delay()))
                    .connect(pair.serverHost.address(SimPair.PORT));
            SocketChannel client = (SocketChannel) connected.channel();
            pair.simulation.advance(ms(121));
            assertThat(connected.isSuccess()).as("10 ms and 50 more, each way").isTrue();
            client.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
            pair.simulation.advance(ms(61));
            assertThat(pair.child().receivedBytes()).isEqualTo(1);
            client.writeAndFlush(Unpooled.wrappedBuffer(new byte[BYTES]));
            pair.simulation.advance(seconds(1));
            assertThat(pair.child().receivedBytes()).isEqualTo(1 + BYTES);
            assertThat(((TouSocketChannel) client).tcpInfo().retrans()).isZero();
            client.close();
            listener.close();
            pair.child().channel().close();
            pair.expectNothingLeft();
        }
    }

    @Test
    void whatWasPassedOnLaterNeedsNoOtherDatagramAlthoughATimerExpires() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().option(TouChannelOption.UDP_PIPELINE, beforeCodec(new BesideTimers())));
            ChannelFuture connected = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.advance(ms(21));
            assertThat(connected.isSuccess()).as("10 ms each way").isTrue();
            connected.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
            pair.simulation.advance(ms(11));
            assertThat(pair.child().receivedBytes()).isEqualTo(1);
        }
    }

    @Test
    void connectionsShareAChannelOnlyWithTheSameInitializer() {
        List<String> calls = new ArrayList<>();
        UdpPipelineInitializer first = udp -> calls.add("first");
        UdpPipelineInitializer second = udp -> calls.add("second");
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().option(TouChannelOption.UDP_PIPELINE, udp -> calls.add("server")));
            assertThat(calls).as("10.0.0.2 alone is one UDP channel").containsExactly("server");
            for (UdpPipelineInitializer each : List.of(first, first, second, first)) {
                SocketChannel client =
                        pair.connect(pair.client(new Recorder()).option(TouChannelOption.UDP_PIPELINE, each));
                pair.simulation.await(client.close());
                // TIME-WAIT goes on; a connection of the same kind finds the channel unused.
                pair.simulation.advance(seconds(1));
            }
        }
        assertThat(calls).containsExactly("server", "first", "second");
    }

    @Test
    void aWildcardHasAChannelForEachAddress() {
        AtomicInteger channels = new AtomicInteger();
        try (SimPair pair = new SimPair()) {
            UdpPipelineInitializer counting = udp -> {
                assertThat(udp.names()).contains("codec", "stream");
                assertThat(udp.channel().isRegistered()).isTrue();
                assertThat(udp.channel().eventLoop().inEventLoop()).isTrue();
                channels.incrementAndGet();
            };
            pair.simulation.await(pair.server()
                    .option(TouChannelOption.UDP_PIPELINE, counting)
                    .bind(new InetSocketAddress("0.0.0.0", SimPair.PORT)));
        }
        assertThat(channels).hasValueGreaterThan(2);
    }

    @Test
    void anInitializerThatThrowsFailsTheCall() {
        IllegalStateException exception = new IllegalStateException("as the test wants");
        AssertionError error = new AssertionError("as the test wants");
        List<Channel> made = new ArrayList<>();
        try (SimPair pair = new SimPair()) {
            ChannelFuture bound = pair.server()
                    .option(TouChannelOption.UDP_PIPELINE, udp -> {
                        made.add(udp.channel());
                        throw exception;
                    })
                    .bind(pair.serverHost.address(SimPair.PORT));
            pair.simulation.advance(seconds(1));
            assertThat(bound.cause()).isSameAs(exception);
            pair.listen();
            for (Throwable thrown : List.of(exception, error)) {
                Bootstrap client = pair.client(new Recorder()).option(TouChannelOption.UDP_PIPELINE, udp -> {
                    made.add(udp.channel());
                    throwAny(thrown);
                });
                ChannelFuture connected = client.connect(pair.serverHost.address(SimPair.PORT));
                pair.simulation.advance(seconds(1));
                assertThat(connected.cause()).isSameAs(thrown);
                assertThat(pair.clients.resources().shards()).isEmpty();
                connected.channel().close();
            }
            assertThat(made).hasSize(3).noneMatch(Channel::isOpen);
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwAny(Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Test
    void onRealSockets() {
        Wire ofClient = new Wire();
        Wire ofServer = new Wire();
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        byte[] bytes = Sockets.bytes(BYTES);
        try (Sockets sockets = new Sockets("nio", 2)) {
            Channel server = Sockets.listen(
                    sockets.server().option(TouChannelOption.UDP_PIPELINE, udp -> {
                        threads.add(Thread.currentThread());
                        udp.addBefore("codec", "wire", ofServer);
                    }),
                    "127.0.0.1");
            Recorder recorder = new Recorder();
            Channel client = Sockets.channel(sockets.client(recorder)
                    .option(TouChannelOption.UDP_PIPELINE, beforeCodec(ofClient))
                    .connect(server.localAddress()));
            client.writeAndFlush(Unpooled.wrappedBuffer(bytes));
            Recorder child = sockets.nextChild().awaitBytes(BYTES);
            child.channel().writeAndFlush(Unpooled.wrappedBuffer(bytes));
            recorder.awaitBytes(BYTES);
            assertThat(recorder.received()).isEqualTo(child.received()).isEqualTo(bytes);
            assertThat(threads).containsExactly(child.threads().get(0));
        }
        for (Wire wire : List.of(ofClient, ofServer)) {
            assertThat(wire.in).hasPositiveValue();
            assertThat(wire.out).hasPositiveValue();
        }
        assertThat(ofClient.out).hasValueGreaterThan(10);
        assertThat(ofServer.in).hasValueGreaterThan(10);
    }
}
