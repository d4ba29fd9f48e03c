// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.HashMap;
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
 * <p>When there are too many for a connection that joins, by its option, one of those goes whose option is the same: the oldest
 * whose peer has everything and only does not close (FIN-WAIT-2), because nothing is lost by it, otherwise the oldest, which has
 * been tried for longest. So a small limit costs nobody else's bytes. Not the newest, as in Linux: strangers who never acknowledge
 * would then have every connection reset that is closed after theirs.
 */
final class Orphans {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Orphans.class);

    /** Those whose option says the same, oldest first, with the UDP channel of each. */
    private static final class Equals {

        private final Map<TransmissionControlBlock, Shard> undelivered = new LinkedHashMap<>();

        /** Those in FIN-WAIT-2. */
        private final Map<TransmissionControlBlock, Shard> delivered = new LinkedHashMap<>();

        boolean isEmpty() {
            return undelivered.isEmpty() && delivered.isEmpty();
        }

        Map.Entry<TransmissionControlBlock, Shard> first() {
            return (delivered.isEmpty() ? undelivered : delivered)
                    .entrySet()
                    .iterator()
                    .next();
        }
    }

    private final Map<TransmissionControlBlock, Equals> all = new HashMap<>();
    private final Map<Integer, Equals> byLimit = new HashMap<>();
    private final OrphansByWeight byWeight = new OrphansByWeight();

    private final SparseWarning warning = new SparseWarning();

    /** {@return how many there are} */
    int size() {
        return all.size();
    }

    /** The application of a connection has gone; by its option {@code MAX_ORPHANS} another one may have to go, or this one. */
    void add(Shard shard, TransmissionControlBlock tcb) {
        int most = tcb.options().maxOrphans();
        Equals equals = byLimit.computeIfAbsent(most, limit -> new Equals());
        all.put(tcb, equals);
        byWeight.add(shard, tcb);
        (tcb.state() == TcpState.FIN_WAIT_2 ? equals.delivered : equals.undelivered).put(tcb, shard);
        while (size() > most && !equals.isEmpty()) {
            reset(equals.first());
            warn(shard.resources().nowNanos(), most);
        }
    }

    /** Memory is exhausted: resets the one that holds the most, as nobody is left who could. {@return whether one holds any} */
    boolean resetHeaviest() {
        Map.Entry<TransmissionControlBlock, Shard> heaviest = byWeight.heaviest();
        if (heaviest != null) {
            reset(heaviest);
        }
        return heaviest != null;
    }

    private static void reset(Map.Entry<TransmissionControlBlock, Shard> orphan) {
        // Its end takes it out of here.
        orphan.getValue().calls().abort(orphan.getKey());
    }

    private void warn(long nowNanos, int most) {
        long times = warning.happened(nowNanos);
        if (times > 0) {
            LOGGER.warn("more than {} connections live on after close (MAX_ORPHANS): {} reset", most, times);
        }
    }

    /** An orphan has moved to another state. */
    void stateChanged(TransmissionControlBlock tcb) {
        Equals equals = all.get(tcb);
        if (equals == null) {
            return;
        }
        if (!tcb.isLive()) {
            all.remove(tcb);
            byWeight.remove(tcb);
            equals.undelivered.remove(tcb);
            equals.delivered.remove(tcb);
            if (equals.isEmpty()) {
                byLimit.values().remove(equals);
            }
        } else if (tcb.state() == TcpState.FIN_WAIT_2) {
            Shard shard = equals.undelivered.remove(tcb);
            if (shard != null) {
                equals.delivered.put(tcb, shard);
            }
        }
    }
}
