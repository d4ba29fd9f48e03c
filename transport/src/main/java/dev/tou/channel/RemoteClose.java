// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import dev.tou.endpoint.Listener;
import dev.tou.endpoint.UdpEndpoint;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.concurrent.SingleThreadEventExecutor;

/**
 * The close of a server channel whose UDP channels live on another event loop: it is over when that loop has let go of the port. But
 * not after the end of the server channel's own loop, and not after some seconds: who waits for the close may be on the other
 * loop, as a child of the channel is, and Netty cannot know that it waits for itself.
 *
 * <p>On the event loop of the server channel.
 */
final class RemoteClose {

    /** More than the second that a UDP channel takes at most to send what it holds. */
    private static final long LIMIT_SECONDS = 3;

    private final EventLoop loop;
    private final Runnable closing;
    private final Runnable end = this::finish;
    private ScheduledFuture<?> limit;
    private boolean over;

    /** @param closing ends the close, once */
    RemoteClose(EventLoop loop, Runnable closing) {
        this.loop = loop;
        this.closing = closing;
    }

    void begin(UdpEndpoint endpoint, Listener listener) {
        limit = loop.schedule(end, LIMIT_SECONDS, TimeUnit.SECONDS);
        if (loop instanceof SingleThreadEventExecutor single) {
            single.addShutdownHook(end);
        }
        try {
            endpoint.loop().execute(() -> endpoint.unlisten(listener).addListener(free -> told()));
        } catch (RejectedExecutionException itsLoopHasEnded) {
            finish();
        }
    }

    // On the other loop.
    private void told() {
        try {
            loop.execute(end);
        } catch (RejectedExecutionException loopHasEnded) {
            // At its end the close was over.
            return;
        }
    }

    private void finish() {
        if (over) {
            return;
        }
        over = true;
        limit.cancel(false);
        if (loop instanceof SingleThreadEventExecutor single) {
            single.removeShutdownHook(end);
        }
        closing.run();
    }
}
