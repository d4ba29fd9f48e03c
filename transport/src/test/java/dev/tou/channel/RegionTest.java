// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

import dev.tou.simulation.LinkProfile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** File regions that do not behave like small files. */
class RegionTest {

    /** Cannot be read behind its first bytes. */
    static final class Failing extends TestRegion {

        Failing() {
            super(10_000);
        }

        @Override
        int writeTo(WritableByteChannel target, long position) throws IOException {
            if (position >= 3000) {
                throw new IOException("unreadable");
            }
            return target.write(ByteBuffer.allocate(1000));
        }
    }

    /** Has nothing at all every other time, and says so, as a region may whose bytes come from elsewhere. */
    private static final class Hesitant extends TestRegion {
        private final byte[] bytes;
        private final List<Integer> askedInTurn = new ArrayList<>();
        private int asked;
        private boolean empty;

        Hesitant(byte[] bytes) {
            super(bytes.length);
            this.bytes = bytes;
        }

        void nextTurn() {
            askedInTurn.add(asked);
            asked = 0;
        }

        @Override
        int writeTo(WritableByteChannel target, long position) throws IOException {
            asked++;
            int length = (int) Math.min(100, bytes.length - position);
            empty = !empty;
            return empty ? 0 : target.write(ByteBuffer.wrap(bytes, (int) position, length));
        }
    }

    /** Has more only after another task of the same loop had its turn. */
    private static final class Dependent extends TestRegion {
        private static final int MOST_ASKED = 1000;
        private final byte[] bytes;
        private final EventLoop loop;
        private boolean waits;
        private int askedInVain;

        Dependent(byte[] bytes, EventLoop loop) {
            super(bytes.length);
            this.bytes = bytes;
            this.loop = loop;
        }

        @Override
        int writeTo(WritableByteChannel target, long position) throws IOException {
            if (waits) {
                if (++askedInVain > MOST_ASKED) {
                    throw new IOException("nobody else has a turn");
                }
                return 0;
            }
            waits = true;
            loop.execute(() -> {
                waits = false;
                askedInVain = 0;
            });
            int length = (int) Math.min(100, bytes.length - position);
            return target.write(ByteBuffer.wrap(bytes, (int) position, length));
        }
    }

    /** Any number of bytes, each the remainder of its position by a prime. */
    private static final class Endless extends TestRegion {
        static final int PRIME = 251;
        private final ByteBuffer pattern = pattern(64 * PRIME);

        Endless(long count) {
            super(count);
        }

        static ByteBuffer pattern(int size) {
            ByteBuffer pattern = ByteBuffer.allocate(size);
            for (int i = 0; i < size; i++) {
                pattern.put(i, (byte) (i % PRIME));
            }
            return pattern;
        }

        @Override
        int writeTo(WritableByteChannel target, long position) throws IOException {
            int from = (int) (position % PRIME);
            long length = Math.min(pattern.capacity() - from, count() - position);
            return target.write(pattern.duplicate().position(from).limit(from + (int) length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void aHesitantRegionLetsOthersHaveATurn(int spins) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client =
                    pair.connect(pair.client(new Recorder()).option(ChannelOption.WRITE_SPIN_COUNT, spins));
            byte[] bytes = Sockets.bytes(5000);
            Hesitant region = new Hesitant(bytes);
            Runnable[] turns = new Runnable[1];
            turns[0] = () -> {
                region.nextTurn();
                if (region.refCnt() > 0) {
                    client.eventLoop().execute(turns[0]);
                }
            };
            client.eventLoop().execute(turns[0]);
            ChannelFuture written = client.write(region);
            client.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
            pair.simulation.expect("all", () -> pair.child().receivedBytes() == 5001, SimPair.seconds(5));
            assertThat(written.isSuccess()).isTrue();
            assertThat(region.refCnt()).isZero();
            assertThat(pair.child().received()).startsWith(bytes);
            assertThat(region.askedInTurn).allMatch(asked -> asked <= spins).contains(spins);
        }
    }

    /** More than the congestion window, so that it goes on in bursts, when acknowledgments come. */
    @ParameterizedTest
    @CsvSource({"1, 0", "16, 0", "1, 1000", "2, 1000", "16, 1000", "16, 16384"})
    void aRegionThatWaitsForAnotherTaskGetsItsBytes(int spins, long unsentLowWater) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(pair.client(new Recorder())
                    .option(ChannelOption.WRITE_SPIN_COUNT, spins)
                    .option(TouChannelOption.UNSENT_LOW_WATER, unsentLowWater));
            byte[] bytes = Sockets.bytes(100_000);
            ChannelFuture written = client.writeAndFlush(new Dependent(bytes, client.eventLoop()));
            pair.simulation.expect("written", written::isDone, SimPair.seconds(5));
            assertThat(written.cause()).isNull();
            pair.simulation.expect("all", () -> pair.child().receivedBytes() == bytes.length, SimPair.seconds(5));
            assertThat(pair.child().received()).isEqualTo(bytes);
        }
    }

    @Test
    void aRegionThatFailsFailsItsPromise() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            Failing region = new Failing();
            ChannelFuture written = client.writeAndFlush(region);
            pair.simulation.expect("failure", written::isDone, SimPair.seconds(1));
            assertThat(written.cause()).hasMessage("unreadable");
            assertThat(region.refCnt()).isZero();
            assertThat(client.isOpen()).isFalse();
            // What it gave before is on its way.
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.child().receivedBytes()).isEqualTo(3000);
            pair.expectNothingLeft();
        }
    }

    private static final class Counter extends SimpleChannelInboundHandler<ByteBuf> {
        private long received;
        private boolean wrong;

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
            long last = received + bytes.readableBytes() - 1;
            wrong |= bytes.getByte(bytes.readerIndex()) != (byte) (received % Endless.PRIME);
            wrong |= bytes.getByte(bytes.writerIndex() - 1) != (byte) (last % Endless.PRIME);
            received = last + 1;
        }
    }

    /** More than an int can count, and sequence numbers go round in the middle. */
    @Test
    @Tag("full")
    void fiveGigabytes() {
        long size = (5L << 30) + 1;
        try (SimPair pair = SimPair.withMtu(LinkProfile.IDEAL.delay(SimPair.ms(1)), 65_535)) {
            Counter counter = new Counter();
            pair.listen(pair.servers
                    .server()
                    .option(TouChannelOption.PATH_MTU, 65_535)
                    .option(ChannelOption.SO_RCVBUF, 16 << 20)
                    .childHandler(counter));
            SocketChannel client = pair.connect(pair.client(new Recorder()).option(TouChannelOption.PATH_MTU, 65_535));
            ChannelFuture written = client.writeAndFlush(new Endless(size));
            pair.simulation.expect("all", () -> counter.received == size, SimPair.seconds(600));
            assertThat(written.isSuccess()).isTrue();
            assertThat(counter.wrong).isFalse();
            assertThat(((TouSocketChannel) client).tcpInfo().bytesAcked()).isGreaterThan(Integer.MAX_VALUE);
        }
    }
}
