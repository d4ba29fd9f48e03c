// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Echoes on real sockets: every kind of buffer, many writes, many connections. */
class EchoTest {

    private static final int SIZE = 300_000;

    private static Channel echoServer(Sockets sockets) {
        return Sockets.listen(
                new ServerBootstrap()
                        .group(sockets.group)
                        .channel(TouServerSocketChannel.class)
                        .childHandler(new ChannelInitializer<SocketChannel>() {
                            @Override
                            protected void initChannel(SocketChannel ch) {
                                ch.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                                    @Override
                                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                                        ctx.write(msg, ctx.voidPromise());
                                    }

                                    @Override
                                    public void channelReadComplete(ChannelHandlerContext ctx) {
                                        ctx.flush();
                                    }

                                    @Override
                                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                                        ctx.close();
                                    }
                                });
                            }
                        }),
                "127.0.0.1");
    }

    private static ByteBuf buffer(String kind, byte[] bytes) {
        return switch (kind) {
            case "heap" -> Unpooled.buffer(bytes.length).writeBytes(bytes);
            case "direct" -> Unpooled.directBuffer(bytes.length).writeBytes(bytes);
            case "wrapped" -> Unpooled.wrappedBuffer(bytes).asReadOnly();
            default -> {
                int third = bytes.length / 3;
                yield Unpooled.wrappedBuffer(
                        Unpooled.copiedBuffer(bytes, 0, third),
                        Unpooled.directBuffer().writeBytes(bytes, third, third),
                        Unpooled.EMPTY_BUFFER,
                        Unpooled.copiedBuffer(bytes, 2 * third, bytes.length - 2 * third));
            }
        };
    }

    @ParameterizedTest
    @CsvSource({
        "nio, heap", "nio, direct", "nio, wrapped", "nio, composite",
        "epoll, heap", "epoll, direct", "epoll, wrapped", "epoll, composite",
        "io_uring, heap", "io_uring, direct", "io_uring, wrapped", "io_uring, composite",
    })
    void everyKindOfBuffer(String io, String kind) {
        try (Sockets sockets = new Sockets(io, 2)) {
            Recorder recorder = new Recorder();
            Channel client = Sockets.channel(
                    sockets.client(recorder).connect(echoServer(sockets).localAddress()));
            byte[] bytes = Sockets.bytes(SIZE);
            ByteBuf whole = buffer(kind, bytes);
            Sockets.done(client.writeAndFlush(whole));
            assertThat(whole.refCnt()).isZero();
            recorder.awaitBytes(SIZE);
            // In pieces of many sizes, with promises that nobody looks at.
            for (int at = 0, size = 1; at < SIZE; at += size, size = size * 5 % 7919 + 1) {
                byte[] piece = Arrays.copyOfRange(bytes, at, Math.min(SIZE, at + size));
                client.write(buffer(kind, piece), client.voidPromise());
                if (size % 3 == 0) {
                    client.flush();
                }
            }
            client.flush();
            byte[] received = recorder.awaitBytes(2 * SIZE).received();
            assertThat(Arrays.copyOf(received, SIZE)).isEqualTo(bytes);
            assertThat(Arrays.copyOfRange(received, SIZE, 2 * SIZE)).isEqualTo(bytes);
        }
    }

    /** A region that is no file, gives little at a time, and watches that nobody asks beyond its end. */
    private static final class TrickleRegion extends TestRegion {
        private final byte[] bytes;
        private boolean askedBeyondEnd;

        TrickleRegion(byte[] bytes) {
            super(bytes.length);
            this.bytes = bytes;
        }

        @Override
        int writeTo(WritableByteChannel target, long position) throws IOException {
            askedBeyondEnd |= position >= bytes.length;
            int length = (int) Math.min(7777, bytes.length - position);
            return target.write(ByteBuffer.wrap(bytes, (int) position, length));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void fileRegions(String io, @TempDir Path directory) throws Exception {
        try (Sockets sockets = new Sockets(io, 2)) {
            Recorder recorder = new Recorder();
            Channel client = Sockets.channel(
                    sockets.client(recorder).connect(echoServer(sockets).localAddress()));
            Path file = Files.write(directory.resolve("region"), Sockets.bytes(SIZE));
            client.write(Unpooled.wrappedBuffer(new byte[] {1}));
            client.write(new DefaultFileRegion(file.toFile(), 1000, SIZE - 1000));
            client.write(new DefaultFileRegion(file.toFile(), 0, 0), client.voidPromise());
            TrickleRegion trickle = new TrickleRegion(Sockets.bytes(SIZE));
            client.write(trickle);
            Sockets.done(client.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {2})));
            byte[] received = recorder.awaitBytes(2 * SIZE - 1000 + 2).received();
            byte[] bytes = Sockets.bytes(SIZE);
            assertThat(received[0]).isEqualTo((byte) 1);
            assertThat(Arrays.copyOfRange(received, 1, SIZE - 999)).isEqualTo(Arrays.copyOfRange(bytes, 1000, SIZE));
            assertThat(Arrays.copyOfRange(received, SIZE - 999, 2 * SIZE - 999)).isEqualTo(bytes);
            assertThat(trickle.askedBeyondEnd).isFalse();
            assertThat(trickle.refCnt()).isZero();
            // Longer than the file: an IOException, which closes the channel.
            ChannelFuture tooLong = client.writeAndFlush(new DefaultFileRegion(file.toFile(), 0, 2L * SIZE));
            assertThat(Sockets.failure(tooLong)).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, 200", "epoll, 200", "io_uring, 200"})
    void manyConnections(String io, int connections) {
        try (Sockets sockets = new Sockets(io, 2)) {
            Channel server = echoServer(sockets);
            List<Recorder> recorders = new ArrayList<>();
            List<ChannelFuture> connects = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                Recorder recorder = new Recorder();
                recorders.add(recorder);
                connects.add(sockets.client(recorder).connect(server.localAddress()));
            }
            for (int i = 0; i < connections; i++) {
                Sockets.channel(connects.get(i)).writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(1000 + i)));
            }
            for (int i = 0; i < connections; i++) {
                assertThat(recorders.get(i).awaitBytes(1000 + i).received()).isEqualTo(Sockets.bytes(1000 + i));
            }
            connects.forEach(connect -> connect.channel().close());
            connects.forEach(connect -> Sockets.done(connect.channel().closeFuture()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void otherMessagesAreRefused(String io) {
        try (Sockets sockets = new Sockets(io, 1)) {
            Channel client = Sockets.channel(
                    sockets.client(new Recorder()).connect(echoServer(sockets).localAddress()));
            assertThat(Sockets.failure(client.writeAndFlush("text")))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("ByteBuf");
            assertThat(client.isActive()).isTrue();
        }
    }
}
