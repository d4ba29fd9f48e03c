// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.NetUtil;

/**
 * Hosts, the links between them, the clock, and the queue of what is going to happen.
 *
 * <pre>
 *   try (SimulatedNetwork network = new SimulatedNetwork(seed)) {
 *       SimHost client = network.addHost("client", "10.0.0.1");
 *       SimHost server = network.addHost("server", "10.0.0.2");
 *       network.link(client, server, LinkProfile.IDEAL.delay(ofMillis(10)).loss(0.01));
 *       Simulation simulation = new Simulation(network);
 *       ...
 *   }
 * </pre>
 *
 * <p>One thread. {@link #close} shuts the loops down, which closes their channels and releases what these hold.
 */
public final class SimulatedNetwork implements AutoCloseable {
    private static final int SHUTDOWN_ROUNDS = 1000;

    private final long seed;
    private final VirtualTicker ticker = new VirtualTicker();
    private final Map<String, SimHost> hosts = new LinkedHashMap<>();
    private final Map<InetAddress, SimHost> hostsByAddress = new HashMap<>();
    private final Map<Long, Link> links = new HashMap<>();
    private final PriorityQueue<NetworkEvent> events = new PriorityQueue<>();
    private final List<DatagramListener> listeners = new ArrayList<>();
    private final List<DatagramRule> rules = new ArrayList<>();
    private final TraceHash trace = new TraceHash();
    private final long[] counts = new long[Fate.values().length];
    private LinkProfile defaultProfile = LinkProfile.IDEAL.delay(Duration.ofMillis(1));
    private final UnpooledByteBufAllocator countingAllocator = new UnpooledByteBufAllocator(true, true);
    private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    private long nextEventOrder;
    private long nextDatagramNumber;

    public SimulatedNetwork(long seed) {
        this.seed = seed;
    }

    /** {@return the number that makes this run repeatable} */
    public long seed() {
        return seed;
    }

    /** {@return the clock of all loops} */
    VirtualTicker ticker() {
        return ticker;
    }

    /** {@return virtual time since the beginning} */
    public long nowNanos() {
        return ticker.nanoTime();
    }

    // Topology

    /** Adds a host with these addresses, written as numbers. */
    public SimHost addHost(String name, String... addresses) {
        SimHost host = new SimHost(this, name, hosts.size(), randomFor(hosts.size(), -2));
        if (addresses.length == 0 || hosts.putIfAbsent(name, host) != null) {
            throw new IllegalArgumentException("a host needs an address and a name of its own: " + name);
        }
        for (String address : addresses) {
            host.addAddress(own(host, address));
        }
        return host;
    }

    /** One more address of a host comes up, from which it sends what is bound to none. */
    public void addPreferredAddress(SimHost host, String address) {
        host.addPreferredAddress(own(host, address));
    }

    private InetAddress own(SimHost host, String address) {
        InetAddress ip = ip(address);
        if (hostsByAddress.putIfAbsent(ip, host) != null) {
            throw new IllegalArgumentException("address in use: " + ip);
        }
        return ip;
    }

    public SimHost host(String name) {
        SimHost host = hosts.get(name);
        if (host == null) {
            throw new IllegalArgumentException("no such host: " + name);
        }
        return host;
    }

    public Collection<SimHost> hosts() {
        return Collections.unmodifiableCollection(hosts.values());
    }

    /** The profile of links that are not set up otherwise; without a call, one millisecond and no loss. */
    public SimulatedNetwork defaultProfile(LinkProfile profile) {
        defaultProfile = profile;
        return this;
    }

    /** Sets both directions between two hosts. */
    public SimulatedNetwork link(SimHost a, SimHost b, LinkProfile profile) {
        link(a, b).change(old -> profile);
        link(b, a).change(old -> profile);
        return this;
    }

    /** {@return one direction; from a host to itself, its loopback} */
    public Link link(SimHost from, SimHost to) {
        return link(from.index(), to);
    }

    private Link link(int from, SimHost to) {
        return links.computeIfAbsent(
                (long) from << 32 | to.index(),
                key -> new Link(this, to, initialProfile(from, to), randomFor(from, to.index())));
    }

    private LinkProfile initialProfile(int from, SimHost to) {
        boolean inside = from == to.index();
        return inside ? LinkProfile.IDEAL.delay(Duration.ofNanos(20_000)).mtu(65_535) : defaultProfile;
    }

    // Memory

    /**
     * From now on channels allocate from an allocator that counts bytes exactly and is not watched by Netty's leak
     * detector, whose paranoid level costs 20 microseconds per datagram: for bulk tests, which then assert that
     * {@link #bytesInUse} is zero in the end.
     */
    public SimulatedNetwork countBuffers() {
        allocator = countingAllocator;
        return this;
    }

    /** {@return the bytes of buffers from {@link #countBuffers} that nobody has released} */
    public long bytesInUse() {
        return countingAllocator.metric().usedDirectMemory()
                + countingAllocator.metric().usedHeapMemory();
    }

    /** {@return what channels of this network allocate from unless told otherwise} */
    public ByteBufAllocator allocator() {
        return allocator;
    }

    // Hooks

    /** Adds an observer of every datagram. */
    public SimulatedNetwork onDatagram(DatagramListener listener) {
        listeners.add(listener);
        return this;
    }

    /** Adds a rule; the first that does not say {@link DatagramRule#PASS} decides. */
    public DatagramRule addRule(DatagramRule rule) {
        rules.add(rule);
        return rule;
    }

    public void removeRule(DatagramRule rule) {
        rules.remove(rule);
    }

    /** Does something at a point in virtual time, such as a partition of a link or a stall of a host. */
    public void at(Duration time, Runnable action) {
        schedule(Math.max(nowNanos(), time.toNanos()), action);
    }

    /** Sends a datagram as if {@code source} had; its host need not exist. */
    public void inject(InetSocketAddress source, InetSocketAddress destination, byte[] payload) {
        SimHost target = hostsByAddress.get(destination.getAddress());
        SimHost from = hostsByAddress.get(source.getAddress());
        Link link = target == null ? null : link(from == null ? -1 : from.index(), target);
        transmit(link, source, destination, payload.clone(), 0, payload.length);
    }

    /** {@return how many datagrams met this fate} */
    public long count(Fate fate) {
        return counts[fate.ordinal()];
    }

    /** {@return the digest of everything that happened; the same for each run of the same seed} */
    public long traceHash() {
        return trace.value();
    }

    // What sockets and links use

    void transmit(
            Link link, InetSocketAddress source, InetSocketAddress destination, byte[] bytes, int offset, int length) {
        long now = nowNanos();
        Datagram datagram = new Datagram(nextDatagramNumber++, now, source, destination, bytes, offset, length);
        if (link == null) {
            observe(datagram, Fate.SENT);
            observe(datagram, Fate.NO_ROUTE);
            return;
        }
        link.count(Fate.SENT, datagram);
        long verdict = rules.isEmpty() ? DatagramRule.PASS : decide(now, datagram);
        if (verdict == DatagramRule.DROP) {
            link.count(Fate.DROPPED_BY_RULE, datagram);
        } else {
            link.carry(datagram, verdict);
        }
    }

    private long decide(long now, Datagram datagram) {
        for (int i = 0; i < rules.size(); i++) {
            long verdict = rules.get(i).decide(now, datagram);
            if (verdict != DatagramRule.PASS) {
                return verdict;
            }
        }
        return DatagramRule.PASS;
    }

    Link linkTo(SimHost from, InetAddress destination) {
        SimHost to = from.owns(destination) ? from : hostsByAddress.get(destination);
        return to == null ? null : link(from, to);
    }

    void observe(Datagram datagram, Fate fate) {
        counts[fate.ordinal()]++;
        long now = nowNanos();
        if (fate == Fate.SENT) {
            trace.add(datagram.digest());
            trace.add((long) datagram.source().hashCode() << 32
                    ^ datagram.destination().hashCode());
        }
        trace.add(now);
        trace.add(datagram.number() << 8 | fate.ordinal());
        for (int i = 0; i < listeners.size(); i++) {
            listeners.get(i).onDatagram(now, datagram, fate);
        }
    }

    void deliverAt(long atNanos, Link link, Datagram datagram) {
        events.add(new Arrival(atNanos, nextEventOrder++, link, datagram));
    }

    void after(long delayNanos, Runnable action) {
        schedule(nowNanos() + delayNanos, action);
    }

    /** Answers a datagram that found no socket. */
    void refuse(SimHost host, Datagram datagram) {
        Link back = linkTo(host, datagram.source().getAddress());
        long delayNanos = back == null ? -1 : back.errorMessageDelayNanos();
        if (delayNanos >= 0) {
            after(delayNanos, () -> {
                SimSocket sender = back.target().ports().connected(datagram.source(), datagram.destination());
                if (sender != null) {
                    sender.fail(Errno.ECONNREFUSED);
                }
            });
        }
    }

    // What the driver uses

    /** Lets everything occur that is due, and says whether there was anything. */
    boolean runDueEvents() {
        long now = nowNanos();
        boolean any = false;
        for (NetworkEvent next; (next = events.peek()) != null && next.atNanos() <= now; any = true) {
            events.poll().occur();
        }
        return any;
    }

    /** {@return the time of the next event, or {@link Long#MAX_VALUE}} */
    long nextEventNanos() {
        NetworkEvent next = events.peek();
        return next == null ? Long.MAX_VALUE : next.atNanos();
    }

    /** Shuts down all loops, which closes their channels, and drops what is in flight. */
    @Override
    public void close() {
        List<SimEventLoop> open = new ArrayList<>();
        hosts.values().forEach(host -> open.addAll(host.loops()));
        open.forEach(loop -> loop.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS));
        for (int round = 0; !open.isEmpty(); round++) {
            if (round == SHUTDOWN_ROUNDS) {
                throw new IllegalStateException("a loop does not shut down; seed " + seed);
            }
            open.forEach(SimEventLoop::runUntilQueueIsEmpty);
            open.removeIf(SimEventLoop::isTerminated);
        }
        hosts.values().forEach(host -> host.ports().sockets().forEach(SimSocket::close));
        while (!events.isEmpty()) {
            events.poll().abandon();
        }
    }

    private void schedule(long atNanos, Runnable action) {
        events.add(new Action(atNanos, nextEventOrder++, action));
    }

    private RandomGenerator randomFor(int from, int to) {
        return new SplittableRandom(seed ^ (from + 3) * 0x9E3779B97F4A7C15L ^ (to + 5) * 0xC2B2AE3D27D4EB4FL).split();
    }

    static InetAddress ip(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null) {
            throw new IllegalArgumentException("not an IP address: " + address);
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
    }

    private static final class Arrival extends NetworkEvent {
        private final Link link;
        private final Datagram datagram;

        Arrival(long atNanos, long order, Link link, Datagram datagram) {
            super(atNanos, order);
            this.link = link;
            this.datagram = datagram;
        }

        @Override
        void occur() {
            link.target().receive(link, datagram);
        }

        @Override
        void abandon() {
            link.count(Fate.IN_FLIGHT_AT_CLOSE, datagram);
        }
    }

    private static final class Action extends NetworkEvent {
        private final Runnable action;

        Action(long atNanos, long order, Runnable action) {
            super(atNanos, order);
            this.action = action;
        }

        @Override
        void occur() {
            action.run();
        }
    }
}
