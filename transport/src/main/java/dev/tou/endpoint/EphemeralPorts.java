// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.random.RandomGenerator;

import dev.tou.connection.ConnectionKey;

/**
 * Which TCP port a new connection gets on a UDP channel that it shares (RFC 6056 section 3.2: any, and nobody can guess
 * which).
 *
 * <p>The UDP port's own number is the first choice. When ports run short, one that is only in TIME-WAIT may be taken over
 * (RFC 6191, from the side that opens): both connections use timestamps, and the old one ended so long ago that the clock
 * behind them has surely moved on, so segments of the old connection are recognised as old.
 */
final class EphemeralPorts {

    private static final int FIRST = 32_768;
    private static final int COUNT = 28_232;

    /** After so many ports in use, one in TIME-WAIT will do: looking on would cost more than it protects. */
    private static final int PATIENCE = 16;

    private EphemeralPorts() {}

    /**
     * Chooses the port of a new connection.
     *
     * @param timestamps whether the connection will ask for timestamps
     * @throws BindException if every port is taken
     */
    static int choose(Shard shard, InetSocketAddress remote, boolean timestamps, RandomGenerator random, long nowNanos)
            throws BindException {
        int preferred = shard.localAddress().getPort();
        if (isUnused(shard, ConnectionKey.of(remote, preferred, remote.getPort()))) {
            return preferred;
        }
        int start = random.nextInt(COUNT);
        int inTimeWait = -1;
        for (int i = 0; i < COUNT && (i < PATIENCE || inTimeWait < 0); i++) {
            int port = FIRST + (start + i) % COUNT;
            ConnectionKey key = ConnectionKey.of(remote, port, remote.getPort());
            if (isUnused(shard, key)) {
                return port;
            }
            if (timestamps && inTimeWait < 0 && isReusable(shard, key, nowNanos)) {
                inTimeWait = port;
            }
        }
        if (inTimeWait < 0) {
            throw new BindException("Cannot assign requested address: no free TCP port towards " + remote + " on "
                    + shard.localAddress());
        }
        return inTimeWait;
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
