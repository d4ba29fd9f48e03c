// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tou.telemetry.TransportListener;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Path MTU discovery on the sockets of this host: loopback carries 64 KiB, both ways, on every kind of event loop. */
class PathMtuSocketsTest {

    private static final byte[] BYTES = Sockets.bytes(1 << 20);
    private static final int PIECES = 4;

    /** A probe that a busy host loses is followed by another a second later, if there is text for it. */
    private static final int BETWEEN_MILLIS = 250;

    private static final int PATIENCE_SECONDS = 60;

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
    void loopbackCarriesLargeSegments(String io, String address) {
        try (Sockets sockets = new Sockets(io, 2)) {
            Channel listener = Sockets.listen(sockets.server(), address);
            CompletableFuture<Integer> found = new CompletableFuture<>();
            SocketChannel channel = (SocketChannel) Sockets.channel(sockets.client(new Recorder())
                    .option(TouChannelOption.TRANSPORT_LISTENER, connection -> foundBy(found))
                    .connect(new InetSocketAddress(address, port(listener))));
            Recorder child = sockets.nextChild();
            AtomicInteger sent = new AtomicInteger();
            Future<?> sending = channel.eventLoop()
                    .scheduleWithFixedDelay(() -> send(channel, sent), 0, BETWEEN_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(found).succeedsWithin(Duration.ofSeconds(PATIENCE_SECONDS));
            Sockets.done(channel.eventLoop().submit(() -> sending.cancel(false)));
            child.awaitBytes(sent.get());
            assertThat(channel.isActive()).isTrue();
            Sockets.done(channel.close());
        }
    }

    private static int port(Channel listener) {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private static TransportListener foundBy(CompletableFuture<Integer> found) {
        return new TransportListener() {
            @Override
            public void onPathMtu(long nowNanos, int packetBytes) {
                if (packetBytes > 9_000) {
                    found.complete(packetBytes);
                }
            }
        };
    }

    private static void send(SocketChannel channel, AtomicInteger sent) {
        for (int i = 0; i < PIECES && channel.isWritable(); i++) {
            sent.addAndGet(BYTES.length);
            channel.writeAndFlush(Unpooled.wrappedBuffer(BYTES), channel.voidPromise());
        }
    }
}
