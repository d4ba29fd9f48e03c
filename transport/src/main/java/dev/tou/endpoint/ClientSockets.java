// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.ConnectionOptions;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;

/**
 * The client's UDP channels of one event loop: a small pool of connected ones for each remote address and TCP port. The first connections
 * get one each, later ones share, told apart by their TCP ports; a channel whose connections have ended is used again. So many
 * connections need few descriptors.
 *
 * <p>RFC 9293: MUST-43, MUST-44.
 */
public final class ClientSockets {

    /** For how long it is believed what an interface carries; that it carries less, the first refusal says. */
    private static final long MTU_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Remote(DatagramTransport transport, InetSocketAddress udp, int tcpPort, ShardOptions options) {}

    /** The channels to one remote address: those that are open, and those that are still being connected. */
    private static final class Pool {
        private final Remote remote;
        private final List<Shard> open = new ArrayList<>();
        private final Deque<Future<Shard>> connecting = new ArrayDeque<>();

        Pool(Remote remote) {
            this.remote = remote;
        }

        // An unused channel, or the least used one of a full pool; null if a new one shall be opened.
        Future<Shard> place(int channels) {
            boolean full = open.size() + connecting.size() >= channels;
            Shard idlest = idlest(open);
            if (idlest != null && (full || idlest.connections().size() == 0)) {
                return idlest.loop().newSucceededFuture(idlest);
            }
            if (!full || connecting.isEmpty()) {
                return null;
            }
            // By turns, so that they will share evenly.
            Future<Shard> next = connecting.removeFirst();
            connecting.addLast(next);
            return next;
        }

        private static Shard idlest(List<Shard> open) {
            Shard best = null;
            for (Shard shard : open) {
                if (shard.isOpen() && (best == null || isIdler(shard, best))) {
                    best = shard;
                }
            }
            return best;
        }

        // Those in TIME-WAIT cost nothing but their ports, so they count only among equals.
        private static boolean isIdler(Shard shard, Shard than) {
            int connections = shard.connections().size();
            int others = than.connections().size();
            return connections < others
                    || connections == others
                            && shard.timeWait().size() < than.timeWait().size();
        }

        boolean isEmpty() {
            return open.isEmpty() && connecting.isEmpty();
        }
    }

    private final EventLoopResources resources;
    private final Map<Remote, Pool> pools = new HashMap<>();

    /** Where the open channels are, so that one can leave without a look at all remotes. */
    private final Map<Shard, Pool> poolOf = new HashMap<>();

    /** What the interfaces towards some hosts carry, known since {@link #mtusNanos}: to ask costs a socket and all interfaces. */
    private final Map<InetAddress, Integer> mtus = new HashMap<>();

    private long mtusNanos;

    ClientSockets(EventLoopResources resources) {
        this.resources = resources;
    }

    /**
     * Finds a channel for a new connection, which may be one that others wait for, too. On the event loop; completes at once
     * where the transport connects at once.
     *
     * @param tcp the peer's address and TCP port
     * @param tunnelPort the UDP port that carries it, or {@link TunnelPort#NONE}
     */
    public Future<Shard> acquire(
            DatagramTransport transport,
            PipelineInstaller installer,
            InetSocketAddress tcp,
            int tunnelPort,
            ShardOptions options)
            throws Exception {
        InetSocketAddress remote = TunnelPort.udpAddress(tcp, tunnelPort);
        Remote name = new Remote(transport, remote, tcp.getPort(), options);
        Pool known = pools.get(name);
        Future<Shard> place = known == null ? null : known.place(transport.channelsPerRemote(resources.loop()));
        if (place != null) {
            return place;
        }
        Shard opened = open(transport, installer, mtuTowards(transport, remote), remote, options);
        IdleWatch watch = new IdleWatch(opened, () -> close(opened));
        Future<Shard> connected = connect(opened, remote, watch::becameIdle);
        Pool pool = pools.computeIfAbsent(name, Pool::new);
        pool.connecting.add(connected);
        connected.addListener(done -> joined(pool, connected));
        return connected;
    }

    private void joined(Pool pool, Future<Shard> connected) {
        pool.connecting.remove(connected);
        if (connected.isSuccess()) {
            pool.open.add(connected.getNow());
            poolOf.put(connected.getNow(), pool);
        } else {
            forgetIfEmpty(pool);
        }
    }

    private void forgetIfEmpty(Pool pool) {
        if (pool.isEmpty()) {
            pools.remove(pool.remote);
        }
    }

    /**
     * Binds a channel that will carry one connection and is closed after it. One that has been closed and drains is in nobody's
     * way.
     *
     * @throws BindException if the address is in use, or not of this host
     */
    public Shard bind(
            DatagramTransport transport, PipelineInstaller installer, InetSocketAddress local, ShardOptions options)
            throws Exception {
        try {
            return bind(transport, installer, local, options, false);
        } catch (BindException inUse) {
            if (!FixedPort.isDraining(transport, local.getPort())) {
                throw inUse;
            }
            return bind(transport, installer, local, options, true);
        }
    }

    private Shard bind(
            DatagramTransport transport,
            PipelineInstaller installer,
            InetSocketAddress local,
            ShardOptions options,
            boolean beside)
            throws Exception {
        Shard shard = open(transport, installer, transport.interfaceMtu(local.getAddress()), local, options);
        try {
            if (beside) {
                bindBesideOneThatDrains(shard.udp(), local);
            } else {
                OpenFailure.rethrow(shard.udp().bind(local), local);
            }
        } catch (Exception e) {
            shard.close();
            throw e;
        }
        shard.boundTo(new FixedPort(shard));
        return shard;
    }

    private static void bindBesideOneThatDrains(DatagramChannel udp, InetSocketAddress local) throws Exception {
        synchronized (EndpointRegistry.OPENING) {
            FixedPort.share(udp, true);
            OpenFailure.rethrow(udp.bind(local), local);
            FixedPort.share(udp, false);
        }
    }

    /**
     * Connects a channel that {@link #bind} has bound. While the port's last connection to the same peer has not ended, it waits;
     * and then, up to a second, until TIME-WAIT may be taken over. If that may not be taken over, it fails with a
     * {@link BindException}.
     *
     * @param tcp the peer's address and TCP port
     * @param tunnelPort the UDP port that carries it, or {@link TunnelPort#NONE}
     * @param reuse whether the connection may take over a name in TIME-WAIT
     */
    public Future<Shard> connect(Shard bound, InetSocketAddress tcp, int tunnelPort, boolean reuse) {
        InetSocketAddress remote = TunnelPort.udpAddress(tcp, tunnelPort);
        FixedPort before = bound.fixedPort().predecessor(remote);
        if (before == null) {
            return connect(bound, remote, bound::close);
        }
        Promise<Shard> promise = resources.loop().newPromise();
        Promise<Void> ready = resources.loop().newPromise();
        ready.addListener(free -> {
            if (free.isSuccess()) {
                connect(bound, remote, bound::close, promise);
            } else {
                promise.setFailure(free.cause());
            }
        });
        int port = bound.udp().localAddress().getPort();
        before.bequeath(ConnectionKey.of(remote, port, tcp.getPort()), bound, reuse, ready);
        return promise;
    }

    /** Lets go of a channel that was bound, or found, for a connection that nobody wants any more, if none has been on it. */
    public static void forgo(Shard shard) {
        if (shard.fixedPort() != null) {
            shard.fixedPort().forgo();
        } else {
            shard.forgoIfNeverUsed();
        }
    }

    /**
     * {@return a TCP port for one more connection on the channel}
     *
     * @param tcpPort the peer's TCP port
     * @param timestamps whether the connection will ask for timestamps, so that it may take over a port in TIME-WAIT
     * @throws BindException if all are taken, or the one that the client has chosen
     */
    public int freePort(Shard shard, int tcpPort, boolean timestamps) throws BindException {
        if (shard.fixedPort() != null) {
            ConnectionKey name =
                    ConnectionKey.of(shard.peer(), shard.localAddress().getPort(), tcpPort);
            return EphemeralPorts.fixed(shard, name, timestamps, resources.nowNanos());
        }
        Pool pool = pools.get(new Remote(shard.transport(), shard.peer(), tcpPort, shard.options()));
        List<Shard> siblings = pool == null ? List.of() : pool.open;
        return EphemeralPorts.choose(shard, siblings, tcpPort, timestamps, resources);
    }

    private int mtuTowards(DatagramTransport transport, InetSocketAddress remote) {
        long now = resources.nowNanos();
        if (now - mtusNanos >= MTU_NANOS || mtus.isEmpty()) {
            mtus.clear();
            mtusNanos = now;
        }
        Integer known = mtus.get(remote.getAddress());
        if (known != null) {
            return known;
        }
        try {
            int mtu = transport.interfaceMtu(transport.localAddressTowards(remote));
            mtus.put(remote.getAddress(), mtu);
            return mtu;
        } catch (IOException e) {
            // There is no way to it, which connecting will tell better.
            return ConnectionOptions.ACCEPTED_PATH_MTU;
        }
    }

    private Shard open(
            DatagramTransport transport,
            PipelineInstaller installer,
            int mtu,
            InetSocketAddress address,
            ShardOptions options)
            throws Exception {
        DatagramChannel udp =
                transport.newChannel(resources.loop(), SocketFamily.of(address), options.maxDatagramBytes(mtu));
        Shard shard = new Shard(udp, transport, resources, null, options, mtu);
        shard.installed(installer.install(shard, udp.pipeline()));
        try {
            OpenFailure.rethrow(resources.loop().register(udp), address);
            options.applyTo(udp);
        } catch (Throwable e) {
            // An error, too: the application's initializer may have thrown it.
            udp.close();
            throw e;
        }
        return shard;
    }

    private Future<Shard> connect(Shard shard, InetSocketAddress remote, Runnable whenIdle) {
        return connect(shard, remote, whenIdle, resources.loop().newPromise());
    }

    private static Future<Shard> connect(
            Shard shard, InetSocketAddress remote, Runnable whenIdle, Promise<Shard> promise) {
        shard.udp().connect(remote).addListener(connected -> {
            if (connected.isSuccess()) {
                shard.opened(shard.transport().localAddress(shard.udp()), remote, whenIdle);
                promise.setSuccess(shard);
            } else {
                shard.close();
                promise.setFailure(connected.cause());
            }
        });
        return promise;
    }

    // Out of the pool first: a connection that comes now must not find it.
    private void close(Shard shard) {
        closed(shard);
        shard.close();
    }

    void closed(Shard shard) {
        Pool pool = poolOf.remove(shard);
        if (pool != null) {
            pool.open.remove(shard);
            forgetIfEmpty(pool);
        }
    }
}
