// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

import dev.tou.connection.ConnectionKey;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;

/**
 * The client's UDP channels of one event loop: a small pool of connected ones for each remote address. The first connections
 * get one each, later ones share, told apart by their TCP ports; a channel whose connections have ended is used again. So many
 * connections need few descriptors.
 */
public final class ClientSockets {

    /** How many channels lead to one remote address before connections share them. */
    private static final int CHANNELS_PER_REMOTE = 16;

    /** How long a channel without connections waits for the next one. */
    private static final long IDLE_SECONDS = 5;

    /** Ephemeral TCP ports for connections that share a channel (RFC 6056 section 3.2). */
    private static final int FIRST_PORT = 32_768;

    private static final int PORTS = 28_232;

    private record Remote(DatagramTransport transport, InetSocketAddress address, ShardOptions options) {}

    /** A channel for a new connection and the TCP port that it gets there. */
    public record Place(Shard shard, int tcpPort) {}

    private final EventLoopResources resources;
    private final Map<Remote, List<Shard>> pools = new HashMap<>();

    ClientSockets(EventLoopResources resources) {
        this.resources = resources;
    }

    /**
     * Finds a place for a new connection. On the event loop; completes at once where the transport connects at once.
     */
    public Future<Place> acquire(
            DatagramTransport transport, PipelineInstaller installer, InetSocketAddress remote, ShardOptions options)
            throws Exception {
        Remote name = new Remote(transport, remote, options);
        Shard idlest = idlest(pools.get(name));
        if (idlest != null) {
            return resources.loop().newSucceededFuture(new Place(idlest, freePort(idlest, remote)));
        }
        Shard opened = open(transport, installer, remote, options);
        return connect(opened, remote, () -> becameIdle(opened), name);
    }

    /**
     * Binds a channel that will carry one connection and is closed after it.
     *
     * @throws BindException if the address is in use, or not of this host
     */
    public Shard bind(
            DatagramTransport transport, PipelineInstaller installer, InetSocketAddress local, ShardOptions options)
            throws Exception {
        Shard shard = open(transport, installer, local, options);
        try {
            OpenFailure.rethrow(shard.udp().bind(local), local);
        } catch (Exception e) {
            shard.close();
            throw e;
        }
        return shard;
    }

    /** Connects a channel that {@link #bind} has bound. */
    public Future<Place> connect(Shard bound, InetSocketAddress remote) {
        return connect(bound, remote, bound::close, null);
    }

    // An unused channel, or the least used one of a full pool; null if a new one shall be opened.
    private static Shard idlest(List<Shard> pool) {
        if (pool == null) {
            return null;
        }
        Shard best = null;
        for (Shard shard : pool) {
            if (!shard.udp().isOpen()) {
                continue;
            }
            if (best == null || shard.connections().size() < best.connections().size()) {
                best = shard;
            }
        }
        boolean take = best != null && (best.connections().size() == 0 || pool.size() >= CHANNELS_PER_REMOTE);
        return take ? best : null;
    }

    private int freePort(Shard shard, InetSocketAddress remote) throws BindException {
        int preferred = shard.localAddress().getPort();
        if (isFree(shard, remote, preferred)) {
            return preferred;
        }
        RandomGenerator random = resources.random();
        int start = random.nextInt(PORTS);
        for (int i = 0; i < PORTS; i++) {
            int port = FIRST_PORT + (start + i) % PORTS;
            if (isFree(shard, remote, port)) {
                return port;
            }
        }
        throw new BindException(
                "Cannot assign requested address: no free TCP port towards " + remote + " on " + shard.localAddress());
    }

    private static boolean isFree(Shard shard, InetSocketAddress remote, int port) {
        ConnectionKey key = ConnectionKey.of(remote, port, remote.getPort());
        return shard.connections().find(key) == null && shard.timeWait().find(key) < 0;
    }

    private Shard open(
            DatagramTransport transport, PipelineInstaller installer, InetSocketAddress address, ShardOptions options)
            throws Exception {
        DatagramChannel udp =
                transport.newChannel(resources.loop(), UdpEndpoint.familyOf(address), options.maxDatagramBytes());
        Shard shard = new Shard(udp, transport, resources, null, options);
        shard.installed(installer.install(shard, udp.pipeline()));
        OpenFailure.rethrow(resources.loop().register(udp), address);
        options.mark(udp);
        return shard;
    }

    private Future<Place> connect(Shard shard, InetSocketAddress remote, Runnable whenIdle, Remote pool) {
        DatagramChannel udp = shard.udp();
        Promise<Place> promise = resources.loop().newPromise();
        udp.connect(remote).addListener(connected -> {
            if (!connected.isSuccess()) {
                shard.close();
                promise.setFailure(connected.cause());
                return;
            }
            shard.opened(udp.localAddress(), remote, whenIdle);
            if (pool != null) {
                pools.computeIfAbsent(pool, name -> new ArrayList<>()).add(shard);
            }
            promise.setSuccess(new Place(shard, udp.localAddress().getPort()));
        });
        return promise;
    }

    private void becameIdle(Shard shard) {
        if (resources.loop().isShuttingDown()) {
            return;
        }
        long used = shard.uses();
        resources.loop().schedule(() -> closeIfUnused(shard, used), IDLE_SECONDS, TimeUnit.SECONDS);
    }

    private void closeIfUnused(Shard shard, long usedBefore) {
        if (shard.isIdle() && shard.uses() == usedBefore && shard.udp().isOpen()) {
            // Out of the pool first: a connection that comes now must not find it.
            closed(shard);
            shard.close();
        }
    }

    void closed(Shard shard) {
        pools.values().removeIf(pool -> pool.remove(shard) && pool.isEmpty());
    }
}
