// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import dev.tou.connection.ConnectionKey;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.Promise;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * A local port that a client has chosen, with the UDP channel of its one connection. When the application has closed, the
 * channel <em>drains</em>: it delivers what is left, and keeps TIME-WAIT. The port can be bound again meanwhile, on any event loop,
 * as a kernel's can:
 *
 * <ul>
 *   <li>to another peer the new channel connects beside the old one; the kernel tells them apart by their peers,
 *   <li>to the same peer it waits until the old connection has ended, and inherits its TIME-WAIT record.
 * </ul>
 */
final class FixedPort {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(FixedPort.class);

    private record Place(DatagramTransport transport, int port) {}

    /** Those that drain, of all event loops of the process. */
    private static final ConcurrentMap<Place, Set<FixedPort>> DRAINING = new ConcurrentHashMap<>();

    private final Shard shard;
    private final Place place;
    private boolean draining;
    private boolean closed;

    /** Who wait for the end of the connection. */
    private final List<Runnable> heirs = new ArrayList<>();

    /** @param shard bound and not connected */
    FixedPort(Shard shard) {
        this.shard = shard;
        place = new Place(shard.transport(), shard.udp().localAddress().getPort());
    }

    /** {@return whether a channel bound to the port drains, so that another one may be bound beside it} */
    static boolean isDraining(DatagramTransport transport, int port) {
        return DRAINING.containsKey(new Place(transport, port));
    }

    /** {@return whoever drains on the same port as this, connected to a peer that this shall be connected to; or null} */
    FixedPort predecessor(InetSocketAddress peer) {
        InetSocketAddress local = shard.udp().localAddress();
        for (FixedPort other : DRAINING.getOrDefault(place, Set.of())) {
            boolean sameAddress = local.getAddress().isAnyLocalAddress()
                    || local.getAddress().equals(other.shard.localAddress().getAddress());
            if (sameAddress && peer.equals(other.shard.peer())) {
                return other;
            }
        }
        return null;
    }

    /**
     * Lets another socket be bound beside this one, or no more. Who does so for a socket that does not drain holds
     * {@link EndpointRegistry#OPENING} in between: another event loop's would find its way there, too.
     */
    static void share(DatagramChannel udp, boolean on) {
        try {
            udp.config().setOption(ChannelOption.SO_REUSEADDR, on);
        } catch (ChannelException e) {
            // Closed in this moment; it is in nobody's way then.
            LOGGER.debug("{} cannot share its port", udp, e);
        }
    }

    // --- on the shard's event loop ---

    /** The application of the connection has closed it. */
    void applicationClosed() {
        if (!draining && !closed) {
            draining = true;
            share(shard.udp(), true);
            DRAINING.compute(place, (name, others) -> {
                Set<FixedPort> all = others == null ? ConcurrentHashMap.newKeySet() : others;
                all.add(this);
                return all;
            });
        }
    }

    /** The connection has ended, TIME-WAIT aside. Not yet the turn of the loop in which its last segment leaves. */
    void connectionOver() {
        if (!heirs.isEmpty()) {
            List<Runnable> now = List.copyOf(heirs);
            heirs.clear();
            now.forEach(shard.loop()::execute);
        }
    }

    /** The channel has closed; the port is free when the loop has let go of the socket. */
    void closed() {
        closed = true;
        PortRelease.then(shard.loop(), () -> {
            DRAINING.computeIfPresent(place, (name, all) -> {
                all.remove(this);
                return all.isEmpty() ? null : all;
            });
            heirs.forEach(Runnable::run);
            heirs.clear();
        });
    }

    /** The connection that the port was bound for is not wanted any more, before it began. */
    void forgo() {
        if (shard.isIdle()) {
            shard.close();
        } else if (shard.peer() != null) {
            // What has been inherited ends as if it were our own connection's; while the channel connects, not yet.
            applicationClosed();
        }
    }

    // --- succession ---

    /** Who wants the port. */
    private record Claim(ConnectionKey name, Shard heir, boolean reuse, Promise<Void> ready) {}

    /**
     * Gives the port to another shard as soon as this one's connection has ended and its name may be taken over; its TIME-WAIT
     * records go with it. On the heir's event loop.
     *
     * @param reuse whether the heir's connection may take over a name in TIME-WAIT
     * @param ready a promise of the heir's event loop: done when the port is the heir's alone; failed with a {@link BindException}
     *     if TIME-WAIT has to be waited for
     */
    void bequeath(ConnectionKey name, Shard heir, boolean reuse, Promise<Void> ready) {
        consider(new Claim(name, heir, reuse, ready), List.of());
    }

    // On the heir's loop.
    private void consider(Claim claim, List<TimeWaitTable.Memory> lastKnown) {
        Runnable look = () -> {
            if (shard.connections().size() == 0) {
                connectionEnded(claim);
            } else {
                heirs.add(() -> connectionEnded(claim));
            }
        };
        try {
            shard.loop().execute(look);
        } catch (RejectedExecutionException loopHasEnded) {
            inherit(claim, lastKnown, () -> claim.ready().trySuccess(null));
        }
    }

    private void connectionEnded(Claim claim) {
        if (!claim.heir().udp().isOpen()) {
            // Its connect was given up in the meantime.
            return;
        }
        TimeWaitTable table = shard.timeWait();
        int record = table.find(claim.name());
        if (record >= 0 && !(claim.reuse() && table.hasTimestamps(record))) {
            claim.ready().tryFailure(EphemeralPorts.inTimeWait(shard, claim.name()));
            return;
        }
        long wait =
                record < 0 ? 0 : table.reusableInNanos(record, shard.resources().nowNanos());
        // Behind a tunnel port there may be some of other TCP ports.
        List<TimeWaitTable.Memory> memories = table.recall();
        if (wait > 0) {
            // By the heir's clock: this loop may end before.
            onLoopOf(
                    claim.heir(),
                    () -> claim.heir().loop().schedule(() -> consider(claim, memories), wait, TimeUnit.NANOSECONDS));
        } else {
            onLoopOf(claim.heir(), () -> inherit(claim, memories, () -> leaveTo(claim)));
        }
    }

    // On the heir's loop. The heir has the records before this one goes, so that at no time they are nobody's.
    private static void inherit(Claim claim, List<TimeWaitTable.Memory> memories, Runnable then) {
        if (claim.heir().isOpen()) {
            claim.heir().inherit(memories);
            then.run();
        }
    }

    private void leaveTo(Claim claim) {
        Runnable leave = () -> {
            shard.close();
            shard.udp()
                    .closeFuture()
                    .addListener(done ->
                            PortRelease.then(shard.loop(), () -> claim.ready().trySuccess(null)));
        };
        try {
            shard.loop().execute(leave);
        } catch (RejectedExecutionException loopHasEnded) {
            claim.ready().trySuccess(null);
        }
    }

    private static void onLoopOf(Shard heir, Runnable task) {
        try {
            heir.loop().execute(task);
        } catch (RejectedExecutionException loopHasEnded) {
            LOGGER.debug("nobody is left who could take over the port", loopHasEnded);
        }
    }
}
