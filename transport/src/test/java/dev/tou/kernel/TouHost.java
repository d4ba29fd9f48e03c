// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import dev.tou.channel.TouChannelOption;
import dev.tou.channel.TouServerSocketChannel;
import dev.tou.channel.TouSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;

/** Our side: stock bootstraps on event loops of a kind, {@code nio} or {@code epoll}. */
final class TouHost implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    private final EventLoopGroup group;
    private final BlockingQueue<TouEnd> accepted = new LinkedBlockingQueue<>();

    TouHost(String io) {
        IoHandlerFactory factory = io.equals("nio") ? NioIoHandler.newFactory() : EpollIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(1, factory);
    }

    /** The path of the bridge's default: 1500 bytes. */
    Bootstrap client(TouEnd end) {
        return new Bootstrap()
                .group(group)
                .channel(TouSocketChannel.class)
                .option(TouChannelOption.PATH_MTU, 1500)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(end);
    }

    /** All by default. */
    Bootstrap plainClient(ChannelHandler handler) {
        return new Bootstrap().group(group).channel(TouSocketChannel.class).handler(handler);
    }

    /** Listens; {@link #accepted()} has the children, which have the options. */
    Channel listen(InetSocketAddress address, Map<ChannelOption<?>, Object> options) {
        ServerBootstrap server = new ServerBootstrap()
                .group(group)
                .channel(TouServerSocketChannel.class)
                .option(TouChannelOption.PATH_MTU, 1500)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel ch) {
                        TouEnd end = new TouEnd();
                        ch.pipeline().addLast(end);
                        accepted.add(end);
                    }
                });
        options.forEach((option, value) -> {
            // Ours are the listener's, because the handshake needs them.
            if (option.name().startsWith(TouChannelOption.class.getName())) {
                server.option(cast(option), value);
            } else {
                server.childOption(cast(option), value);
            }
        });
        return channel(server.bind(address));
    }

    /** Listens, and has the handlers in every child. {@return the address} */
    InetSocketAddress listen(
            InetSocketAddress address, Map<ChannelOption<?>, Object> options, Supplier<ChannelHandler> handlers) {
        ServerBootstrap server = new ServerBootstrap()
                .group(group)
                .channel(TouServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel ch) {
                        ch.pipeline().addLast(handlers.get());
                    }
                });
        options.forEach((option, value) -> server.option(cast(option), value));
        return (InetSocketAddress) channel(server.bind(address)).localAddress();
    }

    @SuppressWarnings("unchecked")
    static ChannelOption<Object> cast(ChannelOption<?> option) {
        return (ChannelOption<Object>) option;
    }

    /** {@return the child that was accepted next, once it is active} */
    TouEnd accepted() {
        try {
            TouEnd next = accepted.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nobody was accepted within " + PATIENCE_SECONDS + " s");
            }
            return next.await("active");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static Channel channel(ChannelFuture future) {
        return done(future).channel();
    }

    static <F extends Future<?>> F done(F future) {
        if (!future.awaitUninterruptibly(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("not done within " + PATIENCE_SECONDS + " s: " + future);
        }
        if (!future.isSuccess()) {
            throw new AssertionError("failed: " + future, future.cause());
        }
        return future;
    }

    /** {@return the cause, once the future has failed} */
    static Throwable failure(Future<?> future) {
        if (!future.awaitUninterruptibly(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("not done within " + PATIENCE_SECONDS + " s: " + future);
        }
        return future.isSuccess() ? new AssertionError("succeeded: " + future) : future.cause();
    }

    @Override
    public void close() {
        // Without a quiet period Netty may end a loop before it has closed the channels on it.
        group.shutdownGracefully(1, 5_000, TimeUnit.MILLISECONDS);
        done(group.terminationFuture());
    }
}
