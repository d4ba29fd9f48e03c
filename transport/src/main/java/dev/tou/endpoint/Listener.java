// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tou.connection.ConnectionOptions;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.state.TcpState;
import dev.tou.telemetry.DropReason;
import io.netty.channel.EventLoop;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

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
    public record Pending(Shard shard, TransmissionControlBlock connection) {

        /** Nobody will accept it. */
        public void reset() {
            shard.calls().abort(connection);
            shard.calls().orphan(connection);
        }
    }

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Listener.class);

    private final int tcpPort;
    private final ConnectionOptions options;
    private final ListenerOptions limits;
    private final Runnable onAcceptable;
    private final Runnable closeChannel;
    private final Queue<Pending> acceptQueue = PlatformDependent.newMpscQueue();
    private final AtomicInteger acceptable = new AtomicInteger();
    private final Set<DeferredAccept> deferred = new LinkedHashSet<>();

    /** Those of the deferred that only wait for room in the accept queue, in the order in which they will get it. */
    private final Set<DeferredAccept> due = new LinkedHashSet<>();

    private volatile boolean anyDue;
    private volatile boolean closed;
    private boolean filterFailed;
    private boolean floodTold;
    private int halfOpen;

    /**
     * Starts to listen.
     *
     * @param options what accepted connections start with
     * @param onAcceptable called on the shard's event loop when a connection may be accepted
     * @param closeChannel closes the server channel; called on the endpoint's event loop when that ends
     */
    public Listener(
            int tcpPort,
            ConnectionOptions options,
            ListenerOptions limits,
            Runnable onAcceptable,
            Runnable closeChannel) {
        this.tcpPort = tcpPort;
        this.options = options;
        this.limits = limits;
        this.onAcceptable = onAcceptable;
        this.closeChannel = closeChannel;
    }

    /** {@return the TCP port} */
    public int tcpPort() {
        return tcpPort;
    }

    /** {@return what is fixed since it listens} */
    ListenerOptions limits() {
        return limits;
    }

    /** {@return how many complete connections wait for accept} */
    int waiting() {
        return acceptable.get();
    }

    /** {@return what accepted connections start with} */
    public ConnectionOptions options() {
        return options;
    }

    /** {@return whether ports of its UDP channel where nobody listens shall be silent} */
    boolean isSilent() {
        return limits.silent();
    }

    /** {@return whether the UDP address is one that is answered} A filter that fails answers nobody. */
    public boolean admitsSource(InetSocketAddress remoteUdp) {
        try {
            return limits.sources().test(remoteUdp);
        } catch (RuntimeException failure) {
            if (!filterFailed) {
                filterFailed = true;
                LOGGER.warn("the source filter of port {} failed; this is logged once", tcpPort, failure);
            }
            return false;
        }
    }

    /** {@return whether a SYN is answered with a cookie, and no state is kept} */
    public boolean wantsCookie() {
        boolean wanted = halfOpen >= limits.cookiesFrom();
        if (wanted && limits.cookiesFrom() > 0 && !floodTold) {
            floodTold = true;
            LOGGER.warn(
                    "port {} has {} half-open connections, which may be a flood of SYNs: from now on they are answered with"
                            + " cookies; this is logged once",
                    tcpPort,
                    halfOpen);
        }
        return wanted;
    }

    /** {@return whether one more SYN may become a half-open connection} */
    public boolean admitsSyn() {
        return halfOpen < limits.maxSynBacklog();
    }

    /**
     * One more is half-open, and {@link #handshakeOver} will tell how that ends: for a SYN that was admitted, or, however many
     * there are, for a cookie that came back, which no flood of forged addresses can bring.
     */
    public void handshakeBegins() {
        halfOpen++;
    }

    /** {@return whether peers that have not proven their address get little} */
    public boolean limitsAmplification() {
        return limits.limitsAmplification();
    }

    /** {@return whether a complete connection finds a place to wait} */
    public boolean canComplete() {
        return !closed && acceptable.get() < limits.backlog();
    }

    /** {@return whether a handshake that finds no room is reset} */
    public boolean resetsOnOverflow() {
        return closed || limits.abortOnOverflow();
    }

    /** A connection of ours has left SYN-RECEIVED, for better or worse. */
    void handshakeOver(Shard shard, TransmissionControlBlock connection) {
        if (connection.state() == TcpState.CLOSED) {
            halfOpen--;
        } else if (limits.deferSeconds() > 0 && halfOpen <= limits.maxSynBacklog()) {
            deferred.add(new DeferredAccept(this, new Pending(shard, connection), limits.deferSeconds()));
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

    /**
     * A connection that was kept back has text, or was kept back long enough: it is offered as soon as there is room, or reset
     * if that is how a want of room is answered.
     */
    void deferralOver(DeferredAccept over) {
        if (!deferred.contains(over)) {
            return;
        }
        if (canComplete() || !resetsOnOverflow()) {
            due.add(over);
            offerDue();
        } else {
            forget(over);
            over.pending().shard().drops().count(DropReason.ACCEPT_QUEUE_FULL);
            over.end().reset();
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
        closed = true;
        List.copyOf(deferred).forEach(this::endDeferral);
    }

    /** Resets the handshakes that are under way on one UDP channel. */
    void abortHandshakes(Shard shard) {
        shard.forEachConnection(tcb -> {
            boolean isHalfOpen = tcb.state() == TcpState.SYN_RECEIVED || tcb.state() == TcpState.LISTEN;
            if (isHalfOpen && tcb.key().localTcpPort() == tcpPort) {
                shard.calls().abort(tcb);
            }
        });
    }

    /** As a kernel does: whoever waits to be accepted is reset. Nobody accepts any more. */
    void resetUnaccepted() {
        for (Pending pending = accept(); pending != null; pending = accept()) {
            pending.reset();
        }
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
