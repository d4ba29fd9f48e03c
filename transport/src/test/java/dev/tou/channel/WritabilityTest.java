// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.tou.window.ReceiveAutotuning;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Backpressure from a reader that stops, through the advertised window, to the writer's channel, and back. */
class WritabilityTest {

    private static final int PIECE = 16 * 1024;
    private static final int TOTAL = 8 << 20;

    /** Writes pieces for as long as the channel is writable, as a well-behaved application does. */
    private static final class Writer {

        private final byte[] bytes = Sockets.bytes(TOTAL);
        private int written;

        void write(Channel channel) {
            while (channel.isWritable() && written < bytes.length) {
                channel.write(Unpooled.wrappedBuffer(bytes, written, Math.min(PIECE, bytes.length - written)));
                written += PIECE;
            }
            channel.flush();
        }
    }

    /** As with a kernel's socket: whoever reads no more, because its writes stand still, learns from these. */
    @Test
    void waitingWritesFailWithTheirConnectionEvenIfNobodyReads() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            SocketChannel client = pair.connect(
                    new Recorder().on("active", channel -> channel.config().setAutoRead(false)));
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000)));
            ChannelFuture waiting = pair.child().channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(TOTAL)));
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(waiting.isDone()).isFalse();
            client.config().setSoLinger(0);
            client.close();
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(waiting.cause()).hasMessageContaining("Connection reset");
            assertThat(pair.child().channel().isOpen()).isFalse();
        }
    }

    @Test
    void slowReaderStopsTheWriterUntilItReadsAgain() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            Writer writer = new Writer();
            Recorder recorder = new Recorder().on("writable", writer::write);
            SocketChannel client = pair.connect(recorder);
            writer.write(client);
            pair.simulation.advance(SimPair.seconds(30));
            TouSocketChannel sender = (TouSocketChannel) client;
            TouSocketChannel receiver = (TouSocketChannel) pair.child().channel();
            assertThat(client.isWritable()).isFalse();
            assertThat(sender.tcpInfo().sndWnd()).isZero();
            // Less than the scaled field can tell.
            assertThat(receiver.tcpInfo().rcvWnd()).isLessThan(128);
            assertThat(sender.tcpInfo().unacked()).isZero();
            assertThat(client.unsafe().outboundBuffer().totalPendingWriteBytes())
                    .isPositive();
            assertThat(pair.clients.resources().memory().bytes()).isLessThan(1 << 20);
            // What waits is bounded: the receive buffer, the send buffer, the high water mark and a piece.
            long receiveBuffer = ReceiveAutotuning.INITIAL_BYTES;
            assertThat(pair.servers.resources().memory().bytes()).isBetween(receiveBuffer / 2, 2 * receiveBuffer);
            assertThat((long) writer.written)
                    .isLessThan(receiveBuffer * 17 / 16
                            + pair.clients.resources().memory().bytes()
                            + client.config().getWriteBufferHighWaterMark()
                            + 2 * PIECE);
            int stopped = writer.written;
            pair.simulation.advance(SimPair.seconds(300));
            assertThat(writer.written).isEqualTo(stopped);

            receiver.config().setAutoRead(true);
            pair.simulation.expect("rest", () -> pair.child().receivedBytes() == TOTAL, SimPair.seconds(60));
            assertThat(pair.child().received()).isEqualTo(writer.bytes);
            assertThat(client.isWritable()).isTrue();
            assertAlternates(recorder);
            client.close();
            pair.expectNothingLeft();
        }
    }

    private static void assertAlternates(Recorder recorder) {
        List<String> changes = new ArrayList<>(recorder.events());
        changes.removeIf(event -> !event.endsWith("writable"));
        for (int i = 0; i < changes.size(); i++) {
            assertThat(changes.get(i)).isEqualTo(i % 2 == 0 ? "unwritable" : "writable");
        }
    }

    @Test
    void readerThatTakesALittleAtATimeGetsEverything() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            Writer writer = new Writer();
            SocketChannel client = pair.connect(new Recorder().on("writable", writer::write));
            writer.write(client);
            int reads = 0;
            while (pair.child().receivedBytes() < TOTAL) {
                assertThat(reads++).isLessThan(10_000);
                pair.child().channel().read();
                pair.simulation.advance(SimPair.ms(5));
            }
            assertThat(pair.child().received()).isEqualTo(writer.bytes);
            client.close();
            pair.simulation.advance(SimPair.ms(100));
            pair.child().channel().read();
            pair.expectNothingLeft();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1024, 2048, 5000, 100_000})
    void smallSendBuffers(int sendBuffer) {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(pair.client(recorder).option(ChannelOption.SO_SNDBUF, sendBuffer));
            ChannelFuture written = client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(200_000)));
            pair.simulation.advance(SimPair.ms(1));
            assertThat(written.isDone()).isFalse();
            // A promise tells that the send buffer has taken the bytes; so many are not there at once.
            assertThat(pair.clients.resources().memory().bytes()).isLessThan(4L * Math.max(sendBuffer, 2048));
            pair.simulation.await(written);
            pair.simulation.expect("text", () -> pair.child().receivedBytes() == 200_000, SimPair.seconds(60));
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(200_000));
            client.close();
            pair.expectNothingLeft();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2048, 10_000})
    void smallReceiveBuffers(int receiveBuffer) {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.SO_RCVBUF, receiveBuffer));
            SocketChannel client = pair.connect(new Recorder());
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(100_000)));
            pair.simulation.expect("text", () -> pair.child().receivedBytes() == 100_000, SimPair.seconds(120));
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(100_000));
            client.close();
            pair.expectNothingLeft();
        }
    }

    @Test
    void waterMarks() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(pair.client(recorder)
                    .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1000, 2000)));
            client.write(Unpooled.wrappedBuffer(Sockets.bytes(1500)));
            pair.simulation.advance(SimPair.ms(1));
            assertThat(client.isWritable()).isTrue();
            client.write(Unpooled.wrappedBuffer(Sockets.bytes(1500)));
            pair.simulation.advance(SimPair.ms(1));
            assertThat(client.isWritable()).isFalse();
            assertThat(client.bytesBeforeWritable()).isPositive();
            client.flush();
            pair.simulation.advance(SimPair.ms(1));
            // Accepted by the send buffer, as by a kernel's: nothing is pending, whatever is acknowledged.
            assertThat(client.isWritable()).isTrue();
            assertThat(recorder.outline()).containsExactly("registered", "active", "unwritable", "writable");
        }
    }

    @Test
    void promisesSucceedWhenTheBytesAreCopied() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            byte[] bytes = Sockets.bytes(1000);
            ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
            ChannelFuture written = client.writeAndFlush(buffer);
            pair.simulation.advance(SimPair.ms(1));
            assertThat(written.isSuccess()).isTrue();
            assertThat(buffer.refCnt()).isZero();
            // So the memory is the application's again, even for a segment that is lost later.
            Arrays.fill(bytes, (byte) 0);
            pair.simulation.expect("text", () -> pair.child().receivedBytes() == 1000, SimPair.seconds(1));
            assertThat(pair.child().received()).isEqualTo(Sockets.bytes(1000));
        }
    }

    @Test
    void resetFailsWhatWaits() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().childOption(ChannelOption.AUTO_READ, false));
            Recorder recorder = new Recorder();
            SocketChannel client = pair.connect(recorder);
            ByteBuf large = Unpooled.wrappedBuffer(Sockets.bytes(TOTAL));
            ChannelFuture written = client.writeAndFlush(large);
            pair.simulation.advance(SimPair.seconds(5));
            assertThat(written.isDone()).isFalse();
            pair.child().channel().config().setSoLinger(0);
            pair.child().channel().close();
            pair.simulation.expect("failure", written::isDone, SimPair.seconds(5));
            assertThat(written.cause()).isInstanceOf(IOException.class);
            assertThat(large.refCnt()).isZero();
            assertThat(recorder.failures()).hasSize(1);
            pair.expectNothingLeft();
        }
    }

    @Test
    void cancelledWritesAreSkipped() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            client.write(Unpooled.wrappedBuffer(Sockets.bytes(10)));
            ChannelFuture cancelled = client.write(Unpooled.wrappedBuffer(Sockets.bytes(1000)));
            client.write(Unpooled.EMPTY_BUFFER);
            ChannelFuture last = client.write(Unpooled.wrappedBuffer(Sockets.bytes(20)));
            assertThat(cancelled.cancel(false)).isTrue();
            client.flush();
            pair.simulation.await(last);
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(pair.child().receivedBytes()).isEqualTo(30);
        }
    }
}
