// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation.drawing;

import java.util.ArrayList;
import java.util.List;

import dev.tou.telemetry.CongestionState;
import dev.tou.telemetry.ConnectionId;
import dev.tou.telemetry.Limit;
import dev.tou.telemetry.TransportListener;
import dev.tou.telemetry.UndoSign;
import dev.tou.telemetry.WindowChange;

/** What one end has told of its decisions, ready to be drawn. */
final class Decisions implements TransportListener {

    /** A value that holds from a moment on. */
    record Value(long nanos, double value) {}

    /** A moment at which something was decided. */
    record Event(long nanos, String label, String color) {}

    /** A time that has a name; it ends with the next one. */
    record Phase<T>(long nanos, T what) {}

    final List<Value> cwnd = new ArrayList<>();
    final List<Value> ssthresh = new ArrayList<>();
    final List<Value> samples = new ArrayList<>();
    final List<Value> srtt = new ArrayList<>();
    final List<Value> rto = new ArrayList<>();
    final List<Event> events = new ArrayList<>();
    final List<Phase<CongestionState>> recoveries = new ArrayList<>();
    final List<Phase<Limit>> limits = new ArrayList<>();
    private final ConnectionId id;
    private int timeouts;

    Decisions(ConnectionId id) {
        this.id = id;
    }

    ConnectionId id() {
        return id;
    }

    int timeouts() {
        return timeouts;
    }

    @Override
    public void onLimit(long nowNanos, Limit before, Limit limit) {
        limits.add(new Phase<>(nowNanos, limit));
    }

    @Override
    public void onRoundTrip(long nowNanos, long sampleNanos, long srttNanos, long rttvarNanos, long rtoNanos) {
        samples.add(new Value(nowNanos, sampleNanos));
        srtt.add(new Value(nowNanos, srttNanos));
        rto.add(new Value(nowNanos, rtoNanos));
    }

    @Override
    public void onLossProbe(long nowNanos, int seq, int bytes) {
        events.add(new Event(nowNanos, "loss probe", "#8a5a00"));
    }

    @Override
    public void onTimeout(long nowNanos, long rtoNanos, int backoffs, long flightBytes) {
        timeouts++;
        events.add(new Event(nowNanos, backoffs > 1 ? "timeout " + backoffs : "timeout", "#c1121f"));
        rto.add(new Value(nowNanos, Math.min(2.0 * rtoNanos, 60e9)));
    }

    @Override
    public void onRecoveryBegins(long nowNanos, CongestionState state, long flightBytes) {
        recoveries.add(new Phase<>(nowNanos, state));
    }

    @Override
    public void onRecoveryEnds(long nowNanos) {
        recoveries.add(new Phase<>(nowNanos, CongestionState.OPEN));
    }

    @Override
    public void onUndo(long nowNanos, UndoSign sign) {
        events.add(new Event(nowNanos, "undo " + sign, "#1b7f3b"));
    }

    @Override
    public void onWindowProbe(long nowNanos, int count) {
        events.add(new Event(nowNanos, "probe", "#555555"));
    }

    @Override
    public void onBlackHole(long nowNanos, int packetBytes) {
        events.add(new Event(nowNanos, "black hole", "#c0392b"));
    }

    @Override
    public void onPathMtu(long nowNanos, int packetBytes) {
        events.add(new Event(nowNanos, "MTU " + packetBytes, "#555555"));
    }

    @Override
    public void onCongestionWindow(
            long nowNanos, long cwndBytes, long ssthreshBytes, long inFlightBytes, WindowChange cause) {
        cwnd.add(new Value(nowNanos, cwndBytes));
        if (ssthreshBytes != Long.MAX_VALUE) {
            ssthresh.add(new Value(nowNanos, ssthreshBytes));
        }
        if (cause == WindowChange.SLOW_START_EXIT) {
            events.add(new Event(nowNanos, "HyStart", "#1b7f3b"));
        }
    }
}
