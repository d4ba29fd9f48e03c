// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.tou.bench.Failures;
import dev.tou.bench.Transports;
import dev.tou.bench.trace.Recording;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;

/** A listening port, and the connections that were made to it. */
public final class FileReceiver implements AutoCloseable {

    private final EventLoopGroup group;
    private final Channel listener;
    private final ChannelGroup connections;

    private FileReceiver(EventLoopGroup group, Channel listener, ChannelGroup connections) {
        this.group = group;
        this.listener = listener;
        this.connections = connections;
    }

    /**
     * Listens on {@code address}; {@code installer} puts the handlers on each connection.
     *
     * @throws dev.tou.bench.Failure if the address cannot be listened on
     */
    public static FileReceiver listen(Transports.Io io, InetSocketAddress address, Consumer<SocketChannel> installer) {
        return listen(io, address, installer, Recording.NONE);
    }

    /** The same, written down by a recording, which is to be closed later. */
    public static FileReceiver listen(
            Transports.Io io, InetSocketAddress address, Consumer<SocketChannel> installer, Recording recording) {
        if (address.isUnresolved()) {
            throw Failures.listening(address, new UnknownHostException(address.getHostString()));
        }
        EventLoopGroup group = Transports.group(io, 1, "tou-receive");
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        ChannelFuture bound = recording
                .on(new ServerBootstrap())
                .group(group)
                .channel(Transports.serverSocketChannel())
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        connections.add(channel);
                        installer.accept(channel);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Transports.shutdown(group);
            throw Failures.listening(address, bound.cause());
        }
        return new FileReceiver(group, bound.channel(), connections);
    }

    /** {@return the address that it listens on, with the port that was chosen if none was asked for} */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** Stops listening and closes every connection, whatever it is doing. */
    void abort() {
        listener.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
        connections.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    /** Stops listening, gives the connections a moment to be closed by their senders, and ends. */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
        List<Future<Void>> closing = new ArrayList<>();
        connections.forEach(connection -> closing.add(connection.closeFuture()));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
        closing.forEach(future -> future.awaitUninterruptibly(deadline - System.nanoTime(), TimeUnit.NANOSECONDS));
        Transports.shutdown(group);
    }
}
