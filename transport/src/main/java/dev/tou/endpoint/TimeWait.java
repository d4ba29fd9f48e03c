// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.state.TcpState;
import dev.tou.timing.ConnectionTimer;
import dev.tou.timing.TcpTimer;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * TIME-WAIT on one UDP channel: makes a record of each connection that gets there, and ends the records with one timer.
 *
 * <p>Of the connection itself nothing is kept, unless somebody still looks at it: a {@link dev.tou.telemetry.TransportListener},
 * or an application that has not closed its channel. Such a connection is told when its record has ended, so that it is seen
 * to be closed.
 */
final class TimeWait extends ConnectionTimer {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(TimeWait.class);

    /** So many records end in one turn of the loop, so that it is not held up: a fraction of a millisecond. */
    private static final int MOST_AT_ONCE = 1000;

    private final Shard shard;
    private final int maxRecords;
    private final TimeWaitTable table;
    private final Set<TransmissionControlBlock> seen = new LinkedHashSet<>();

    /** The records of those whose names new connections have taken over that are half-open. */
    private final Map<TransmissionControlBlock, TimeWaitTable.Memory> reopened = new HashMap<>();

    private final SparseWarning warning = new SparseWarning();

    TimeWait(Shard shard) {
        super(shard.resources().wheel());
        this.shard = shard;
        maxRecords = shard.options().maxTimeWait();
        table = new TimeWaitTable(maxRecords, shard.options().timeWaitNanos(), EventLoopResources.tableHash());
    }

    TimeWaitTable table() {
        return table;
    }

    /** {@return whether there is no record, and nobody who waits for the end of one} */
    boolean isEmpty() {
        return table.size() == 0 && seen.isEmpty();
    }

    /** A new connection takes over the name of a record. */
    void reopened(TransmissionControlBlock tcb, int record) {
        reopened.put(tcb, table.recall(record));
        table.remove(record);
    }

    /** The state of a connection of the channel has changed. */
    void stateChanged(TransmissionControlBlock tcb, TcpState to) {
        if (to == TcpState.TIME_WAIT) {
            enter(tcb);
        } else if (to == TcpState.CLOSED) {
            seen.remove(tcb);
        }
        boolean undecided = to == TcpState.LISTEN || to == TcpState.SYN_RECEIVED;
        TimeWaitTable.Memory old = undecided || reopened.isEmpty() ? null : reopened.remove(tcb);
        if (old != null && to == TcpState.CLOSED && tcb.isPassive() && !tcb.handshake.isAddressProven()) {
            goOn(old);
        }
    }

    // RFC 9293 section 3.6.1, MAY-2: "returns to TIME-WAIT state if the SYN turns out to be an old duplicate". Our SYN
    // was acknowledged by nobody; as after a late FIN, the time begins anew, unless it has run out in between.
    private void goOn(TimeWaitTable.Memory old) {
        long now = shard.resources().nowNanos();
        if (shard.udp().isOpen() && old.deadlineNanos() - now > 0) {
            if (table.add(old, now)) {
                warn(now);
            }
            armForNext();
        }
    }

    /** A connection has got here. */
    private void enter(TransmissionControlBlock tcb) {
        long now = shard.resources().nowNanos();
        boolean destroyed = tcb.negotiated.timestamps()
                ? table.add(
                        tcb.key(), tcb.rcv.nxt(), tcb.snd.nxt(), tcb.timestamps.recent(), tcb.timestamps.offset(), now)
                : table.add(tcb.key(), tcb.rcv.nxt(), tcb.snd.nxt(), now);
        if (destroyed) {
            warn(now);
        }
        armForNext();
        if (tcb.report.isHeard() || !tcb.isOrphan()) {
            seen.add(tcb);
            tcb.arm(TcpTimer.TIME_WAIT, endNanos(tcb, now));
        }
        if (isEmpty()) {
            shard.becomeIdleMaybe(); // nothing is remembered, so nothing will expire
        }
    }

    /** Takes over the records of a channel that had the port before. */
    void inherit(List<TimeWaitTable.Memory> memories) {
        table.remember(memories);
        armForNext();
    }

    private void armForNext() {
        if (table.size() > 0) {
            arm(TcpTimer.TIME_WAIT, table.nextDeadlineNanos());
        }
    }

    private void warn(long now) {
        long times = warning.happened(now);
        if (times > 0 && maxRecords > 0) {
            LOGGER.warn(
                    "more than {} connections in TIME-WAIT on {} (MAX_TIME_WAIT): {} forgotten early, the oldest first",
                    maxRecords,
                    shard.localAddress(),
                    times);
        }
    }

    /** Sets a connection's timer again if a late FIN has begun it anew. {@return whether it is over} */
    boolean rearmUnlessOver(TransmissionControlBlock tcb, long nowNanos) {
        long end = endNanos(tcb, nowNanos);
        boolean over = end - nowNanos <= 0;
        if (!over) {
            tcb.arm(TcpTimer.TIME_WAIT, end);
        }
        return over && tcb.state() == TcpState.TIME_WAIT;
    }

    // Now, if the record has gone before its time.
    private long endNanos(TransmissionControlBlock tcb, long nowNanos) {
        int record = table.find(tcb.key());
        boolean own = record >= 0 && table.sndNxt(record) == tcb.snd.nxt();
        return own ? table.deadlineNanos(record) : nowNanos;
    }

    /** The application of a connection that got here has closed its channel. */
    void applicationClosed(TransmissionControlBlock tcb) {
        if (!tcb.report.isHeard() && seen.remove(tcb)) {
            tcb.disarmAll();
        }
    }

    /** The UDP channel is closed. */
    void end() {
        disarmAll();
        seen.forEach(TransmissionControlBlock::disarmAll);
        seen.clear();
        reopened.clear();
    }

    @Override
    protected void onExpiry(long nowNanos) {
        disarmAll();
        table.expire(nowNanos, MOST_AT_ONCE);
        armForNext();
        if (table.size() == 0) {
            shard.becomeIdleMaybe();
        }
    }
}
