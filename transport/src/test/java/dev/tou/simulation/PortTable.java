// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;

/**
 * Which socket of a host gets a datagram, and which may bind: the rules of Linux for UDP.
 *
 * <p>The most specific socket wins: connected to the sender, then bound to the address, then bound to the wildcard.
 * Among equals the newest wins, except that sockets with SO_REUSEPORT share by a hash of the four-tuple.
 */
final class PortTable {
    private static final int FIRST_EPHEMERAL_PORT = 32768;
    private static final int EPHEMERAL_PORTS = 28232;

    private final IntObjectMap<Port> ports = new IntObjectHashMap<>();
    private final RandomGenerator random;

    PortTable(RandomGenerator random) {
        this.random = random;
    }

    /** Binds, or throws if the port is in use. */
    void bind(SimSocket socket, InetAddress address, int port) throws BindException {
        int chosen = port == 0 ? ephemeralPort(socket, address) : port;
        if (port != 0 && inUse(socket, address, port)) {
            throw new BindException("Address already in use");
        }
        socket.setLocal(new InetSocketAddress(address, chosen));
        ports.computeIfAbsent(chosen, p -> new Port()).add(socket);
    }

    /** Moves a socket to the place that its addresses ask for, now that {@code change} has changed them. */
    void rehash(SimSocket socket, Runnable change) {
        Port port = ports.get(socket.local().getPort());
        port.remove(socket);
        change.run();
        port.add(socket);
    }

    void unbind(SimSocket socket) {
        int number = socket.local().getPort();
        Port port = ports.get(number);
        port.remove(socket);
        if (port.all.isEmpty()) {
            ports.remove(number);
        }
    }

    /** {@return the socket that gets a datagram, or null} */
    SimSocket receiver(InetSocketAddress destination, InetSocketAddress source) {
        Port port = ports.get(destination.getPort());
        return port == null ? null : port.receiver(destination, source);
    }

    /** {@return the socket connected along this path, or null} */
    SimSocket connected(InetSocketAddress local, InetSocketAddress remote) {
        Port port = ports.get(local.getPort());
        return port == null ? null : newest(port.connected.get(remote), local.getAddress());
    }

    /** {@return all bound sockets, for the end of the simulation} */
    List<SimSocket> sockets() {
        List<SimSocket> all = new ArrayList<>();
        ports.values().forEach(port -> all.addAll(port.all));
        return all;
    }

    private int ephemeralPort(SimSocket socket, InetAddress address) throws BindException {
        int start = random.nextInt(EPHEMERAL_PORTS);
        for (int i = 0; i < EPHEMERAL_PORTS; i++) {
            int port = FIRST_EPHEMERAL_PORT + (start + i) % EPHEMERAL_PORTS;
            if (!ports.containsKey(port) || !inUse(socket, address, port)) {
                return port;
            }
        }
        throw new BindException("Cannot assign requested address: no free port");
    }

    private boolean inUse(SimSocket socket, InetAddress address, int number) {
        Port port = ports.get(number);
        if (port == null) {
            return false;
        }
        for (SimSocket other : port.all) {
            boolean mayShare = socket.reuseAddress() && other.reuseAddress() || socket.reusePort() && other.reusePort();
            if (!mayShare && overlap(socket, address, other)) {
                return true;
            }
        }
        return false;
    }

    private static boolean overlap(SimSocket socket, InetAddress address, SimSocket other) {
        InetAddress theirs = other.local().getAddress();
        if (address.isAnyLocalAddress()) {
            return theirs.isAnyLocalAddress() || socket.covers(theirs);
        }
        return theirs.isAnyLocalAddress() ? other.covers(address) : theirs.equals(address);
    }

    private static SimSocket newest(List<SimSocket> sockets, InetAddress local) {
        for (int i = sockets == null ? -1 : sockets.size() - 1; i >= 0; i--) {
            if (sockets.get(i).local().getAddress().equals(local)) {
                return sockets.get(i);
            }
        }
        return null;
    }

    /** The sockets of one port, oldest first in each list. */
    private static final class Port {
        private final List<SimSocket> all = new ArrayList<>();
        private final Map<InetSocketAddress, List<SimSocket>> connected = new HashMap<>();
        private final Map<InetAddress, List<SimSocket>> bound = new HashMap<>();
        private final List<SimSocket> wildcards = new ArrayList<>();

        void add(SimSocket socket) {
            all.add(socket);
            place(socket).add(socket);
        }

        void remove(SimSocket socket) {
            all.remove(socket);
            List<SimSocket> place = place(socket);
            place.remove(socket);
            if (place.isEmpty() && socket.remote() != null) {
                connected.remove(socket.remote());
            }
        }

        private List<SimSocket> place(SimSocket socket) {
            if (socket.remote() != null) {
                return connected.computeIfAbsent(socket.remote(), key -> new ArrayList<>(1));
            }
            InetAddress address = socket.local().getAddress();
            return address.isAnyLocalAddress() ? wildcards : bound.computeIfAbsent(address, key -> new ArrayList<>(1));
        }

        SimSocket receiver(InetSocketAddress destination, InetSocketAddress source) {
            InetAddress address = destination.getAddress();
            SimSocket socket = connected.isEmpty() ? null : newest(connected.get(source), address);
            if (socket != null) {
                return socket;
            }
            List<SimSocket> exact = bound.isEmpty() ? null : bound.get(address);
            if (exact != null && !exact.isEmpty()) {
                return share(exact, exact.get(exact.size() - 1), destination, source);
            }
            for (int i = wildcards.size() - 1; i >= 0; i--) {
                if (wildcards.get(i).covers(address)) {
                    return share(wildcards, wildcards.get(i), destination, source);
                }
            }
            return null;
        }

        private static SimSocket share(
                List<SimSocket> sockets, SimSocket newest, InetSocketAddress destination, InetSocketAddress source) {
            if (sockets.size() == 1 || !newest.reusePort()) {
                return newest;
            }
            List<SimSocket> group = new ArrayList<>(sockets.size());
            for (SimSocket socket : sockets) {
                if (socket.reusePort() && socket.covers(destination.getAddress())) {
                    group.add(socket);
                }
            }
            int hash = 31 * destination.hashCode() + source.hashCode();
            return group.get(Integer.remainderUnsigned(hash * 0x9E3779B9 >>> 8, group.size()));
        }
    }
}
