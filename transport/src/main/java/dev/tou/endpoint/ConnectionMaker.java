// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.ConnectionOptions;
import dev.tou.connection.TransmissionControlBlock;

/** Makes the connections of a shard: where their sequence numbers and timestamps start, and what they share. */
final class ConnectionMaker {

    /** More than the largest window without scaling. */
    private static final int BEYOND_OLD_CONNECTION = 65_537;

    private final Shard shard;
    private final TimeWait timeWait;
    private final int interfaceMtu;

    /** @param interfaceMtu the largest IP packet that the interface of the shard's channel carries, in bytes */
    ConnectionMaker(Shard shard, TimeWait timeWait, int interfaceMtu) {
        this.shard = shard;
        this.timeWait = timeWait;
        this.interfaceMtu = interfaceMtu;
    }

    /** {@return a new connection, closed; it takes over its name if that is in TIME-WAIT} */
    TransmissionControlBlock newConnection(ConnectionKey key, ConnectionOptions options, long nowNanos) {
        int record = timeWait.table().find(key);
        if (record < 0) {
            int localUdpPort = shard.localAddress().getPort();
            return newConnectionFrom(
                    shard.resources().sequenceNumbers().next(key, localUdpPort, nowNanos), key, options);
        }
        // RFC 9293 section 3.6.1, MAY-2: our numbers must be beyond the old ones, and a fast connection may have outrun
        // the clock.
        int iss = timeWait.table().sndNxt(record) + BEYOND_OLD_CONNECTION;
        TransmissionControlBlock tcb = newConnectionFrom(iss, key, options);
        timeWait.reopened(tcb, record);
        return tcb;
    }

    /** {@return a new connection, closed, whose sequence numbers start there} */
    TransmissionControlBlock newConnectionFrom(int iss, ConnectionKey key, ConnectionOptions options) {
        EventLoopResources resources = shard.resources();
        return new TransmissionControlBlock(
                key,
                options,
                iss,
                resources
                        .sequenceNumbers()
                        .timestampOffset(key, shard.localAddress().getPort()),
                shard.maxWindowBytes(),
                interfaceMtu,
                resources.wheel(),
                shard,
                shard.udp().alloc(),
                resources.memory());
    }
}
