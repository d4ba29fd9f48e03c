// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

import dev.tou.simulation.Errno;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.SendDelay;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.SegmentedDatagramPacket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What was handed to the wire is never rewritten, and never sent again before it has left, however long it waits there.
 *
 * <p>Two rules keep this, and each of them is held by tests here, which was tried by removing it:
 *
 * <ul>
 *   <li>without {@code slab.refCnt() == 1} in {@code SendBuffer.retransmission}, {@link #whatAHandlerKeepsStaysAsItWas} fails: a
 *       retransmission writes its header into a datagram that somebody still holds;
 *   <li>without HELD in {@code RetransmissionQueue}, {@link #nothingIsSentAgainBeforeItHasLeft} fails: the timer repeats
 *       segments that wait.
 * </ul>
 */
class TrainTest {

    private static final int SIZE = 400_000;

    /** Takes a copy of each datagram and, a while, a reference; then compares. */
    private static final class Keeper extends ChannelOutboundHandlerAdapter {

        private record Kept(ByteBuf datagram, byte[] asHandedOver) {}

        private final Queue<Kept> kept = new ArrayDeque<>();
        private final int most;
        private int compared;
        private int rewritten;

        Keeper(int most) {
            this.most = most;
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
            ByteBuf datagram = contentOf(msg);
            kept.add(new Kept(datagram.retainedSlice(), ByteBufUtil.getBytes(datagram)));
            if (kept.size() > most) {
                compareOldest();
            }
            ctx.write(msg, promise);
        }

        private void compareOldest() {
            Kept oldest = kept.remove();
            // Noted, not thrown: an exception here would only be one more datagram that could not be sent.
            boolean same = Arrays.equals(ByteBufUtil.getBytes(oldest.datagram()), oldest.asHandedOver());
            rewritten += same ? 0 : 1;
            oldest.datagram().release();
            compared++;
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            while (!kept.isEmpty()) {
                compareOldest();
            }
        }
    }

    /** Holds datagrams back, promises and all, until it is told to let them go; notes what of the sequence is in its hands. */
    private static final class Gate extends ChannelOutboundHandlerAdapter {

        private record Held(Object msg, ChannelPromise promise, byte[] asHandedOver) {}

        private final Queue<Held> waiting = new ArrayDeque<>();
        private final Map<Integer, Integer> inHand = new HashMap<>();
        private final List<Integer> repeated = new ArrayList<>();
        private ChannelHandlerContext ctx;
        private boolean shut;

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            ctx = context;
        }

        @Override
        public void write(ChannelHandlerContext context, Object msg, ChannelPromise promise) {
            if (!shut) {
                context.write(msg, promise);
                return;
            }
            for (int seq : sequenceNumbers(msg)) {
                if (inHand.merge(seq, 1, Integer::sum) > 1) {
                    repeated.add(seq);
                }
            }
            // A void promise is not the handler's to keep: it may serve another datagram before this one leaves.
            ChannelPromise own = promise.unvoid();
            waiting.add(new Held(msg, own, ByteBufUtil.getBytes(contentOf(msg))));
        }

        void shut() {
            shut = true;
        }

        void open() {
            shut = false;
            inHand.clear();
            while (!waiting.isEmpty()) {
                Held held = waiting.remove();
                assertThat(ByteBufUtil.getBytes(contentOf(held.msg()))).isEqualTo(held.asHandedOver());
                ctx.write(held.msg(), held.promise());
            }
            ctx.flush();
        }
    }

    private static ByteBuf contentOf(Object msg) {
        return msg instanceof ByteBufHolder holder ? holder.content() : (ByteBuf) msg;
    }

    /** {@return the sequence number of each segment with text} */
    private static List<Integer> sequenceNumbers(Object msg) {
        ByteBuf content = contentOf(msg);
        int stride = msg instanceof SegmentedDatagramPacket train ? train.segmentSize() : content.readableBytes();
        List<Integer> numbers = new ArrayList<>();
        for (int at = 0; at < content.readableBytes(); at += stride) {
            int start = content.readerIndex() + at;
            int headerBytes = (content.getByte(start + 12) >> 4 & 15) * 4;
            if (Math.min(stride, content.readableBytes() - at) > headerBytes) {
                numbers.add(content.getInt(start + 4));
            }
        }
        return numbers;
    }

    private static void onTheWire(SocketChannel channel, ChannelOutboundHandlerAdapter handler) {
        ((TouSocketChannel) channel).shard().udp().pipeline().addFirst("test", handler);
    }

    @ParameterizedTest
    @CsvSource({"1, true, 4", "2, false, 4", "3, true, 64", "4, false, 64", "5, true, 1000"})
    void whatAHandlerKeepsStaysAsItWas(long seed, boolean segmented, int most) {
        LinkProfile lossy = LinkProfile.IDEAL.delay(SimPair.ms(5)).loss(0.05);
        try (SimPair pair = new SimPair(seed, lossy, segmented)) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            Keeper keeper = new Keeper(most);
            onTheWire(client, keeper);
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(SIZE)));
            pair.simulation.expect("text", () -> pair.child().receivedBytes() == SIZE, SimPair.seconds(300));
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(SIZE));
            assertThat(((TouSocketChannel) client).tcpInfo().retrans()).isPositive();
            ((TouSocketChannel) client).shard().udp().pipeline().remove("test");
            assertThat(keeper.compared).isPositive();
            assertThat(keeper.rewritten).isZero();
            client.close();
            pair.expectNothingLeft();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsSentAgainBeforeItHasLeft(boolean segmented) {
        try (SimPair pair = new SimPair(1, LinkProfile.IDEAL.delay(SimPair.ms(5)), segmented)) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            // A round trip is known, so that the timer is short.
            pair.simulation.await(client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(10))));
            pair.simulation.advance(SimPair.seconds(1));
            Gate gate = new Gate();
            onTheWire(client, gate);
            gate.shut();
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(SIZE)));
            pair.simulation.advance(SimPair.seconds(30));
            assertThat(gate.waiting).isNotEmpty();
            assertThat(gate.repeated).isEmpty();
            assertThat(((TouSocketChannel) client).tcpInfo().retrans()).isZero();
            gate.open();
            pair.simulation.expect("text", () -> pair.child().receivedBytes() == SIZE + 10, SimPair.seconds(60));
            client.close();
            pair.expectNothingLeft();
        }
    }

    /** Without segmentation offload a train is many datagrams: the socket may take some of them and refuse others. */
    @ParameterizedTest
    @CsvSource({"0, ENOBUFS", "4, ENOBUFS", "9, ENOBUFS", "0, ECONNREFUSED", "9, ECONNREFUSED"})
    void ofATrainOnlyTheDatagramThatWasRefusedGoesAgain(int refused, Errno errno) {
        try (SimPair pair = new SimPair(1, LinkProfile.IDEAL.delay(SimPair.ms(50)), false)) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            pair.child();
            int bytes = 10 * ((TouSocketChannel) client).tcpInfo().mss();
            int[] sends = {0};
            pair.clientHost.sendFault((random, recipient, length, segments) -> sends[0]++ == refused ? errno : null);
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(bytes)));
            // In less than a round trip: not because the peer misses it.
            pair.simulation.advance(SimPair.ms(40));
            assertThat(sends[0]).isEqualTo(11);
            pair.simulation.expect("text", () -> pair.child().receivedBytes() == bytes, SimPair.ms(30));
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(bytes));
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(((TouSocketChannel) client).tcpInfo().retrans()).isEqualTo(1);
            assertThat(((TouSocketChannel) client).tcpInfo().timeouts()).isZero();
            client.close();
            pair.expectNothingLeft();
        }
    }

    @Test
    void retransmissionsThatWaitAreNotRepeatedEither() {
        LinkProfile lossy = LinkProfile.IDEAL.delay(SimPair.ms(5)).loss(0.03);
        try (SimPair pair = new SimPair(11, lossy, true)) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            Gate gate = new Gate();
            onTheWire(client, gate);
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(SIZE)));
            int rounds = 0;
            while (pair.accepted.isEmpty() || pair.accepted.get(0).receivedBytes() < SIZE) {
                assertThat(rounds++).isLessThan(2000);
                gate.shut();
                pair.simulation.advance(SimPair.ms(7 + rounds * 37 % 700));
                gate.open();
                pair.simulation.advance(SimPair.ms(3));
            }
            assertThat(gate.repeated).isEmpty();
            assertThat(((TouSocketChannel) client).tcpInfo().retrans()).isPositive();
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(SIZE));
            client.close();
            pair.expectNothingLeft();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, false", "3, true", "4, false"})
    void delayedSendCompletion(long seed, boolean segmented) {
        LinkProfile lossy = LinkProfile.IDEAL
                .delay(SimPair.ms(5))
                .loss(0.03)
                .reordering(0.05, SimPair.ms(10))
                .duplication(0.01);
        try (SimPair pair = new SimPair(seed, lossy, segmented)) {
            pair.clientHost.sendDelay(new SendDelay(0.2, SimPair.ms(1), SimPair.ms(900)));
            pair.serverHost.sendDelay(new SendDelay(0.2, SimPair.ms(1), SimPair.ms(900)));
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            Keeper keeper = new Keeper(16);
            onTheWire(client, keeper);
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(SIZE)));
            pair.simulation.expect("text", () -> pair.child().receivedBytes() == SIZE, SimPair.seconds(3000));
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(SIZE));
            ((TouSocketChannel) client).shard().udp().pipeline().remove("test");
            assertThat(keeper.rewritten).isZero();
            client.close();
            pair.expectNothingLeft();
        }
    }
}
