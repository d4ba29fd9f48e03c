// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.state.TcpState;
import dev.tou.telemetry.ConnectionSnapshot;
import dev.tou.telemetry.DropReason;
import dev.tou.telemetry.Limit;
import dev.tou.telemetry.ListenerSnapshot;
import dev.tou.telemetry.LoopSnapshot;
import dev.tou.telemetry.SnapshotRequest;
import dev.tou.telemetry.SocketSnapshot;
import io.netty.util.concurrent.Promise;

/**
 * Looks at everything that lives on one event loop. Connections are looked at in slices of a fraction of a millisecond, between which the
 * loop reads and writes, so that a million of them delay nobody's segments for long.
 */
final class LoopCensus {

    /** A table is two thirds full at most, and a connection takes about a microsecond. */
    private static final int PLACES_AT_ONCE = 256;

    /** What a UDP channel takes, in places. */
    private static final int PLACES_OF_A_SOCKET = 4;

    private final EventLoopResources resources;
    private final SnapshotRequest request;
    private final Promise<LoopSnapshot> told;
    private final Map<TcpState, Long> states = new EnumMap<>(TcpState.class);
    private final List<SocketSnapshot> sockets = new ArrayList<>();
    private final List<ListenerSnapshot> listeners = new ArrayList<>();
    private final List<ConnectionSnapshot> connections = new ArrayList<>();

    private List<Shard> shards = List.of();
    private int shard;
    private int position;
    private long matching;
    private long deadlineNanos;

    /**
     * A census that has not begun.
     *
     * @param told gets what was found, or null if the loop has ended
     */
    LoopCensus(EventLoopResources resources, SnapshotRequest request, Promise<LoopSnapshot> told) {
        this.resources = resources;
        this.request = request;
        this.told = told;
    }

    /** Begins, on any thread. */
    void begin() {
        try {
            resources.loop().execute(() -> guarded(this::first));
        } catch (RejectedExecutionException loopHasEnded) {
            told.trySuccess(null);
        }
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException failure) {
            told.tryFailure(failure);
        }
    }

    private void first() {
        // Half of the time, so that the part that was found is told before the time is over.
        deadlineNanos = resources.nowNanos() + request.patienceNanos() / 2;
        shards = List.copyOf(resources.shards());
        Set<UdpEndpoint> endpoints = new LinkedHashSet<>();
        for (Shard each : shards) {
            if (each.endpoint() != null) {
                endpoints.add(each.endpoint());
            }
        }
        endpoints.forEach(endpoint -> endpoint.forEachListener(listener -> listen(endpoint, listener)));
        slice();
    }

    private boolean begins(Shard current) {
        if (!resources.shards().contains(current)) {
            return false; // closed since the census began
        }
        sockets.add(socket(current));
        count(TcpState.TIME_WAIT, current.timeWait().size());
        return true;
    }

    private static SocketSnapshot socket(Shard shard) {
        return new SocketSnapshot(
                shard.localAddress(),
                shard.peer(),
                shard.connections().size(),
                shard.timeWait().size(),
                shard.unsentBytes());
    }

    private void listen(UdpEndpoint endpoint, Listener listener) {
        count(TcpState.LISTEN, 1);
        InetSocketAddress udp = endpoint.address();
        if (request.wants(listener.tcpPort(), listener.tcpPort())
                && (udp.getAddress().isAnyLocalAddress() || request.wants(udp.getAddress(), udp.getAddress()))) {
            listeners.add(new ListenerSnapshot(
                    new InetSocketAddress(udp.getAddress(), listener.tcpPort()),
                    udp.getPort(),
                    listener.waiting(),
                    listener.limits().backlog(),
                    listener.halfOpen(),
                    listener.limits().maxSynBacklog()));
        }
    }

    private void count(TcpState state, long more) {
        if (more > 0) {
            states.merge(state, more, Long::sum);
        }
    }

    // --- connections ---

    private void slice() {
        if (told.isDone()) {
            return; // nobody waits for it any more
        }
        // A client may have very many sockets with few connections each.
        for (int left = PLACES_AT_ONCE; left > 0 && shard < shards.size(); shard++) {
            Shard current = shards.get(shard);
            if (position == 0 && !begins(current)) {
                continue;
            }
            position = current.connections().scan(position, PLACES_AT_ONCE, tcb -> look(current, tcb));
            if (position != 0) {
                break;
            }
            left -= PLACES_OF_A_SOCKET + current.connections().size();
        }
        if (shard == shards.size()) {
            finish(LoopSnapshot.Answer.COMPLETE);
        } else if (resources.nowNanos() - deadlineNanos >= 0) {
            finish(LoopSnapshot.Answer.PARTIAL);
        } else {
            next();
        }
    }

    // Scheduled, because what is only executed would run before the loop reads again.
    private void next() {
        try {
            resources.loop().schedule(() -> guarded(this::slice), 0, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException loopEnds) {
            told.trySuccess(null);
        }
    }

    private void look(Shard where, TransmissionControlBlock tcb) {
        TcpState state = tcb.state();
        if (state == TcpState.LISTEN) {
            return; // not yet begun, and no listener, which LISTEN counts
        }
        count(state, 1);
        ConnectionKey key = tcb.key();
        if (!request.wants(state) || !request.wants(key.localTcpPort(), key.remoteTcpPort())) {
            return;
        }
        InetAddress local = where.localAddress().getAddress();
        InetSocketAddress remote = key.remoteTcpAddress();
        if (request.wants(local, remote.getAddress())) {
            matching++;
            if (connections.size() < request.most()) {
                connections.add(snapshot(where, tcb, new InetSocketAddress(local, key.localTcpPort()), remote));
            }
        }
    }

    private ConnectionSnapshot snapshot(
            Shard where, TransmissionControlBlock tcb, InetSocketAddress local, InetSocketAddress remote) {
        long now = resources.nowNanos();
        long age = 0;
        for (Limit limit : Limit.values()) {
            age += tcb.report.limitedNanos(limit, now); // one of them counts at any time
        }
        return new ConnectionSnapshot(
                local,
                remote,
                where.localAddress().getPort(),
                tcb.key().remoteUdpPort(),
                tcb.isPassive(),
                tcb.isOrphan(),
                age,
                tcb.info());
    }

    private void finish(LoopSnapshot.Answer answer) {
        Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            long times = resources.drops(reason);
            if (times > 0) {
                drops.put(reason, times);
            }
        }
        told.trySuccess(new LoopSnapshot(
                Thread.currentThread().getName(),
                answer,
                List.of(),
                Collections.unmodifiableMap(states),
                resources.orphans().size(),
                resources.memory().bytes(),
                Collections.unmodifiableMap(drops),
                List.copyOf(sockets),
                List.copyOf(listeners),
                matching,
                List.copyOf(connections)));
    }
}
