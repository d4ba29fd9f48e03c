// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

import java.util.ArrayList;
import java.util.List;

/** A controller that writes down what it is told, but for acknowledgments, and has a window that never changes. */
public class ControllerLog implements CongestionController {

    public final List<String> events = new ArrayList<>();
    private final long windowBytes;
    private long thresholdBytes;

    public ControllerLog(long windowBytes, long thresholdBytes) {
        this.windowBytes = windowBytes;
        this.thresholdBytes = thresholdBytes;
    }

    @Override
    public String name() {
        return "log";
    }

    @Override
    public void onEstablished(int mssBytes, long nowNanos) {
        events.add("established");
    }

    @Override
    public void onHandshakeLoss(long nowNanos) {
        events.add("handshake loss");
    }

    @Override
    public void onAck(AckSample sample) {}

    @Override
    public void onLossDetected(long flightSizeBytes, long nowNanos) {
        events.add("loss");
    }

    @Override
    public void onRecoveryEnd(long nowNanos) {
        events.add("end");
    }

    @Override
    public void onRetransmissionTimeout(long flightSizeBytes, long nowNanos) {
        events.add("timeout");
    }

    @Override
    public void onSpurious(long nowNanos) {
        events.add("spurious");
    }

    @Override
    public void onIdleRestart(long nowNanos) {
        events.add("restart");
    }

    @Override
    public void onMssChanged(int mssBytes) {
        events.add("mss");
    }

    @Override
    public long windowBytes() {
        return windowBytes;
    }

    @Override
    public long slowStartThresholdBytes() {
        return thresholdBytes;
    }

    public void thresholdBytes(long bytes) {
        thresholdBytes = bytes;
    }
}
