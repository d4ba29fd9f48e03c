// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;

import dev.tou.connection.ConnectionKey;

/**
 * Which TCP port a new connection gets on a UDP channel that it shares (RFC 6056: any of some 31 000, and nobody can guess
 * which). The search begins at a place that a keyed hash of the peer and of a counter draws, as in algorithm 3 of section
 * 3.3.3, but anew for each connection, because consecutive ports would tell how many there are.
 *
 * <p>The UDP port's own number is the first choice. Any other is one that no connection to the same peer has, be it on another
 * UDP channel: a peer that knows a connection by addresses and TCP ports alone, as FreeBSD does, takes two with the same for one.
 * So the ports are below those that kernels choose for UDP channels, and every event loop of the process looks first in a stripe
 * of its own. When those are taken, it is enough that the channel has no other connection of that port.
 *
 * <p>When ports run short, one that is only in TIME-WAIT may be taken over (RFC 6191, from the side that opens): both connections
 * use timestamps, and the old one ended so long ago that the clock behind them has surely moved on, so segments of the old
 * connection are recognised as old.
 */
final class EphemeralPorts {

    static final int FIRST = 1024;
    static final int STRIPES = 32;
    static final int COUNT = STRIPES * 992;

    /** How many ports of the stripe are looked at. */
    static final int STRIPED = 12;

    /** After so many ports in use, one in TIME-WAIT will do: looking on would cost more than it protects. */
    private static final int PATIENCE = STRIPED + 4;

    /** How many ports are looked at when all are taken, for one in TIME-WAIT that may be taken over. */
    private static final int LOOKS_WHEN_FULL = 1000;

    private EphemeralPorts() {}

    /**
     * Chooses the port of a new connection.
     *
     * @param siblings the channels of the event loop to the same peer, this one among them
     * @param remotePort the peer's TCP port
     * @param timestamps whether the connection will ask for timestamps
     * @throws BindException if every port is taken, and none in TIME-WAIT that may be taken over was found
     */
    static int choose(
            Shard shard, List<Shard> siblings, int remotePort, boolean timestamps, EventLoopResources resources)
            throws BindException {
        InetSocketAddress remote = shard.peer();
        int preferred = shard.localAddress().getPort();
        ConnectionKey first = ConnectionKey.of(remote, preferred, remotePort);
        if (isUnused(shard, first) && isAlone(siblings, first)) {
            return preferred;
        }
        long nowNanos = resources.nowNanos();
        int start = resources.portOffset(first, COUNT);
        int inTimeWait = -1;
        int looks = looks(taken(shard, first), timestamps);
        for (int i = 0; i < looks && (i < PATIENCE || inTimeWait < 0); i++) {
            int port = candidate(start, i, resources.loopNumber());
            ConnectionKey key = ConnectionKey.of(remote, port, remotePort);
            if (isUnused(shard, key) && (i >= PATIENCE || isAlone(siblings, key))) {
                return port;
            }
            if (timestamps && inTimeWait < 0 && isReusable(shard, key, nowNanos)) {
                inTimeWait = port;
            }
        }
        if (inTimeWait < 0) {
            throw new BindException("Cannot assign requested address: no free TCP port towards port " + remotePort
                    + " of " + remote + " on " + shard.localAddress());
        }
        return inTimeWait;
    }

    /**
     * {@return the port that the client has chosen}
     *
     * @throws BindException if another connection to the same peer has it, or is in TIME-WAIT and may not be taken over
     */
    static int fixed(Shard shard, ConnectionKey name, boolean timestamps, long nowNanos) throws BindException {
        if (isUnused(shard, name) || timestamps && isReusable(shard, name, nowNanos)) {
            return name.localTcpPort();
        }
        throw inTimeWait(shard, name);
    }

    /** {@return why a connection cannot have a name} */
    static BindException inTimeWait(Shard shard, ConnectionKey name) {
        return new BindException("Cannot assign requested address: " + shard.localAddress() + " towards "
                + name.remoteTcpAddress() + " is in TIME-WAIT");
    }

    /** {@return the port to look at after {@code i} others: some of the stripe, then every port there is} */
    static int candidate(int start, int i, int loopNumber) {
        if (i < STRIPED) {
            return FIRST + (start - start % STRIPES + Math.floorMod(loopNumber, STRIPES) + i * STRIPES) % COUNT;
        }
        return FIRST + (start + i - STRIPED) % COUNT;
    }

    /** {@return how many ports to look at: as long as one is left it will be found, and when none is, that costs little} */
    static int looks(int taken, boolean timestamps) {
        if (taken < COUNT) {
            return STRIPED + COUNT;
        }
        return timestamps ? LOOKS_WHEN_FULL : 0;
    }

    // All lead to one address, so every connection, and every record, has a port of its own.
    private static int taken(Shard shard, ConnectionKey first) {
        int all = shard.connections().size() + shard.timeWait().size();
        boolean counted = first.localTcpPort() >= FIRST && first.localTcpPort() < FIRST + COUNT;
        return counted || isUnused(shard, first) ? all : all - 1;
    }

    // TIME-WAIT there does not matter: the peer has closed that connection, or may take a new one for it.
    private static boolean isAlone(List<Shard> siblings, ConnectionKey key) {
        for (Shard sibling : siblings) {
            if (sibling.connections().find(key) != null) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUnused(Shard shard, ConnectionKey key) {
        return shard.connections().find(key) == null && shard.timeWait().find(key) < 0;
    }

    private static boolean isReusable(Shard shard, ConnectionKey key, long nowNanos) {
        int record = shard.timeWait().find(key);
        return shard.connections().find(key) == null
                && record >= 0
                && shard.timeWait().isReusable(record, nowNanos);
    }
}
