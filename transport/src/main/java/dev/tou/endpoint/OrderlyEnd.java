// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.tou.connection.ByteStream;
import dev.tou.connection.TransmissionControlBlock;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;

/**
 * The ordered end of everything on one event loop: listeners close, applications are asked to finish, and when the time is over
 * whoever has not finished is reset. It looks every few milliseconds, because it happens once and takes a round trip or two.
 */
public final class OrderlyEnd {

    private static final long LOOK_MILLIS = 5;

    private final EventLoopResources resources;
    private final long deadlineNanos;
    private final Promise<Void> done;

    private OrderlyEnd(EventLoopResources resources, long timeoutNanos) {
        this.resources = resources;
        deadlineNanos = resources.nowNanos() + timeoutNanos;
        done = resources.loop().newPromise();
    }

    /** Begins, on any thread. {@return done when nothing lives on the loop but TIME-WAIT} */
    public static Future<Void> of(EventLoop loop, long timeoutNanos) {
        EventLoopResources resources = EventLoopResources.ifAny(loop);
        if (resources == null || loop.isShuttingDown()) {
            return loop.newSucceededFuture(null);
        }
        OrderlyEnd end = new OrderlyEnd(resources, timeoutNanos);
        loop.execute(end::begin);
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
            done.setSuccess(null);
        } else if (resources.nowNanos() - deadlineNanos >= 0) {
            shards().forEach(shard -> shard.forEachConnection(tcb -> abort(shard, tcb)));
            done.setSuccess(null);
        } else {
            resources.loop().schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
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
