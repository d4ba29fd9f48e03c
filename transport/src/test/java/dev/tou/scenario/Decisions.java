// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.util.ArrayList;
import java.util.List;

import dev.tou.telemetry.CongestionState;
import dev.tou.telemetry.TransportListener;
import dev.tou.telemetry.UndoSign;
import dev.tou.telemetry.WindowChange;

/** What the sender decided about losses, as its listener hears it. */
final class Decisions implements TransportListener {

    /** From the detection of a loss until all that was outstanding then has arrived; no end yet is the far future. */
    record Episode(long beginNanos, long endNanos, long flightBytes) {}

    private final List<Episode> recoveries = new ArrayList<>();
    private final List<UndoSign> undos = new ArrayList<>();
    private int timeouts;
    private int probes;
    private int idleRestarts;

    /** {@return fast recoveries, in order} */
    List<Episode> recoveries() {
        return recoveries;
    }

    List<UndoSign> undos() {
        return undos;
    }

    int timeouts() {
        return timeouts;
    }

    int probes() {
        return probes;
    }

    /** {@return how often the window fell back because nothing had been sent for a while} */
    int idleRestarts() {
        return idleRestarts;
    }

    @Override
    public void onCongestionWindow(
            long nowNanos, long cwndBytes, long ssthreshBytes, long inFlightBytes, WindowChange cause) {
        idleRestarts += cause == WindowChange.IDLE_RESTART ? 1 : 0;
    }

    @Override
    public void onTimeout(long nowNanos, long rtoNanos, int backoffs, long flightBytes) {
        timeouts++;
    }

    @Override
    public void onLossProbe(long nowNanos, int seq, int bytes) {
        probes++;
    }

    @Override
    public void onRecoveryBegins(long nowNanos, CongestionState state, long flightBytes) {
        if (state == CongestionState.RECOVERY) {
            recoveries.add(new Episode(nowNanos, Long.MAX_VALUE, flightBytes));
        }
    }

    @Override
    public void onRecoveryEnds(long nowNanos) {
        int last = recoveries.size() - 1;
        if (last >= 0 && recoveries.get(last).endNanos() == Long.MAX_VALUE) {
            Episode open = recoveries.get(last);
            recoveries.set(last, new Episode(open.beginNanos(), nowNanos, open.flightBytes()));
        }
    }

    @Override
    public void onUndo(long nowNanos, UndoSign sign) {
        undos.add(sign);
    }
}
