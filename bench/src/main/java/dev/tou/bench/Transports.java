// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.util.concurrent.TimeUnit;

import dev.tou.channel.TouServerSocketChannel;
import dev.tou.channel.TouSocketChannel;
import dev.tou.channel.TouTransport;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** The one place where the event loop's kind and the channel classes are named. */
public final class Transports {

    /** How an event loop waits for the network. */
    public enum Io {
        NIO,
        EPOLL,
        IO_URING;

        /** {@return epoll where it works, otherwise NIO} */
        public static Io preferred() {
            return Epoll.isAvailable() ? EPOLL : NIO;
        }

        /** {@return whether it works here} */
        public boolean isAvailable() {
            return switch (this) {
                case NIO -> true;
                case EPOLL -> Epoll.isAvailable();
                case IO_URING -> IoUring.isAvailable();
            };
        }

        private IoHandlerFactory factory() {
            return switch (this) {
                case NIO -> NioIoHandler.newFactory();
                case EPOLL -> EpollIoHandler.newFactory();
                case IO_URING -> IoUringIoHandler.newFactory();
            };
        }
    }

    private Transports() {}

    /** {@return the class of a connecting stream channel} */
    public static Class<? extends SocketChannel> socketChannel() {
        return TouSocketChannel.class;
    }

    /** {@return the class of a listening stream channel} */
    public static Class<? extends ServerSocketChannel> serverSocketChannel() {
        return TouServerSocketChannel.class;
    }

    /** {@return the class of a channel of the kernel's TCP on this kind of loop} */
    public static Class<? extends SocketChannel> kernelSocketChannel(Io io) {
        return switch (io) {
            case NIO -> NioSocketChannel.class;
            case EPOLL -> EpollSocketChannel.class;
            case IO_URING -> IoUringSocketChannel.class;
        };
    }

    /** {@return the class of a listening channel of the kernel's TCP on this kind of loop} */
    public static Class<? extends ServerSocketChannel> kernelServerSocketChannel(Io io) {
        return switch (io) {
            case NIO -> NioServerSocketChannel.class;
            case EPOLL -> EpollServerSocketChannel.class;
            case IO_URING -> IoUringServerSocketChannel.class;
        };
    }

    /** {@return the class of a UDP channel on this kind of loop} */
    public static Class<? extends DatagramChannel> datagramChannel(Io io) {
        return switch (io) {
            case NIO -> NioDatagramChannel.class;
            case EPOLL -> EpollDatagramChannel.class;
            case IO_URING -> IoUringDatagramChannel.class;
        };
    }

    /** {@return a group of {@code threads} loops, whose threads do not keep the process alive} */
    public static EventLoopGroup group(Io io, int threads, String name) {
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io.factory());
    }

    /** Closes the channels and waits until that is done, then ends their loops. */
    public static void shutdown(EventLoopGroup group, Channel... channels) {
        for (Channel channel : channels) {
            if (channel != null) {
                channel.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
            }
        }
        // What was written may still be on its way after close.
        TouTransport.closeGracefully(group, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
        group.shutdownGracefully(50, 2_000, TimeUnit.MILLISECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
