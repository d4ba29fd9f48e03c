// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.SilenceWatch;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.connection.Unreachable;
import dev.tou.endpoint.Shard;
import dev.tou.endpoint.TimerExpiry;
import dev.tou.retransmission.AckFacts;
import dev.tou.retransmission.RetransmissionQueue;
import dev.tou.telemetry.LossSign;
import dev.tou.timing.TcpTimer;
import dev.tou.window.Train;
import io.netty.channel.ChannelHandlerContext;

/**
 * Books what leaves: every segment of a train in the retransmission queue of its connection, and the timers that watch it. Each
 * train gets a {@link DepartureReceipt}, which comes back when its datagrams have left, or could not.
 */
final class DepartureBook {

    /** So often each transmission of the oldest segment has a retransmission timeout of its own. */
    private static final int TIMED_TRANSMISSIONS = 4;

    private final Shard shard;
    private final Burst burst;
    private final ChannelHandlerContext ctx;
    private DepartureReceipt spareReceipts;
    private int flushes;

    DepartureBook(Shard shard, Burst burst, ChannelHandlerContext ctx) {
        this.shard = shard;
        this.burst = burst;
        this.ctx = ctx;
    }

    /** Text or our FIN leaves. {@return the promise that must accompany it} */
    DepartureReceipt enter(Departure leaving) {
        TransmissionControlBlock tcb = leaving.connection();
        RetransmissionQueue queue = tcb.retransmissionQueue;
        // Read afresh: what the applications did since the burst was read is no part of the round trip.
        long now = nowNanos();
        burst.stampsFrom(now);
        boolean again = leaving.kind() == Departure.Kind.RETRANSMISSION;
        int first = again ? enterAgain(tcb, leaving.entry(), now) : enterNew(tcb, leaving, now);
        tcb.patience.keepAlive.spoke(now);
        tcb.refusals.sends();
        if (leaving.hasTrain()) {
            tcb.counters.bytesSent += leaving.train().totalTextBytes();
            tcb.pacer.sent(leaving.train().totalTextBytes());
        }
        // RFC 6298 section 5.1: "Every time a packet containing data is sent (including a retransmission), if the timer
        // is not running, start it running". The oldest, sent again, gets the whole of it.
        if (again && first == queue.first() && !tcb.refusals.isRefused()) {
            oldestLeaves(tcb, now);
        } else if (!tcb.isArmed(TcpTimer.RETRANSMISSION)) {
            tcb.arm(TcpTimer.RETRANSMISSION, now + tcb.rtt.rtoNanos());
        }
        if (!again) {
            armLossProbe(tcb, now);
        }
        if (tcb.options().userTimeoutMillis() > 0 && !tcb.isArmed(TcpTimer.USER_TIMEOUT)) {
            SilenceWatch.armUserTimeout(tcb);
        }
        // What was one segment when it left first is one entry, even if it must be several now.
        int entries = again ? 1 : leaving.segments();
        int text = leaving.hasTrain() ? leaving.train().textBytes() : 0;
        return receipt().of(tcb, first, entries, leaving.segments(), text, now);
    }

    // Not every time: loss detection may find it lost in each round trip, and then the timer would never expire that
    // gives up, and that finds a black hole.
    private static void oldestLeaves(TransmissionControlBlock tcb, long nowNanos) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        long deadline = nowNanos + tcb.rtt.rtoNanos();
        if (queue.transmissions(queue.first()) <= TIMED_TRANSMISSIONS
                || !tcb.isArmed(TcpTimer.RETRANSMISSION)
                || deadline - tcb.deadlineNanos(TcpTimer.RETRANSMISSION) < 0) {
            tcb.arm(TcpTimer.RETRANSMISSION, deadline);
        }
    }

    /** RFC 8985 section 7.2: the probe has its turn before the retransmission timer, or in its place. */
    static void armLossProbe(TransmissionControlBlock tcb, long now) {
        long deadline = tcb.recovery.probeDeadlineNanos(tcb.unsentBytes() == 0, now);
        if (deadline == AckFacts.NEVER) {
            tcb.disarm(TcpTimer.LOSS_PROBE);
        } else {
            long latest = tcb.deadlineNanos(TcpTimer.RETRANSMISSION);
            tcb.arm(TcpTimer.LOSS_PROBE, deadline - latest < 0 ? deadline : latest);
        }
    }

    private int enterAgain(TransmissionControlBlock tcb, int entry, long now) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        tcb.recovery.resent(queue.seq(entry), queue.length(entry), tcb.negotiated.timestamps(), stamp(tcb));
        tcb.deliveryRate.sent(entry, queue.first(), tcb.recovery.inFlightBytes() == 0, now);
        queue.resent(entry, now);
        return entry;
    }

    /** {@return the timestamp of what was booked last, or of what leaves now} */
    int stamp(TransmissionControlBlock tcb) {
        return tcb.timestamps.value(burst.stampNanos());
    }

    private static int enterNew(TransmissionControlBlock tcb, Departure leaving, long now) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        if (queue.isEmpty()) {
            tcb.patience.began(now);
        }
        boolean pathEmpty = tcb.recovery.inFlightBytes() == 0;
        int first = append(tcb, leaving, now);
        for (int entry = first; entry != queue.end(); entry++) {
            tcb.deliveryRate.sent(entry, queue.first(), pathEmpty && entry == first, now);
        }
        return first;
    }

    private static int append(TransmissionControlBlock tcb, Departure leaving, long now) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        int fin = leaving.hasFin() ? 1 : 0;
        if (!leaving.hasTrain()) {
            return queue.append(leaving.seq(), fin, now);
        }
        Train train = leaving.train();
        tcb.recovery.sent(train.totalTextBytes());
        int first = queue.end();
        int last = train.segments() - 1;
        for (int i = 0; i < last; i++) {
            queue.append(train.seq() + i * train.textBytes(), train.textBytes(), now);
        }
        queue.append(train.seq() + last * train.textBytes(), train.lastTextBytes() + fin, now);
        return first;
    }

    private DepartureReceipt receipt() {
        DepartureReceipt spare = spareReceipts;
        if (spare == null) {
            return new DepartureReceipt(ctx.channel(), this);
        }
        spareReceipts = spare.nextSpare;
        spare.nextSpare = null;
        return spare;
    }

    /** Takes back a receipt; there are never more than trains once waited in the channel together, and its mark limits those. */
    void spare(DepartureReceipt receipt) {
        receipt.nextSpare = spareReceipts;
        spareReceipts = receipt;
    }

    /** The channel was flushed. */
    void flushed() {
        flushes++;
    }

    /** {@return how often the channel was flushed: a train that leaves before this changes has left at once} */
    int flushes() {
        return flushes;
    }

    /** {@return the loop's clock} */
    long nowNanos() {
        return shard.resources().nowNanos();
    }

    /** The datagrams of some entries have left at {@code leftNanos}, or could not. */
    void left(TransmissionControlBlock tcb, int firstEntry, int entries, long leftNanos, Throwable cause) {
        if (cause != null) {
            tcb.report.lossesAreShownBy(LossSign.SEND_FAILURE);
        }
        RetransmissionQueue queue = tcb.retransmissionQueue;
        boolean oldestWaited = !queue.isEmpty()
                && queue.first() - firstEntry >= 0
                && queue.first() - firstEntry < entries
                && !tcb.patience.isPatient();
        int lostBefore = queue.lostBytes();
        queue.left(firstEntry, entries, cause == null, leftNanos);
        tcb.recovery.notSent(queue.lostBytes() - lostBefore);
        boolean refusalsEnd = cause == null && tcb.isLive() && Pacing.taken(tcb, leftNanos);
        // The wait for the channel had grown longer and longer; that for the peer begins now.
        if (refusalsEnd && !queue.isEmpty()) {
            tcb.arm(TcpTimer.RETRANSMISSION, leftNanos + tcb.rtt.rtoNanos());
        } else if (oldestWaited && tcb.isLive() && !tcb.refusals.isRefused()) {
            oldestLeaves(tcb, leftNanos);
        }
        tcb.report.lossesAreShownBy(null);
    }

    /** What the fate of a train of so many segments, with so much text each at most, says of its size and of the socket. */
    void judge(TransmissionControlBlock tcb, int segments, int text, Throwable cause) {
        if (cause == null) {
            tcb.pathMtu.accepted(tcb.negotiated.packetBytes(text));
        } else if (tcb.isLive()) {
            notSent(tcb, segments, text, cause);
        }
    }

    private void notSent(TransmissionControlBlock tcb, int segments, int text, Throwable cause) {
        // As what was sent without a receipt: Netty tells of that by itself.
        ctx.pipeline().fireExceptionCaught(cause);
        SendFailure failure = SendFailure.of(cause);
        int carried = failure == SendFailure.TRANSIENT ? 0 : shard.interfaceMtuNow();
        if (failure == SendFailure.SEGMENTATION && tcb.negotiated.packetBytes(text) > carried) {
            // Linux says so of a train whose segments are too large.
            failure = SendFailure.TOO_LARGE;
        }
        boolean tooLarge = failure == SendFailure.TOO_LARGE && PathMtuProber.refused(tcb, text, carried, nowNanos());
        boolean segmentation = failure == SendFailure.SEGMENTATION && segments > 1 && shard.sendsSegmented();
        if (segmentation) {
            shard.segmentationFailed();
        }
        // A pending ICMP error is reported by failing the next send: that datagram did not leave, so it goes again at
        // once. Anything else must wait, because repeating what the kernel refuses in this very turn would spin: what
        // the host takes in no size for the retransmission timer, all else for the back-off.
        boolean again = segmentation || tooLarge || Undeliverable.meaningOf(cause) == Unreachable.PORT;
        if (!again && failure != SendFailure.TOO_LARGE) {
            Pacing.refused(tcb, cause, nowNanos());
            return;
        }
        tcb.refusals.over(); // what is wrong now is not what was
        if (again) {
            burst.touch(tcb);
            shard.loop().execute(() -> ctx.fireUserEventTriggered(TimerExpiry.HANDLED));
        }
    }
}
