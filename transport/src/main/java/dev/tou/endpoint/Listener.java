// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tou.connection.ConnectionOptions;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.state.TcpState;
import io.netty.channel.EventLoop;
import io.netty.util.internal.PlatformDependent;

/**
 * A TCP port in LISTEN, with its two queues: half-open connections, and complete ones that wait for accept. As in a kernel,
 * the handshake completes and text is received before anybody accepts.
 *
 * <p>With a deferral a complete connection stays with the half-open ones until it has something to read, so a server is not
 * troubled by clients that only connect. It stays there longer while the other queue is full.
 *
 * <p>SYNs come on the shards' event loop, accepts on the server channel's; usually they are the same.
 */
public final class Listener {

    /** A complete connection that waits for accept. */
    public record Pending(Shard shard, TransmissionControlBlock connection) {}

    private final int tcpPort;
    private final ConnectionOptions options;
    private final int backlog;
    private final int maxSynBacklog;
    private final boolean resetOnOverflow;
    private final int deferSeconds;
    private final Runnable onAcceptable;
    private final Runnable closeChannel;
    private final Queue<Pending> acceptQueue = PlatformDependent.newMpscQueue();
    private final AtomicInteger acceptable = new AtomicInteger();
    private final Set<DeferredAccept> deferred = new LinkedHashSet<>();

    /** Those of the deferred that only wait for room in the accept queue, in the order in which they will get it. */
    private final Set<DeferredAccept> due = new LinkedHashSet<>();

    private volatile boolean anyDue;
    private int halfOpen;

    /**
     * Starts to listen.
     *
     * @param options what accepted connections start with
     * @param backlog the most complete connections that wait for accept, at least 1
     * @param maxSynBacklog the most half-open connections
     * @param resetOnOverflow whether a handshake that finds no room is answered with a reset instead of silence
     * @param deferSeconds how long a complete connection without text is kept back; 0 for not at all
     * @param onAcceptable called on the shard's event loop when a connection may be accepted
     * @param closeChannel closes the server channel; called on the endpoint's event loop when that ends
     */
    public Listener(
            int tcpPort,
            ConnectionOptions options,
            int backlog,
            int maxSynBacklog,
            boolean resetOnOverflow,
            int deferSeconds,
            Runnable onAcceptable,
            Runnable closeChannel) {
        this.tcpPort = tcpPort;
        this.options = options;
        this.backlog = Math.max(1, backlog);
        this.maxSynBacklog = maxSynBacklog;
        this.resetOnOverflow = resetOnOverflow;
        this.deferSeconds = deferSeconds;
        this.onAcceptable = onAcceptable;
        this.closeChannel = closeChannel;
    }

    /** {@return the TCP port} */
    public int tcpPort() {
        return tcpPort;
    }

    /** {@return what accepted connections start with} */
    public ConnectionOptions options() {
        return options;
    }

    /** {@return whether one more SYN may become a half-open connection; if so it counts} */
    public boolean admitSyn() {
        if (halfOpen >= maxSynBacklog) {
            return false;
        }
        halfOpen++;
        return true;
    }

    /** {@return whether a complete connection finds a place to wait} */
    public boolean canComplete() {
        return acceptable.get() < backlog;
    }

    /** {@return whether a handshake that finds no room is reset} */
    public boolean resetsOnOverflow() {
        return resetOnOverflow;
    }

    /** A connection of ours has left SYN-RECEIVED, for better or worse. */
    void handshakeOver(Shard shard, TransmissionControlBlock connection) {
        if (connection.state() == TcpState.CLOSED) {
            halfOpen--;
        } else if (deferSeconds > 0) {
            deferred.add(new DeferredAccept(this, new Pending(shard, connection), deferSeconds));
        } else {
            halfOpen--;
            offer(new Pending(shard, connection));
        }
    }

    private void offer(Pending pending) {
        acceptable.incrementAndGet();
        acceptQueue.add(pending);
        onAcceptable.run();
    }

    /** A connection that was kept back has text, or was kept back long enough: it is offered as soon as there is room. */
    void deferralOver(DeferredAccept over) {
        if (deferred.contains(over)) {
            due.add(over);
            offerDue();
        }
    }

    private void offerDue() {
        // Said before the look for room: whoever makes room after that look sees it, and comes back here.
        anyDue = !due.isEmpty();
        while (!due.isEmpty() && canComplete()) {
            endDeferral(due.iterator().next());
        }
        anyDue = !due.isEmpty();
    }

    private void endDeferral(DeferredAccept over) {
        forget(over);
        offer(over.end());
    }

    private void forget(DeferredAccept over) {
        due.remove(over);
        if (deferred.remove(over)) {
            halfOpen--;
        }
    }

    /** A connection that was kept back has ended: nobody needs to hear of it. */
    void deferralFailed(DeferredAccept over) {
        forget(over);
    }

    /** Nobody will accept any more: what was kept back waits with the others, room or not, to be reset. */
    void endDeferrals() {
        List.copyOf(deferred).forEach(this::endDeferral);
    }

    /** Closes the server channel: nothing will come any more. */
    void closeChannel() {
        closeChannel.run();
    }

    /** {@return the next connection to accept, or null} */
    public Pending accept() {
        Pending pending = acceptQueue.poll();
        if (pending != null) {
            acceptable.decrementAndGet();
            if (anyDue) {
                offerDueSoon(pending.shard().loop());
            }
        }
        return pending;
    }

    private void offerDueSoon(EventLoop shards) {
        try {
            shards.execute(this::offerDue);
        } catch (RejectedExecutionException loopHasEnded) {
            // And with it all that was kept back.
            anyDue = false;
        }
    }

    /** {@return how many handshakes are under way, or complete and kept back} */
    public int halfOpen() {
        return halfOpen;
    }
}
