// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.InetSocketAddress;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Path MTU discovery on the sockets of this host: loopback carries 64 KiB, both ways, on every kind of event loop. */
class PathMtuSocketsTest {

    private static final int PIECE = 1 << 20;
    private static final int PIECES = 4;

    /** A probe that a busy host loses is followed by another a second later. */
    private static final int ROUNDS = 20;

    private static final int PAUSE_MILLIS = 250;

    @ParameterizedTest
    @CsvSource({
        "nio, 127.0.0.1",
        "epoll, 127.0.0.1",
        "io_uring, 127.0.0.1",
        "nio, ::1",
        "epoll, ::1",
        "io_uring, ::1",
        "epoll, 127.0.0.2"
    })
    void loopbackCarriesLargeSegments(String io, String address) throws InterruptedException {
        try (Sockets sockets = new Sockets(io, 2)) {
            Channel listener = Sockets.listen(sockets.server(), address);
            Recorder client = new Recorder();
            SocketChannel channel = (SocketChannel)
                    Sockets.channel(sockets.client(client).connect(new InetSocketAddress(address, port(listener))));
            Recorder child = sockets.nextChild();
            for (int round = 1; round <= ROUNDS && pathMtu(channel) <= 9_000; round++) {
                send(channel);
                child.awaitBytes(round * PIECES * PIECE);
                Thread.sleep(PAUSE_MILLIS);
            }
            assertThat(pathMtu(channel)).isGreaterThan(9_000);
            assertThat(channel.isActive()).isTrue();
            channel.close().syncUninterruptibly();
        }
    }

    private static int port(Channel listener) {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private static void send(SocketChannel channel) {
        byte[] bytes = Sockets.bytes(PIECE);
        ChannelFuture last = null;
        for (int i = 0; i < PIECES; i++) {
            last = channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
        }
        Sockets.done(last);
    }

    private static int pathMtu(SocketChannel channel) {
        return Sockets.done(channel.eventLoop()
                        .submit(() -> ((TouSocketChannel) channel).tcb().pathMtu.bytes()))
                .getNow();
    }
}
