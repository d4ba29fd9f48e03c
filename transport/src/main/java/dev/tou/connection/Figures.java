// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.telemetry.AckKind;
import dev.tou.telemetry.Limit;
import dev.tou.telemetry.TcpFigure;
import dev.tou.telemetry.TcpInfo;

/** Reads the figures of a connection. Only fields are read, nothing is searched, so any thread may do it. */
final class Figures {

    private static final long NANOS_PER_MILLI = 1_000_000L;

    private final TransmissionControlBlock tcb;
    private final long nowNanos;
    private final long[] values = new long[TcpFigure.values().length];

    private Figures(TransmissionControlBlock tcb, long nowNanos) {
        this.tcb = tcb;
        this.nowNanos = nowNanos;
    }

    /** {@return the figures of this moment} */
    static TcpInfo of(TransmissionControlBlock tcb, long nowNanos) {
        Figures figures = new Figures(tcb, nowNanos);
        figures.sizes();
        figures.times();
        figures.windows();
        figures.flight();
        figures.bytes();
        figures.segments();
        figures.losses();
        figures.limits();
        return new TcpInfo(
                tcb.state(),
                tcb.report.state(),
                tcb.report.limit(),
                tcb.congestion().name(),
                options(tcb.negotiated),
                figures.values);
    }

    private void put(TcpFigure figure, long value) {
        values[figure.ordinal()] = value;
    }

    private static String options(NegotiatedOptions negotiated) {
        String words = (negotiated.timestamps() ? "ts " : "")
                + (negotiated.sack() ? "sack " : "")
                + (negotiated.scaling() ? "wscale:" + negotiated.peerScale() + ',' + negotiated.scale() : "");
        return words.strip();
    }

    private void sizes() {
        put(TcpFigure.MSS, tcb.sendBuffer.segmentTextBytes());
        put(TcpFigure.RCV_MSS, tcb.receiving.peerSegmentBytes());
        put(TcpFigure.ADV_MSS, tcb.negotiated.announcedMss());
        put(TcpFigure.PMTU, tcb.pathMtu.bytes());
    }

    private void times() {
        put(TcpFigure.RTO, tcb.rtt.rtoNanos());
        put(TcpFigure.BACKOFF, tcb.rtt.backoffs());
        put(TcpFigure.RTT, tcb.rtt.srttNanos());
        put(TcpFigure.RTT_VAR, tcb.rtt.rttvarNanos());
        put(TcpFigure.MIN_RTT, tcb.rtt.minRttNanos());
        put(TcpFigure.RCV_RTT, tcb.receiving.rounds().rttNanos());
        put(TcpFigure.ATO, tcb.negotiated.ackDelayMillis(false) * NANOS_PER_MILLI);
        put(TcpFigure.LAST_SND, age(tcb.patience.keepAlive.lastSpokeNanos()));
        put(TcpFigure.LAST_RCV, age(tcb.patience.keepAlive.lastHeardTextNanos()));
        put(TcpFigure.LAST_ACK, age(tcb.patience.keepAlive.lastHeardNanos()));
    }

    private long age(long momentNanos) {
        return tcb.state().isSynchronized() ? Math.max(0, nowNanos - momentNanos) : 0;
    }

    private void windows() {
        put(TcpFigure.CWND, tcb.congestion().windowBytes());
        put(TcpFigure.SSTHRESH, tcb.congestion().slowStartThresholdBytes());
        put(TcpFigure.SND_WND, tcb.snd.wnd());
        put(TcpFigure.RCV_WND, tcb.rcv.wnd());
        put(TcpFigure.SND_BUF, tcb.sendCapacity());
        put(TcpFigure.RCV_BUF, tcb.advertisedWindow.capacityBytes());
        put(TcpFigure.RCV_SPACE, tcb.receiving.rounds().arrivedBytes());
        put(TcpFigure.PACING_RATE, tcb.report.pacingRate());
        put(TcpFigure.DELIVERY_RATE, tcb.deliveryRate.bytesPerSecond());
        put(TcpFigure.DELIVERY_RATE_APP_LIMITED, tcb.deliveryRate.isApplicationLimited() ? 1 : 0);
    }

    private void flight() {
        put(TcpFigure.UNACKED, tcb.retransmissionQueue.outstandingBytes());
        put(TcpFigure.IN_FLIGHT, tcb.recovery.inFlightBytes());
        put(TcpFigure.SACKED, tcb.retransmissionQueue.sackedBytes());
        put(TcpFigure.LOST, tcb.retransmissionQueue.lostBytes());
        put(TcpFigure.RETRANS_OUT, tcb.retransmissionQueue.resentSegments());
        put(TcpFigure.NOT_SENT, tcb.unsentBytes());
        put(TcpFigure.UNREAD, tcb.receiveBuffer.readableBytes());
    }

    private void bytes() {
        ConnectionCounters counted = tcb.counters;
        put(TcpFigure.DELIVERED, counted.bytesAcknowledged + tcb.retransmissionQueue.sackedBytes());
        put(TcpFigure.BYTES_SENT, counted.bytesSent);
        put(TcpFigure.BYTES_RETRANS, counted.bytesRetransmitted);
        put(TcpFigure.BYTES_ACKED, counted.bytesAcknowledged);
        put(TcpFigure.BYTES_RECEIVED, counted.bytesReceived);
    }

    private void segments() {
        ConnectionCounters counted = tcb.counters;
        put(TcpFigure.SEGS_OUT, counted.segmentsSent);
        put(TcpFigure.SEGS_IN, counted.segmentsReceived);
        put(TcpFigure.DATA_SEGS_OUT, counted.textSegmentsSent);
        put(TcpFigure.DATA_SEGS_IN, counted.textSegmentsReceived);
        put(TcpFigure.RETRANS, counted.retransmissions);
        put(TcpFigure.OUT_OF_ORDER, counted.outOfOrder);
        put(TcpFigure.WINDOW_PROBES, counted.windowProbes);
        put(TcpFigure.KEEP_ALIVES, counted.keepAlives);
        put(TcpFigure.ACKS_IMMEDIATE, acknowledgments(AckKind.IMMEDIATE));
        put(TcpFigure.ACKS_DELAYED, acknowledgments(AckKind.DELAYED));
        put(TcpFigure.ACKS_OUT_OF_ORDER, acknowledgments(AckKind.OUT_OF_ORDER));
        put(TcpFigure.ACKS_DUPLICATE, acknowledgments(AckKind.DUPLICATE));
        put(TcpFigure.ACKS_WINDOW_UPDATE, acknowledgments(AckKind.WINDOW_UPDATE));
        put(TcpFigure.ACKS_CHALLENGE, acknowledgments(AckKind.CHALLENGE));
        put(TcpFigure.ACKS_ON_TEXT, tcb.counters.piggybackedAcknowledgments);
    }

    private long acknowledgments(AckKind kind) {
        return tcb.counters.acknowledgments[kind.ordinal()];
    }

    private void losses() {
        ConnectionCounters counted = tcb.counters;
        put(TcpFigure.LOSSES, tcb.retransmissionQueue.losses());
        put(TcpFigure.RECOVERIES, counted.recoveries);
        put(TcpFigure.LOSS_PROBES, counted.lossProbes);
        put(TcpFigure.TIMEOUTS, counted.timeouts);
        put(TcpFigure.SPURIOUS_TIMEOUTS, tcb.recovery.spuriousTimeouts());
        put(TcpFigure.UNDOS, counted.undone);
        put(TcpFigure.DSACK_DUPS, counted.duplicatesReported);
        put(TcpFigure.REORD_SEEN, tcb.recovery.reorderings());
        put(TcpFigure.LISTENER_FAILURES, tcb.report.failures());
        put(TcpFigure.REO_WND, tcb.recovery.reorderingWindowNanos());
    }

    private void limits() {
        long busy = 0;
        for (Limit limit : Limit.values()) {
            busy += limit == Limit.IDLE ? 0 : limited(limit);
        }
        put(TcpFigure.BUSY, busy);
        put(TcpFigure.APP_LIMITED, limited(Limit.APPLICATION));
        put(TcpFigure.RWND_LIMITED, limited(Limit.RECEIVE_WINDOW));
        put(TcpFigure.CWND_LIMITED, limited(Limit.CONGESTION_WINDOW));
        put(TcpFigure.PACING_LIMITED, limited(Limit.PACING));
        put(TcpFigure.SNDBUF_LIMITED, limited(Limit.SEND_BUFFER));
        put(TcpFigure.SMALL_LIMITED, limited(Limit.SMALL_SEGMENT));
        put(TcpFigure.UDP_LIMITED, limited(Limit.UDP_CHANNEL));
    }

    private long limited(Limit limit) {
        return tcb.report.limitedNanos(limit, nowNanos);
    }
}
