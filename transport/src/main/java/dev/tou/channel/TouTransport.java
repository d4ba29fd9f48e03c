// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.tou.endpoint.Census;
import dev.tou.endpoint.OrderlyEnd;
import dev.tou.telemetry.SnapshotRequest;
import dev.tou.telemetry.TransportSnapshot;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.PromiseCombiner;

/**
 * What concerns all of this transport's channels on an event loop group.
 *
 * <p>A kernel goes on with what a process has written after the process has ended. Here the event loops are all there is: a
 * loop that shuts down closes its UDP channels first, and its connections get one best-effort FIN or reset. So end in order:
 *
 * <pre>
 *   TouTransport.closeGracefully(group, 10, TimeUnit.SECONDS).sync();
 *   group.shutdownGracefully();
 * </pre>
 */
public final class TouTransport {

    private TouTransport() {}

    /**
     * Closes all server channels of the group's event loops, then all connections: what was written is flushed and delivered,
     * then the FIN is, and each channel closes when its peer has acknowledged all of it. Connections of other transports on the
     * same loops are left alone. On io_uring the UDP channels are closed at the end, because a loop of Netty that shuts down
     * before them may leave their sockets open.
     *
     * @param timeout after which the rest is reset
     * @return done when no connection of the group has anything left to deliver; it never fails. TIME-WAIT is not waited for
     */
    public static Future<Void> closeGracefully(EventLoopGroup group, long timeout, TimeUnit unit) {
        if (group instanceof EventLoop loop) {
            return OrderlyEnd.of(loop, unit.toNanos(timeout));
        }
        Promise<Void> all = GlobalEventExecutor.INSTANCE.newPromise();
        GlobalEventExecutor.INSTANCE.execute(() -> begin(group, unit.toNanos(timeout), all));
        return all;
    }

    /**
     * Looks at everything that this transport has open in this process: on each event loop its listeners, its connections with
     * their figures, its UDP channels, what was dropped. Connections are looked at in slices of a fraction of a millisecond, so
     * nobody's segments wait. {@code tou inspect} shows the same for another process.
     *
     * @param request what to tell, and how long event loops may take
     * @return what was found; done on any thread, and at the latest when the time is over. A loop that has not answered by then
     *     says so in its part ({@link dev.tou.telemetry.LoopSnapshot#answer}); one that has ended has no part. So it must not be
     *     waited for on an event loop
     */
    public static Future<TransportSnapshot> snapshot(SnapshotRequest request) {
        return Census.ofProcess(request);
    }

    /**
     * Looks at what this transport has open on the event loops of a group, see {@link #snapshot(SnapshotRequest)}.
     *
     * @param group the event loops; those without a channel of this transport have no part
     */
    public static Future<TransportSnapshot> snapshot(EventLoopGroup group, SnapshotRequest request) {
        List<EventLoop> loops = new ArrayList<>();
        for (EventExecutor executor : group) {
            if (executor instanceof EventLoop loop) {
                loops.add(loop);
            }
        }
        return Census.of(loops, request);
    }

    private static void begin(EventLoopGroup group, long timeoutNanos, Promise<Void> all) {
        PromiseCombiner combiner = new PromiseCombiner(GlobalEventExecutor.INSTANCE);
        for (EventExecutor executor : group) {
            if (executor instanceof EventLoop loop) {
                combiner.add(OrderlyEnd.of(loop, timeoutNanos));
            }
        }
        combiner.finish(all);
    }
}
