// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import dev.tou.connection.ByteStream;
import dev.tou.connection.TransmissionControlBlock;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.PromiseCombiner;

/**
 * The ordered end of everything on one event loop: listeners close, applications are asked to finish, and when the time is over
 * whoever has not finished is reset. It looks every few milliseconds, because it happens once and takes a round trip or two.
 */
public final class OrderlyEnd {

    private static final long LOOK_MILLIS = 5;

    /** How long the last segments may take to leave, and, where the UDP channels must be closed, the peers' own FINs to come. */
    private static final long LAST_NANOS = 200_000_000L;

    private final EventLoopResources resources;
    private final long deadlineNanos;
    private final Promise<Void> done;

    private OrderlyEnd(EventLoopResources resources, long timeoutNanos) {
        this.resources = resources;
        deadlineNanos = resources.nowNanos() + timeoutNanos;
        // Whoever ends a loop too early waits for nothing; its own promises would never be told.
        done = ImmediateEventExecutor.INSTANCE.newPromise();
        resources.loop().terminationFuture().addListener(terminated -> done.trySuccess(null));
    }

    /** Begins, on any thread. {@return done when nothing lives on the loop but TIME-WAIT} */
    public static Future<Void> of(EventLoop loop, long timeoutNanos) {
        EventLoopResources resources = EventLoopResources.ifAny(loop);
        if (resources == null || loop.isShuttingDown()) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(null);
        }
        OrderlyEnd end = new OrderlyEnd(resources, timeoutNanos);
        try {
            loop.execute(end::begin);
        } catch (RejectedExecutionException loopHasEnded) {
            end.done.trySuccess(null);
        }
        return end.done;
    }

    private void begin() {
        shards().forEach(Shard::closeListeners);
        shards().forEach(shard -> shard.forEachConnection(tcb -> tcb.stream().onShutdown()));
        shards().forEach(shard -> shard.forEachUnclosed(tcb -> tcb.stream().onShutdown()));
        look();
    }

    private List<Shard> shards() {
        return List.copyOf(resources.shards());
    }

    private void look() {
        if (shards().stream().noneMatch(OrderlyEnd::hasUndelivered)) {
            finish(true, resources.nowNanos() + LAST_NANOS);
        } else if (resources.nowNanos() - deadlineNanos >= 0) {
            shards().forEach(shard -> shard.forEachConnection(tcb -> abort(shard, tcb)));
            finish(false, resources.nowNanos() + LAST_NANOS);
        } else {
            resources.loop().schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    // The last segments leave the UDP channels. What outlives nothing but TIME-WAIT then ends with the loop, except
    // where that would leave sockets open.
    private void finish(boolean peersMayFinish, long latestNanos) {
        List<Shard> toClose = shards().stream()
                .filter(shard -> shard.transport().closesBeforeLoop(shard.loop()))
                .toList();
        boolean waits = shards().stream().anyMatch(shard -> shard.unsentBytes() > 0)
                || peersMayFinish
                        && toClose.stream()
                                .anyMatch(shard -> shard.connections().size() > 0);
        if (waits && resources.nowNanos() - latestNanos < 0) {
            resources.loop().schedule(() -> finish(peersMayFinish, latestNanos), LOOK_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        PromiseCombiner allClosed = new PromiseCombiner(resources.loop());
        for (Shard shard : toClose) {
            allClosed.add((Future<?>) shard.udp().closeFuture());
            shard.close();
        }
        Promise<Void> closed = resources.loop().newPromise();
        allClosed.finish(closed);
        closed.addListener(all -> done.trySuccess(null));
    }

    private static boolean hasUndelivered(Shard shard) {
        boolean[] found = {false};
        shard.connections().forEach(tcb -> found[0] |= !isDelivered(tcb));
        return found[0];
    }

    // The application has closed and the peer has everything: what is left is the peer's own FIN.
    private static boolean isDelivered(TransmissionControlBlock tcb) {
        return tcb.isOrphan() && tcb.snd.finAcknowledged();
    }

    private static void abort(Shard shard, TransmissionControlBlock tcb) {
        ByteStream stream = tcb.stream();
        tcb.fail(new ClosedChannelException());
        shard.calls().abort(tcb);
        if (tcb.takeClosedNotice()) {
            stream.onClosed(tcb.failure());
        }
    }
}
