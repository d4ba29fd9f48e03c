// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.IntFunction;

import dev.tou.endpoint.EndpointRegistry.Name;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * A bound UDP address with its listeners and shards. It outlives its listeners until the last connection and TIME-WAIT record
 * is gone; binding the address again before that attaches to it. Binding one address of a wildcard that drains takes that one's
 * shard, and binding a wildcard takes the shards of its addresses that drain on the same event loop. A listener is in the way
 * of others, as in a kernel.
 *
 * <p>No transport of Netty can choose a reply's source address, so a wildcard bind opens a channel for every local address
 * beside the catch-all, as name servers do; connections then have concrete local addresses.
 *
 * <p>RFC 9293: MUST-41, MUST-42, MUST-45.
 */
public final class UdpEndpoint {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(UdpEndpoint.class);

    private final DatagramTransport transport;
    private final EventLoopResources resources;
    private final PipelineInstaller installer;
    private final ShardOptions options;
    private final List<Shard> shards = new CopyOnWriteArrayList<>();
    private final Listeners listeners = new Listeners();
    private final CededAddresses ceded = new CededAddresses();
    private Name name;
    private int attaching;
    private boolean closing;
    private final Promise<Void> released;

    private UdpEndpoint(
            EventLoop loop, DatagramTransport transport, PipelineInstaller installer, ShardOptions options) {
        this.transport = transport;
        this.installer = installer;
        this.options = options;
        resources = EventLoopResources.of(loop);
        released = loop.newPromise();
    }

    /**
     * {@return the endpoint of an address: one that still drains, or a new one, bound on {@code loop}} With
     * {@link ShardOptions#reusePort} only one that drains on the same loop is taken up again, otherwise a new one stands beside
     * those that are there. May be called on several loops at once.
     *
     * @param tcp the address and the TCP port of the listener to come; port 0 chooses one
     * @param tunnelPort the UDP port that carries it, or {@link TunnelPort#NONE}
     * @throws Exception if the address cannot be bound
     */
    public static UdpEndpoint bind(
            EventLoop loop,
            DatagramTransport transport,
            PipelineInstaller installer,
            InetSocketAddress tcp,
            int tunnelPort,
            ShardOptions options)
            throws Exception {
        InetSocketAddress address = TunnelPort.udpAddress(tcp, tunnelPort);
        Name wanted = new Name(transport, address);
        synchronized (EndpointRegistry.OPENING) {
            UdpEndpoint known = options.reusePort() ? openOn(loop, wanted, tcp.getPort()) : known(wanted);
            return known != null
                    ? known.warnedOf(options)
                    : new UdpEndpoint(loop, transport, installer, options).open(address);
        }
    }

    // Attached: one that was bound to the address, or to a wildcard that it is part of; or null.
    private static UdpEndpoint known(Name wanted) throws BindException {
        UdpEndpoint known = EndpointRegistry.find(wanted);
        List<UdpEndpoint> parts = EndpointRegistry.partsOf(wanted);
        if (known != null) {
            known.checkFree(parts);
        }
        if (known == null || !known.attach()) {
            return partOfWildcard(wanted);
        }
        parts.forEach(known::takeBack);
        if (!known.ceded.isEmpty()) {
            // It may have ended since. Before anybody listens: a channel would not know whom the catch-all has
            // answered.
            known.ceded.expectOpening();
            if (known.loop().inEventLoop()) {
                known.openMissing();
            } else {
                known.executeIfAlive(known::openMissing);
            }
        }
        return known;
    }

    private UdpEndpoint warnedOf(ShardOptions asked) {
        String without = options.without(asked);
        if (!without.isEmpty()) {
            LOGGER.warn(
                    "the UDP channel of {} is open already, and a listener there does without {}", address(), without);
        }
        return this;
    }

    // The kernel goes on to deal clients to a socket that drains: without a listener there they would be reset.
    private static UdpEndpoint openOn(EventLoop loop, Name wanted, int tcpPort) {
        for (Shard shard : EventLoopResources.of(loop).shards()) {
            UdpEndpoint endpoint = shard.endpoint();
            if (endpoint != null
                    && endpoint.options.reusePort()
                    && endpoint.hasPlaceFor(wanted, tcpPort)
                    && endpoint.attach()) {
                return endpoint;
            }
        }
        return null;
    }

    // One that drains, or a tunnel with other TCP ports.
    private synchronized boolean hasPlaceFor(Name wanted, int tcpPort) {
        return !closing && attaching == 0 && listeners.find(tcpPort) == null && wanted.equals(name);
    }

    private boolean isDraining() {
        return !closing && attaching == 0 && listeners.isEmpty();
    }

    /** {@return an endpoint for one of the addresses of a wildcard that drains, with the shard that it had there; or null} */
    private static UdpEndpoint partOfWildcard(Name wanted) {
        return EndpointRegistry.wildcardsOf(wanted).stream()
                .map(wildcard -> wildcard.cede(wanted))
                .filter(part -> part != null)
                .findFirst()
                .orElse(null);
    }

    private synchronized UdpEndpoint cede(Name wanted) {
        if (!isDraining()) {
            return null;
        }
        for (Shard shard : shards) {
            if (shard.isOpen() && wanted.address().equals(shard.localAddress())) {
                UdpEndpoint part = new UdpEndpoint(loop(), transport, installer, options);
                part.name = wanted;
                part.shards.add(shard);
                part.attach();
                shards.remove(shard);
                ceded.ceded(wanted);
                shard.moveTo(part);
                EndpointRegistry.put(wanted, part);
                // It may have been the last that something lived on.
                executeIfAlive(this::closeIfDrained);
                return part;
            }
        }
        return null;
    }

    // All of them must drain, and on the same loop.
    private void checkFree(List<UdpEndpoint> parts) throws BindException {
        for (UdpEndpoint part : parts) {
            boolean free;
            synchronized (part) {
                free = part.closing || part.isDraining() && part.loop() == loop();
            }
            if (!free) {
                throw new BindException("Address already in use: " + part.address());
            }
        }
    }

    // While nobody can attach to it.
    private void takeBack(UdpEndpoint part) {
        synchronized (part) {
            for (Shard shard : part.shards) {
                if (shard.isOpen()) {
                    shards.add(shard);
                    ceded.cameBack(part.name);
                    shard.moveTo(this);
                    part.shards.remove(shard);
                }
            }
            if (part.shards.isEmpty() && !part.closing) {
                part.closing = true;
                EndpointRegistry.remove(part.name, part);
                part.released.trySuccess(null);
            }
        }
    }

    private void executeIfAlive(Runnable task) {
        try {
            loop().execute(task);
        } catch (RejectedExecutionException loopHasEnded) {
            // And so have the shards.
            return;
        }
    }

    // Between bind and listen the endpoint must not drain away, whatever its own loop does meanwhile.
    private synchronized boolean attach() {
        if (!closing) {
            attaching++;
        }
        return !closing;
    }

    private UdpEndpoint open(InetSocketAddress address) throws Exception {
        InetSocketAddress bound;
        try {
            bound = address.getAddress().isAnyLocalAddress()
                    ? openWildcard(address)
                    : openShard(address, false).localAddress();
        } catch (Throwable e) {
            shards.forEach(Shard::close);
            throw e;
        }
        name = new Name(transport, bound);
        attach();
        if (!options.reusePort()) {
            EndpointRegistry.put(name, this);
        }
        return this;
    }

    private InetSocketAddress openWildcard(InetSocketAddress address) throws Exception {
        List<UdpEndpoint> draining =
                options.reusePort() ? List.of() : EndpointRegistry.partsOf(new Name(transport, address));
        checkFree(draining);
        draining.forEach(part -> part.share(true));
        try {
            // Where nothing drains it is bound without SO_REUSEADDR, so that a port in use is an error.
            int port = openShard(address, !draining.isEmpty()).localAddress().getPort();
            openAddresses(transport.localAddresses().stream()
                    .distinct()
                    .map(local -> new InetSocketAddress(local, port))
                    .filter(each -> draining.stream().noneMatch(part -> part.hasShardFor(each)))
                    .toList());
            // Last: if something fails, our own shards are closed.
            draining.forEach(part -> takeBack(part.warnedOf(options)));
            return new InetSocketAddress(address.getAddress(), port);
        } finally {
            draining.forEach(part -> part.share(false));
            share(false);
        }
    }

    // A shard for each of them, which have none. Ends with all of ours shared.
    private void openAddresses(List<InetSocketAddress> addresses) throws Exception {
        share(true);
        for (InetSocketAddress address : addresses) {
            try {
                openShard(address, true);
            } catch (BindException e) {
                // It has just gone, or is not usable yet: the catch-all serves it.
                LOGGER.debug("{} has no UDP channel of its own", address, e);
            }
        }
    }

    private boolean hasShardFor(InetSocketAddress address) {
        return shards.stream().anyMatch(shard -> address.equals(shard.localAddress()));
    }

    private void openMissing() {
        synchronized (EndpointRegistry.OPENING) {
            List<InetSocketAddress> ended = ceded.takeEnded();
            if (closing || ended.isEmpty()) {
                return;
            }
            try {
                openAddresses(ended);
            } catch (Exception e) {
                LOGGER.warn("not every address of {} has a UDP channel of its own", address(), e);
            } finally {
                share(false);
            }
        }
    }

    private void share(boolean on) {
        shards.forEach(shard -> FixedPort.share(shard.udp(), on));
    }

    private Shard openShard(InetSocketAddress address, boolean reuse) throws Exception {
        int mtu = transport.interfaceMtu(address.getAddress());
        DatagramChannel udp =
                transport.newChannel(resources.loop(), SocketFamily.of(address), options.maxDatagramBytes(mtu));
        udp.config().setOption(ChannelOption.SO_REUSEADDR, reuse);
        Shard shard = new Shard(udp, transport, resources, this, options, mtu);
        shard.installed(installer.install(shard, udp.pipeline()));
        shards.add(shard);
        try {
            OpenFailure.rethrow(resources.loop().register(udp), address);
            options.applyTo(udp);
            OpenFailure.rethrow(udp.bind(address), address);
        } catch (Throwable e) {
            // An error, too: the application's initializer may have thrown it.
            shards.remove(shard);
            udp.close();
            throw e;
        }
        shard.opened(udp.localAddress(), null, () -> shard.endpoint().closeIfDrained());
        return shard;
    }

    /** {@return the address that was bound, with its port} */
    public InetSocketAddress address() {
        return name.address();
    }

    /** {@return the channels} */
    public List<Shard> shards() {
        return shards;
    }

    /** {@return the event loop of all channels} */
    public EventLoop loop() {
        return resources.loop();
    }

    /** {@return the listener of a TCP port, or null; as long as UDP channels are missing, null} */
    public Listener listener(int tcpPort) {
        return ceded.areBeingOpened() ? null : listeners.find(tcpPort);
    }

    /** Visits the listeners that are there now. */
    void forEachListener(Consumer<Listener> visitor) {
        listeners.forEach(visitor);
    }

    /** {@return whether segments for TCP ports without a listener are not answered} */
    public boolean isSilent() {
        return ceded.areBeingOpened() || listeners.isSilent();
    }

    /**
     * Adds a listener, once for each {@link #bind}. May be called on any thread.
     *
     * @param tcpPort the port that is wanted; with 0 any will do: the UDP port's number, or another that is free behind a tunnel
     * @param maker makes the listener for its port
     * @throws BindException if the port has one, or all have; what the maker throws comes as it is
     */
    public Listener listen(int tcpPort, IntFunction<Listener> maker) throws BindException {
        try {
            return attached(tcpPort, maker);
        } catch (Throwable e) {
            // An error of the maker's, too: nobody may be left who would ever unlisten.
            executeIfAlive(this::closeIfDrained);
            throw e;
        }
    }

    private Listener attached(int tcpPort, IntFunction<Listener> maker) throws BindException {
        Listener added;
        synchronized (this) {
            attaching--;
            if (closing) {
                throw new BindException("the event loop of " + address() + " is shutting down");
            }
            added = tcpPort == 0 ? listeners.addAnywhere(address().getPort(), maker) : listeners.add(tcpPort, maker);
        }
        if (added == null) {
            throw new BindException("Address already in use: "
                    + (tcpPort == 0
                            ? "every TCP port behind " + address()
                            : new InetSocketAddress(address().getAddress(), tcpPort)));
        }
        return added;
    }

    /**
     * Removes a listener and resets the handshakes that it has under way, and who waits to be accepted; the endpoint closes when nothing lives on it any
     * more. On the endpoint's event loop.
     *
     * @return done when the address is free again, or at once if the endpoint has other reasons to live
     */
    public Future<Void> unlisten(Listener listener) {
        List<Shard> itsOwn = List.of();
        synchronized (this) {
            // As soon as it is gone, others may take shards away, with their half-open connections.
            if (listeners.remove(listener)) {
                itsOwn = List.copyOf(shards);
            }
        }
        if (!itsOwn.isEmpty()) {
            listener.endDeferrals();
            itsOwn.forEach(listener::abortHandshakes);
        }
        listener.resetUnaccepted();
        closeIfDrained();
        return closing ? released : loop().newSucceededFuture(null);
    }

    /** Closes the server channels. */
    void closeListeners() {
        listeners.forEach(Listener::closeChannel);
    }

    private synchronized void closeIfDrained() {
        boolean inUse = attaching > 0 || !listeners.isEmpty();
        if (closing || inUse || !shards.stream().allMatch(Shard::isIdle)) {
            return;
        }
        closing = true;
        EndpointRegistry.remove(name, this);
        List.copyOf(shards).forEach(Shard::close);
    }

    /** A channel has closed; the last one takes with it whoever still listens, because it was not the endpoint's doing. */
    void shardClosed(Shard shard) {
        UdpEndpoint owner;
        synchronized (this) {
            // It may have been ceded in this moment.
            owner = shard.endpoint();
            if (owner == this) {
                shards.remove(shard);
                if (!shards.isEmpty() || name == null) {
                    return;
                }
                closing = true;
                EndpointRegistry.remove(name, this);
            }
        }
        if (owner != this) {
            owner.shardClosed(shard);
            return;
        }
        closeListeners();
        PortRelease.then(loop(), () -> released.trySuccess(null));
    }
}
