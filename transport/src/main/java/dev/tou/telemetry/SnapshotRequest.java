// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import java.net.InetAddress;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

import dev.tou.state.TcpState;

/**
 * What a {@link TransportSnapshot} shall tell, and how long that may take. Counts are of everything; {@code states}, {@code address},
 * {@code port} and {@code most} choose the connections that are told one by one.
 *
 * @param states the states of connections to tell; all of them if it is empty
 * @param address an address that either end of a connection, or a listener, must have; null for any
 * @param port a TCP port that either end of a connection, or a listener, must have, 1 to 65 535; 0 for any
 * @param most how many connections to tell at most, on each event loop, 0 or more
 * @param patienceNanos how long to wait for the event loops, in nanoseconds, more than 0
 */
public record SnapshotRequest(Set<TcpState> states, InetAddress address, int port, int most, long patienceNanos) {

    /** Every connection, a thousand of each event loop at most; event loops have a second to answer. */
    public static final SnapshotRequest ALL = new SnapshotRequest(Set.of(), null, 0, 1000, 1_000_000_000L);

    private static final int LAST_PORT = 65_535;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public SnapshotRequest {
        Objects.requireNonNull(states, "states");
        states = states.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(states));
        check("port", port, 0, LAST_PORT);
        check("most", most, 0, Integer.MAX_VALUE);
        check("patienceNanos", patienceNanos, 1, Long.MAX_VALUE);
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + " to " + most + ")");
        }
    }

    /** {@return the same for connections in these states} */
    public SnapshotRequest states(Set<TcpState> wanted) {
        return new SnapshotRequest(wanted, address, port, most, patienceNanos);
    }

    /** {@return the same for connections with this address at either end} */
    public SnapshotRequest address(InetAddress wanted) {
        return new SnapshotRequest(states, wanted, port, most, patienceNanos);
    }

    /** {@return the same for connections with this TCP port at either end} */
    public SnapshotRequest port(int wanted) {
        return new SnapshotRequest(states, address, wanted, most, patienceNanos);
    }

    /** {@return the same for at most so many connections of an event loop} */
    public SnapshotRequest most(int connections) {
        return new SnapshotRequest(states, address, port, connections, patienceNanos);
    }

    /** {@return the same with another time, in nanoseconds, for event loops to answer} */
    public SnapshotRequest patienceNanos(long nanos) {
        return new SnapshotRequest(states, address, port, most, nanos);
    }

    /** {@return whether connections in the state are wanted} */
    public boolean wants(TcpState state) {
        return states.isEmpty() || states.contains(state);
    }

    /** {@return whether one of two TCP ports is wanted} */
    public boolean wants(int localPort, int remotePort) {
        return port == 0 || port == localPort || port == remotePort;
    }

    /** {@return whether one of two addresses is wanted} */
    public boolean wants(InetAddress local, InetAddress remote) {
        return address == null || address.equals(local) || address.equals(remote);
    }
}
