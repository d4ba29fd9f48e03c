// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.state.TcpState;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * The connections of one event loop that live on although their applications have closed them, and how many those may be. An
 * application that closes a connection hands its memory over to us for as long as the peer likes, so there must be an end to it.
 *
 * <p>When there are too many, one is reset: the oldest of those whose peer has everything and only does not close (FIN-WAIT-2),
 * because nothing is lost by it, otherwise the oldest, which has been tried for longest. Not the newest, as in Linux: strangers
 * who never acknowledge would then have every connection reset that is closed after theirs.
 */
final class Orphans {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Orphans.class);

    /** Oldest first, with the UDP channel of each. */
    private final Map<TransmissionControlBlock, Shard> undelivered = new LinkedHashMap<>();

    /** Those in FIN-WAIT-2. */
    private final Map<TransmissionControlBlock, Shard> delivered = new LinkedHashMap<>();

    private final SparseWarning warning = new SparseWarning();

    /** {@return how many there are} */
    int size() {
        return undelivered.size() + delivered.size();
    }

    /** The application of a connection has gone; by its option {@code MAX_ORPHANS} another one may have to go, or this one. */
    void add(Shard shard, TransmissionControlBlock tcb) {
        (tcb.state() == TcpState.FIN_WAIT_2 ? delivered : undelivered).put(tcb, shard);
        int most = tcb.options().maxOrphans();
        while (size() > most) {
            reset((delivered.isEmpty() ? undelivered : delivered)
                    .entrySet()
                    .iterator()
                    .next());
            warn(shard.resources().nowNanos(), most);
        }
    }

    private static void reset(Map.Entry<TransmissionControlBlock, Shard> oldest) {
        // Its end takes it out of here.
        oldest.getValue().calls().abort(oldest.getKey());
    }

    private void warn(long nowNanos, int most) {
        long times = warning.happened(nowNanos);
        if (times > 0) {
            LOGGER.warn("more than {} connections live on after close (MAX_ORPHANS): {} reset", most, times);
        }
    }

    /** An orphan has moved to another state. */
    void stateChanged(TransmissionControlBlock tcb) {
        if (!tcb.isLive()) {
            undelivered.remove(tcb);
            delivered.remove(tcb);
        } else if (tcb.state() == TcpState.FIN_WAIT_2) {
            Shard shard = undelivered.remove(tcb);
            if (shard != null) {
                delivered.put(tcb, shard);
            }
        }
    }
}
