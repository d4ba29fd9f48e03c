// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.trace;

import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;
import dev.tou.telemetry.AckKind;
import dev.tou.telemetry.CongestionState;
import dev.tou.telemetry.Limit;
import dev.tou.telemetry.LossSign;
import dev.tou.telemetry.TransportListener;
import dev.tou.telemetry.UndoSign;
import dev.tou.telemetry.WindowChange;

/** Hands what one connection tells to a {@link TraceWriter}; each kind of event has its shape, which names the parameters. */
final class TraceListener implements TransportListener {

    private static final TraceShape STATE_CHANGED = TraceShape.of("stateChanged")
            .constant("event", TcpEvent.values())
            .constant("from", TcpState.values())
            .constant("to", TcpState.values());
    private static final TraceShape ESTABLISHED = TraceShape.of("established")
            .sequenceNumber("iss")
            .sequenceNumber("irs")
            .number("mssBytes")
            .number("sndScale")
            .number("rcvScale")
            .flag("sack")
            .flag("timestamps");
    private static final TraceShape LIMIT =
            TraceShape.of("limit").constant("before", Limit.values()).constant("limit", Limit.values());
    private static final TraceShape SENT = segments("sent");
    private static final TraceShape RETRANSMITTED = segments("retransmitted");
    private static final TraceShape RECEIVED = segments("received").sequenceNumber("ack");
    private static final TraceShape ACKNOWLEDGMENT =
            TraceShape.of("acknowledgment").constant("kind", AckKind.values()).sequenceNumber("ack");
    private static final TraceShape SEND_WINDOW = TraceShape.of("sendWindow").number("wndBytes");
    private static final TraceShape WINDOW_PROBE = TraceShape.of("windowProbe").number("count");
    private static final TraceShape KEEP_ALIVE = TraceShape.of("keepAlive").number("count");
    private static final TraceShape ROUND_TRIP = TraceShape.of("roundTrip")
            .number("sampleNanos")
            .number("srttNanos")
            .number("rttvarNanos")
            .number("rtoNanos");
    private static final TraceShape LOSS =
            TraceShape.of("loss").sequenceNumber("seq").number("bytes").constant("sign", LossSign.values());
    private static final TraceShape LOSS_PROBE =
            TraceShape.of("lossProbe").sequenceNumber("seq").number("bytes");
    private static final TraceShape TIMEOUT =
            TraceShape.of("timeout").number("rtoNanos").number("backoffs").number("flightBytes");
    private static final TraceShape RECOVERY_BEGINS = TraceShape.of("recoveryBegins")
            .constant("state", CongestionState.values())
            .number("flightBytes");
    private static final TraceShape RECOVERY_ENDS = TraceShape.of("recoveryEnds");
    private static final TraceShape UNDO = TraceShape.of("undo").constant("sign", UndoSign.values());
    private static final TraceShape CONGESTION_WINDOW = TraceShape.of("congestionWindow")
            .number("cwndBytes")
            .number("ssthreshBytes")
            .number("inFlightBytes")
            .constant("cause", WindowChange.values());
    private static final TraceShape PACING_RATE = TraceShape.of("pacingRate").number("bytesPerSecond");
    private static final TraceShape RECEIVE_BUFFER =
            TraceShape.of("receiveBuffer").number("capacityBytes");
    private static final TraceShape PATH_MTU_PROBE =
            TraceShape.of("pathMtuProbe").number("packetBytes");
    private static final TraceShape PATH_MTU_PROBE_LOST =
            TraceShape.of("pathMtuProbeLost").number("packetBytes");
    private static final TraceShape BLACK_HOLE = TraceShape.of("blackHole").number("packetBytes");
    private static final TraceShape PATH_MTU = TraceShape.of("pathMtu").number("packetBytes");

    private final TraceWriter trace;
    private final int connection;

    /** @param connection the number of the connection in the trace */
    TraceListener(TraceWriter trace, int connection) {
        this.trace = trace;
        this.connection = connection;
    }

    private static TraceShape segments(String name) {
        return TraceShape.of(name)
                .sequenceNumber("seq")
                .number("textBytes")
                .number("segments")
                .number("controlBits");
    }

    private static long flag(boolean on) {
        return on ? 1 : 0;
    }

    @Override
    public void onStateChanged(long nowNanos, TcpEvent event, TcpState from, TcpState to) {
        trace.event(STATE_CHANGED, connection, nowNanos, event.ordinal(), from.ordinal(), to.ordinal());
    }

    @Override
    public void onEstablished(
            long nowNanos,
            int iss,
            int irs,
            int mssBytes,
            int sndScale,
            int rcvScale,
            boolean sack,
            boolean timestamps) {
        trace.event(
                ESTABLISHED,
                connection,
                nowNanos,
                iss,
                irs,
                mssBytes,
                sndScale,
                rcvScale,
                flag(sack),
                flag(timestamps));
    }

    @Override
    public void onLimit(long nowNanos, Limit before, Limit limit) {
        trace.event(LIMIT, connection, nowNanos, before.ordinal(), limit.ordinal());
    }

    @Override
    public void onSent(long nowNanos, int seq, int textBytes, int segments, int controlBits) {
        trace.event(SENT, connection, nowNanos, seq, textBytes, segments, controlBits);
    }

    @Override
    public void onRetransmitted(long nowNanos, int seq, int textBytes, int segments, int controlBits) {
        trace.event(RETRANSMITTED, connection, nowNanos, seq, textBytes, segments, controlBits);
    }

    @Override
    public void onReceived(long nowNanos, int seq, int textBytes, int segments, int controlBits, int ack) {
        trace.event(RECEIVED, connection, nowNanos, seq, textBytes, segments, controlBits, ack);
    }

    @Override
    public void onAcknowledgment(long nowNanos, AckKind kind, int ack) {
        trace.event(ACKNOWLEDGMENT, connection, nowNanos, kind.ordinal(), ack);
    }

    @Override
    public void onSendWindow(long nowNanos, long wndBytes) {
        trace.event(SEND_WINDOW, connection, nowNanos, wndBytes);
    }

    @Override
    public void onWindowProbe(long nowNanos, int count) {
        trace.event(WINDOW_PROBE, connection, nowNanos, count);
    }

    @Override
    public void onKeepAlive(long nowNanos, int count) {
        trace.event(KEEP_ALIVE, connection, nowNanos, count);
    }

    @Override
    public void onRoundTrip(long nowNanos, long sampleNanos, long srttNanos, long rttvarNanos, long rtoNanos) {
        trace.event(ROUND_TRIP, connection, nowNanos, sampleNanos, srttNanos, rttvarNanos, rtoNanos);
    }

    @Override
    public void onLoss(long nowNanos, int seq, int bytes, LossSign sign) {
        trace.event(LOSS, connection, nowNanos, seq, bytes, sign.ordinal());
    }

    @Override
    public void onLossProbe(long nowNanos, int seq, int bytes) {
        trace.event(LOSS_PROBE, connection, nowNanos, seq, bytes);
    }

    @Override
    public void onTimeout(long nowNanos, long rtoNanos, int backoffs, long flightBytes) {
        trace.event(TIMEOUT, connection, nowNanos, rtoNanos, backoffs, flightBytes);
    }

    @Override
    public void onRecoveryBegins(long nowNanos, CongestionState state, long flightBytes) {
        trace.event(RECOVERY_BEGINS, connection, nowNanos, state.ordinal(), flightBytes);
    }

    @Override
    public void onRecoveryEnds(long nowNanos) {
        trace.event(RECOVERY_ENDS, connection, nowNanos);
    }

    @Override
    public void onUndo(long nowNanos, UndoSign sign) {
        trace.event(UNDO, connection, nowNanos, sign.ordinal());
    }

    @Override
    public void onCongestionWindow(
            long nowNanos, long cwndBytes, long ssthreshBytes, long inFlightBytes, WindowChange cause) {
        trace.event(CONGESTION_WINDOW, connection, nowNanos, cwndBytes, ssthreshBytes, inFlightBytes, cause.ordinal());
    }

    @Override
    public void onPacingRate(long nowNanos, long bytesPerSecond) {
        trace.event(PACING_RATE, connection, nowNanos, bytesPerSecond);
    }

    @Override
    public void onReceiveBuffer(long nowNanos, long capacityBytes) {
        trace.event(RECEIVE_BUFFER, connection, nowNanos, capacityBytes);
    }

    @Override
    public void onPathMtuProbe(long nowNanos, int packetBytes) {
        trace.event(PATH_MTU_PROBE, connection, nowNanos, packetBytes);
    }

    @Override
    public void onPathMtuProbeLost(long nowNanos, int packetBytes) {
        trace.event(PATH_MTU_PROBE_LOST, connection, nowNanos, packetBytes);
    }

    @Override
    public void onBlackHole(long nowNanos, int packetBytes) {
        trace.event(BLACK_HOLE, connection, nowNanos, packetBytes);
    }

    @Override
    public void onPathMtu(long nowNanos, int packetBytes) {
        trace.event(PATH_MTU, connection, nowNanos, packetBytes);
    }
}
