// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.tou.channel.TouTransport;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * Event loops on io_uring for tests, used again by later tests and never ended: with Netty 4.2.18 the end of such a loop may let
 * the kernel write to memory that has been freed, and the Java machine is aborted.
 */
public final class IoUringLoops {

    private static final long PATIENCE_SECONDS = 60;

    private static final Map<Integer, Deque<EventLoopGroup>> IDLE = new HashMap<>();

    private IoUringLoops() {}

    /** {@return a group of so many loops, which nobody else uses} */
    public static synchronized EventLoopGroup borrow(int threads) {
        EventLoopGroup idle = idle(threads).poll();
        return idle != null
                ? idle
                : new MultiThreadIoEventLoopGroup(
                        threads, new DefaultThreadFactory("io_uring", true), IoUringIoHandler.newFactory());
    }

    private static Deque<EventLoopGroup> idle(int threads) {
        return IDLE.computeIfAbsent(threads, first -> new ArrayDeque<>());
    }

    /** Closes what a test has left open on a group, and keeps the group for the next; unless the test has ended it itself. */
    public static void giveBack(EventLoopGroup group) {
        boolean closed = TouTransport.closeGracefully(group, 10, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!closed) {
            throw new AssertionError("the channels on loops of io_uring do not close");
        }
        if (!group.isShuttingDown()) {
            synchronized (IoUringLoops.class) {
                int threads = 0;
                for (var loop : group) {
                    threads++;
                }
                idle(threads).add(group);
            }
        }
    }
}
