// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import io.netty.channel.socket.SocketProtocolFamily;

/**
 * A computer of the simulation: addresses, sockets, event loops, and the habits of its kernel.
 *
 * <p>All loops of all hosts run on the one thread of the test, so {@code inEventLoop()} is true for every one of them.
 */
public final class SimHost {
    static final InetAddress ANY_IPV4 = SimulatedNetwork.ip("0.0.0.0");
    static final InetAddress ANY_IPV6 = SimulatedNetwork.ip("::");
    private static final int DEFAULT_BUFFER_BYTES = 212_992;

    private final SimulatedNetwork network;
    private final String name;
    private final int index;
    private final List<InetAddress> addresses = new ArrayList<>();
    private final List<SimEventLoop> loops = new ArrayList<>();
    private final RandomGenerator random;
    private final PortTable ports;
    private SendFault sendFault = SendFault.NONE;
    private SendDelay sendDelay = SendDelay.NONE;
    private long connectDelayNanos;
    private boolean portUnreachable = true;
    private int mtu = 1500;
    private int maxReceiveBufferBytes = 64 << 20;
    private long stalledUntilNanos = Long.MIN_VALUE;

    SimHost(SimulatedNetwork network, String name, int index, RandomGenerator random) {
        this.network = network;
        this.name = name;
        this.index = index;
        this.random = random;
        this.ports = new PortTable(random);
    }

    public String name() {
        return name;
    }

    /** {@return the first event loop of this host, made on first need} */
    public SimEventLoop eventLoop() {
        return loops.isEmpty() ? newEventLoop() : loops.get(0);
    }

    /** {@return one more event loop} */
    public SimEventLoop newEventLoop() {
        SimEventLoop loop = new SimEventLoop(null, this);
        loops.add(loop);
        return loop;
    }

    /** {@return a group of new event loops, for bootstraps that ask for one} */
    public SimEventLoopGroup newEventLoopGroup(int size) {
        return new SimEventLoopGroup(size, this);
    }

    /** {@return a channel that speaks IPv4 and IPv6, as a dual-stack socket does} */
    public SimDatagramChannel newDatagramChannel() {
        return newDatagramChannel(null);
    }

    /** {@return a channel of this family; INET6 and null are dual-stack} */
    public SimDatagramChannel newDatagramChannel(SocketProtocolFamily family) {
        return new SimDatagramChannel(this, family);
    }

    /** {@return a socket without channel or loop, for a peer that a test scripts} */
    public RawPeer newRawPeer(int port) {
        return new RawPeer(this, new InetSocketAddress(addresses.get(0), port));
    }

    /** {@return address and port, for bind and connect} */
    public InetSocketAddress address(int port) {
        return new InetSocketAddress(addresses.get(0), port);
    }

    public List<InetAddress> addresses() {
        return List.copyOf(addresses);
    }

    /** Stops all loops of this host for a while, as a garbage collection does, while datagrams pile up in sockets. */
    public void stall(Duration duration) {
        stalledUntilNanos = Math.max(stalledUntilNanos, network.nowNanos() + duration.toNanos());
    }

    public boolean isStalled() {
        return network.nowNanos() < stalledUntilNanos;
    }

    /** Whether a datagram for a port without socket is answered by an ICMP error, which a connected sender notices. */
    public SimHost portUnreachable(boolean on) {
        portUnreachable = on;
        return this;
    }

    /** An ICMP error comes about a datagram that the socket between these two addresses has sent. */
    public void icmp(Errno errno, InetSocketAddress local, InetSocketAddress remote) {
        ports.connected(local, remote).fail(errno);
    }

    /** The MTU of the interface; a larger send fails with EMSGSIZE. */
    public SimHost mtu(int bytes) {
        mtu = bytes;
        return this;
    }

    public SimHost sendFault(SendFault fault) {
        sendFault = fault;
        return this;
    }

    public SimHost sendDelay(SendDelay delay) {
        sendDelay = delay;
        return this;
    }

    /** How long a UDP socket takes to connect; zero, as with system calls, or more, as with io_uring. */
    public SimHost connectDelay(Duration delay) {
        connectDelayNanos = delay.toNanos();
        return this;
    }

    /** The limit that the system sets to SO_RCVBUF (net.core.rmem_max). */
    public SimHost maxReceiveBufferBytes(int bytes) {
        maxReceiveBufferBytes = bytes;
        return this;
    }

    void addAddress(InetAddress address) {
        addresses.add(address);
    }

    void addPreferredAddress(InetAddress address) {
        addresses.add(0, address);
    }

    boolean owns(InetAddress address) {
        return address.isLoopbackAddress() || addresses.contains(address);
    }

    /** {@return the source address that datagrams to {@code destination} get: the first of the same family} */
    InetAddress sourceTowards(InetAddress destination) throws IOException {
        if (owns(destination)) {
            return destination;
        }
        for (InetAddress address : addresses) {
            if (address instanceof Inet4Address == destination instanceof Inet4Address) {
                return address;
            }
        }
        throw Errno.ENETUNREACH.exception();
    }

    /** A datagram comes in over {@code link}. */
    void receive(Link link, Datagram datagram) {
        SimSocket socket = ports.receiver(datagram.destination(), datagram.source());
        if (socket != null) {
            socket.receive(link, datagram);
            return;
        }
        link.count(Fate.NO_SOCKET, datagram);
        if (portUnreachable) {
            network.refuse(this, datagram);
        }
    }

    SimulatedNetwork network() {
        return network;
    }

    PortTable ports() {
        return ports;
    }

    List<SimEventLoop> loops() {
        return loops;
    }

    RandomGenerator random() {
        return random;
    }

    int index() {
        return index;
    }

    int mtu() {
        return mtu;
    }

    int defaultReceiveBufferBytes() {
        return Math.min(DEFAULT_BUFFER_BYTES, maxReceiveBufferBytes);
    }

    int maxReceiveBufferBytes() {
        return maxReceiveBufferBytes;
    }

    SendFault sendFault() {
        return sendFault;
    }

    long connectDelayNanos() {
        return connectDelayNanos;
    }

    SendDelay sendDelay() {
        return sendDelay;
    }

    long stalledUntilNanos() {
        return stalledUntilNanos;
    }

    @Override
    public String toString() {
        return name + addresses;
    }
}
