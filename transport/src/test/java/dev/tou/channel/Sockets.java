// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import dev.tou.IoUringLoops;
import dev.tou.Ipv6Here;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;

/** Stock bootstraps on real sockets, and the groups under them, ended with the test. */
final class Sockets implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    private final String io;
    private final List<EventLoopGroup> groups = new ArrayList<>();
    final EventLoopGroup group;
    private final BlockingQueue<Recorder> accepted = new LinkedBlockingQueue<>();

    /** Event loops of a kind: {@code nio}, {@code epoll} or {@code io_uring}. */
    Sockets(String io, int threads) {
        this.io = io;
        group = newGroup(threads);
    }

    EventLoopGroup newGroup(int threads) {
        EventLoopGroup made = newGroup(io, threads);
        groups.add(made);
        return made;
    }

    /** {@return loops; the test is skipped if this host has none of the kind} */
    static EventLoopGroup newGroup(String io, int threads) {
        return switch (io) {
            case "nio" -> new MultiThreadIoEventLoopGroup(threads, NioIoHandler.newFactory());
            case "epoll" -> new MultiThreadIoEventLoopGroup(threads, EpollIoHandler.newFactory());
            case "io_uring" -> {
                IoUringHere.orElse("loops of io_uring are not tested");
                yield IoUringLoops.borrow(threads);
            }
            default -> throw new IllegalArgumentException(io);
        };
    }

    static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    /** {@return an address with any port; the test is skipped if this host has none of the kind} */
    static InetSocketAddress any(String address) {
        Ipv6Here.orElseSkip(address);
        return new InetSocketAddress(address, 0);
    }

    Bootstrap client(ChannelHandler handler) {
        return new Bootstrap().group(group).channel(TouSocketChannel.class).handler(handler);
    }

    /** A server whose every child gets a recorder, which {@link #nextChild} returns. */
    ServerBootstrap server(EventLoopGroup boss, EventLoopGroup workers, Function<SocketChannel, Recorder> recorders) {
        return new ServerBootstrap()
                .group(boss, workers)
                .channel(TouServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel ch) {
                        Recorder recorder = recorders.apply(ch);
                        accepted.add(recorder);
                        ch.pipeline().addLast(recorder);
                    }
                });
    }

    ServerBootstrap server(EventLoopGroup boss, EventLoopGroup workers) {
        return server(boss, workers, ch -> new Recorder());
    }

    ServerBootstrap server() {
        return server(group, group);
    }

    /** {@return the recorder of the child that was accepted next, once it is active} */
    Recorder nextChild() {
        try {
            Recorder next = accepted.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nobody was accepted within " + PATIENCE_SECONDS + " s");
            }
            return next.await("active");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static Channel listen(ServerBootstrap server, String address) {
        return channel(server.bind(any(address)));
    }

    /** {@return the channel, once the future has succeeded} */
    static Channel channel(ChannelFuture future) {
        done(future);
        return future.channel();
    }

    static <F extends Future<?>> F done(F future) {
        ended(future);
        if (!future.isSuccess()) {
            throw new AssertionError("failed: " + future, future.cause());
        }
        return future;
    }

    /** {@return the cause, once the future has failed} */
    static Throwable failure(Future<?> future) {
        ended(future);
        if (future.isSuccess()) {
            throw new AssertionError("succeeded: " + future);
        }
        return future.cause();
    }

    private static void ended(Future<?> future) {
        if (!future.awaitUninterruptibly(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("not done within " + PATIENCE_SECONDS + " s: " + future);
        }
    }

    @Override
    public void close() {
        if (io.equals("io_uring")) {
            groups.forEach(IoUringLoops::giveBack);
            return;
        }
        // Without a quiet period Netty may end a loop before it has closed the channels on it.
        groups.forEach(made -> made.shutdownGracefully(1, 5_000, TimeUnit.MILLISECONDS));
        groups.forEach(made -> done(made.terminationFuture()));
    }
}
