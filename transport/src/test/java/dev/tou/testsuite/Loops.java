// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.util.function.Supplier;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;

/** The kinds of event loops that the suite runs on. */
enum Loops {
    NIO(() -> null, NioIoHandler::newFactory),
    EPOLL(Epoll::unavailabilityCause, EpollIoHandler::newFactory),
    IO_URING(IoUring::unavailabilityCause, IoUringIoHandler::newFactory);

    /** As many as in Netty's own permutations. */
    private static final int THREADS = 4;

    private final Supplier<Throwable> unavailability;
    private final Supplier<IoHandlerFactory> handlers;

    Loops(Supplier<Throwable> unavailability, Supplier<IoHandlerFactory> handlers) {
        this.unavailability = unavailability;
        this.handlers = handlers;
    }

    /** {@return why this machine does not have them, or null if it has} */
    Throwable unavailability() {
        return unavailability.get();
    }

    EventLoopGroup newGroup() {
        return new MultiThreadIoEventLoopGroup(
                THREADS, new DefaultThreadFactory("testsuite-" + label(), true), handlers.get());
    }

    /** {@return the name in the property that selects loops, and in the counts} */
    String label() {
        return name().toLowerCase();
    }
}
