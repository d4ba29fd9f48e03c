// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.concurrent.RejectedExecutionException;

import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;

/** When the port of a UDP channel that has just closed is free: NIO lets go of it when it selects the next time. */
final class PortRelease {

    private PortRelease() {}

    /**
     * Runs a task when the port is free of a channel that closes in this turn of the loop; at once where the loop ends, so that nobody
     * waits for it in vain. On the loop.
     */
    static void then(EventLoop loop, Runnable task) {
        if (!(loop instanceof SingleThreadEventLoop single) || single.isShuttingDown()) {
            task.run();
            return;
        }
        try {
            single.executeAfterEventLoopIteration(() -> next(loop, task));
        } catch (RejectedExecutionException loopHasEnded) {
            task.run();
        }
    }

    private static void next(EventLoop loop, Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException loopHasEnded) {
            task.run();
        }
    }
}
