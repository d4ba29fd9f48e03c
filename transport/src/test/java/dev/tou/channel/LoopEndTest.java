// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Loops that end while data is on its way. That no buffer is left behind then is held by {@link dev.tou.leak}. */
class LoopEndTest {

    private static final int LARGE = 5_000_000;
    private static final long SEED = 20261121;
    private static final int ROUNDS = 12;
    private static final int PAIRS = 3;
    private static final int TRANSFER = 2_000_000;

    /**
     * One loop that is told to end at the worst moment: it has just looked whether it is to, and so does not close its
     * channels; and it has nothing to do, so it does not look again. An ordinary loop gets there when its thread is
     * preempted in between.
     */
    private static final class LoopThatOverlooksItsEnd extends MultiThreadIoEventLoopGroup {

        LoopThatOverlooksItsEnd(IoHandlerFactory handlers) {
            super(1, handlers);
        }

        void end() {
            Loop loop = (Loop) next();
            loop.execute(() -> loop.ends = true);
        }

        @Override
        protected IoEventLoop newChild(Executor executor, IoHandlerFactory handlers, Object... args) {
            return new Loop(this, executor, handlers);
        }

        private static final class Loop extends SingleThreadIoEventLoop {

            private boolean ends;

            Loop(LoopThatOverlooksItsEnd group, Executor executor, IoHandlerFactory handlers) {
                super(group, executor, handlers);
            }

            @Override
            protected void afterRunningAllTasks() {
                if (ends) {
                    ends = false;
                    shutdownGracefully(0, 5, TimeUnit.SECONDS);
                }
            }
        }
    }

    private static IoHandlerFactory handlers(String io) {
        return io.equals("nio") ? NioIoHandler.newFactory() : EpollIoHandler.newFactory();
    }

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "nio, ::1", "epoll, 127.0.0.1", "epoll, ::1"})
    void loopThatDoesNotCloseItsChannels(String io, String address) {
        try (Sockets sockets = new Sockets(io, 1)) {
            LoopThatOverlooksItsEnd doomed = new LoopThatOverlooksItsEnd(handlers(io));
            Channel server = Sockets.listen(sockets.server(doomed, doomed), address);
            Recorder recorder = new Recorder();
            Channel client = Sockets.channel(sockets.client(recorder).connect(server.localAddress()));
            Recorder child = sockets.nextChild();
            client.config().setAutoRead(false);
            child.channel().writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(LARGE)));
            child.await("unwritable");
            doomed.end();
            Sockets.done(doomed.terminationFuture());
            child.await("unregistered");
            assertThat(child.failures()).isEmpty();
            assertThat(server.isOpen()).isFalse();
            client.config().setAutoRead(true);
            recorder.await("unregistered");
            assertThat(recorder.failures()).hasSize(1);
            assertThat(recorder.failures().get(0)).hasMessageStartingWith("Connection reset by peer");
        }
    }

    /** A dozen times: transfers both ways, and somewhere in them the loops of one side end, or of both. */
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void loopsThatEndUnderTransfer(String io) {
        System.out.println("loopsThatEndUnderTransfer " + io + ": seed " + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            try (Sockets sockets = new Sockets(io, 1)) {
                EventLoopGroup serving = sockets.newGroup(2);
                EventLoopGroup calling = sockets.newGroup(2);
                List<Channel> channels = transfers(sockets, serving, calling, random.nextInt(TRANSFER / 2));
                EventLoopGroup[] ends = {serving, calling};
                int first = random.nextInt(2);
                for (int i = 0; i <= random.nextInt(2); i++) {
                    ends[(first + i) % 2].shutdownGracefully(random.nextInt(2) * 20, 5_000, TimeUnit.MILLISECONDS);
                }
                Sockets.done(ends[first].terminationFuture());
                // The other side hears of it, by a FIN or a reset; and whoever has ended has closed its channels.
                channels.forEach(channel -> Sockets.done(channel.closeFuture()));
            }
        }
    }

    // Several connections, each busy both ways, one of which has brought so many bytes.
    private static List<Channel> transfers(Sockets sockets, EventLoopGroup serving, EventLoopGroup calling, int bytes) {
        Channel server = Sockets.listen(sockets.server(serving, serving), "127.0.0.1");
        List<Channel> channels = new ArrayList<>();
        Recorder child = null;
        for (int i = 0; i < PAIRS; i++) {
            Recorder recorder = new Recorder();
            Channel client = Sockets.channel(new Bootstrap()
                    .group(calling)
                    .channel(TouSocketChannel.class)
                    .handler(recorder)
                    .connect(server.localAddress()));
            child = sockets.nextChild();
            SocketChannel accepted = child.channel();
            client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(TRANSFER)));
            accepted.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(TRANSFER)));
            channels.add(client);
            channels.add(accepted);
        }
        child.awaitBytes(bytes);
        return channels;
    }
}
