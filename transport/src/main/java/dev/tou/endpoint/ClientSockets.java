// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

import dev.tou.connection.ConnectionKey;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
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
     *
     * @param local the UDP address to bind, or null for any; a chosen one is never shared
     */
    public Future<Place> acquire(
            DatagramTransport transport,
            PipelineInstaller installer,
            InetSocketAddress remote,
            InetSocketAddress local,
            ShardOptions options) {
        EventLoop loop = resources.loop();
        Remote name = new Remote(transport, remote, options);
        if (local == null) {
            Shard idlest = idlest(pools.get(name));
            if (idlest != null) {
                return loop.newSucceededFuture(new Place(idlest, freePort(idlest, remote)));
            }
        }
        return open(name, installer, local);
    }

    // An unused channel, or the least used one of a full pool; null if a new one shall be opened.
    private static Shard idlest(List<Shard> pool) {
        if (pool == null) {
            return null;
        }
        Shard best = null;
        for (Shard shard : pool) {
            if (best == null || shard.connections().size() < best.connections().size()) {
                best = shard;
            }
        }
        boolean take = best != null && (best.connections().size() == 0 || pool.size() >= CHANNELS_PER_REMOTE);
        return take ? best : null;
    }

    private int freePort(Shard shard, InetSocketAddress remote) {
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
        throw new IllegalStateException("no free TCP port towards " + remote + " on " + shard.localAddress());
    }

    private static boolean isFree(Shard shard, InetSocketAddress remote, int port) {
        ConnectionKey key = ConnectionKey.of(remote, port, remote.getPort());
        return shard.connections().find(key) == null && shard.timeWait().find(key) < 0;
    }

    private Future<Place> open(Remote name, PipelineInstaller installer, InetSocketAddress local) {
        EventLoop loop = resources.loop();
        Promise<Place> promise = loop.newPromise();
        DatagramChannel udp = name.transport()
                .newChannel(
                        loop,
                        UdpEndpoint.familyOf(name.address()),
                        name.options().maxDatagramBytes());
        Shard shard = new Shard(udp, name.transport(), resources, null, name.options());
        shard.installed(installer.install(shard, udp.pipeline()));
        ChannelFuture registered = loop.register(udp);
        registered.addListener(done -> {
            if (!done.isSuccess()) {
                promise.setFailure(done.cause());
                return;
            }
            udp.connect(name.address(), local).addListener(connected -> {
                if (!connected.isSuccess()) {
                    udp.close();
                    promise.setFailure(connected.cause());
                    return;
                }
                Runnable whenIdle = local == null ? () -> becameIdle(shard) : shard::close;
                shard.opened(udp.localAddress(), name.address(), whenIdle);
                if (local == null) {
                    pools.computeIfAbsent(name, n -> new ArrayList<>()).add(shard);
                }
                promise.setSuccess(new Place(shard, udp.localAddress().getPort()));
            });
        });
        return promise;
    }

    private void becameIdle(Shard shard) {
        if (resources.loop().isShuttingDown()) {
            return;
        }
        resources.loop().schedule(() -> closeIfIdle(shard), IDLE_SECONDS, TimeUnit.SECONDS);
    }

    private void closeIfIdle(Shard shard) {
        if (shard.isIdle() && shard.udp().isOpen()) {
            shard.close();
        }
    }

    void closed(Shard shard) {
        pools.values().removeIf(pool -> pool.remove(shard) && pool.isEmpty());
    }
}
