// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.util.function.Consumer;

import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;
import dev.tou.telemetry.AckKind;
import dev.tou.telemetry.CongestionState;
import dev.tou.telemetry.Limit;
import dev.tou.telemetry.LossSign;
import dev.tou.telemetry.TransportListener;
import dev.tou.telemetry.UndoSign;
import dev.tou.telemetry.WindowChange;

/** Stands between the engine and a listener: what the listener throws ends here. */
final class GuardedListener implements TransportListener {

    private final TransportListener listener;
    private final Consumer<Throwable> failures;

    GuardedListener(TransportListener listener, Consumer<Throwable> failures) {
        this.listener = listener;
        this.failures = failures;
    }

    @Override
    public void onStateChanged(long nowNanos, TcpEvent event, TcpState from, TcpState to) {
        try {
            listener.onStateChanged(nowNanos, event, from, to);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onLimit(long nowNanos, Limit before, Limit limit) {
        try {
            listener.onLimit(nowNanos, before, limit);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onSent(long nowNanos, int seq, int textBytes, int segments, int controlBits) {
        try {
            listener.onSent(nowNanos, seq, textBytes, segments, controlBits);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onRetransmitted(long nowNanos, int seq, int textBytes, int segments, int controlBits) {
        try {
            listener.onRetransmitted(nowNanos, seq, textBytes, segments, controlBits);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onReceived(long nowNanos, int seq, int textBytes, int segments, int controlBits, int ack) {
        try {
            listener.onReceived(nowNanos, seq, textBytes, segments, controlBits, ack);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onAcknowledgment(long nowNanos, AckKind kind, int ack) {
        try {
            listener.onAcknowledgment(nowNanos, kind, ack);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onWindowProbe(long nowNanos, int count) {
        try {
            listener.onWindowProbe(nowNanos, count);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onKeepAlive(long nowNanos, int count) {
        try {
            listener.onKeepAlive(nowNanos, count);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onRoundTrip(long nowNanos, long sampleNanos, long srttNanos, long rttvarNanos, long rtoNanos) {
        try {
            listener.onRoundTrip(nowNanos, sampleNanos, srttNanos, rttvarNanos, rtoNanos);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onLoss(long nowNanos, int seq, int bytes, LossSign sign) {
        try {
            listener.onLoss(nowNanos, seq, bytes, sign);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onLossProbe(long nowNanos, int seq, int bytes) {
        try {
            listener.onLossProbe(nowNanos, seq, bytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onTimeout(long nowNanos, long rtoNanos, int backoffs, long flightBytes) {
        try {
            listener.onTimeout(nowNanos, rtoNanos, backoffs, flightBytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onRecoveryBegins(long nowNanos, CongestionState state, long flightBytes) {
        try {
            listener.onRecoveryBegins(nowNanos, state, flightBytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onRecoveryEnds(long nowNanos) {
        try {
            listener.onRecoveryEnds(nowNanos);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onUndo(long nowNanos, UndoSign sign) {
        try {
            listener.onUndo(nowNanos, sign);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onCongestionWindow(
            long nowNanos, long cwndBytes, long ssthreshBytes, long inFlightBytes, WindowChange cause) {
        try {
            listener.onCongestionWindow(nowNanos, cwndBytes, ssthreshBytes, inFlightBytes, cause);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onPacingRate(long nowNanos, long bytesPerSecond) {
        try {
            listener.onPacingRate(nowNanos, bytesPerSecond);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onReceiveBuffer(long nowNanos, long capacityBytes) {
        try {
            listener.onReceiveBuffer(nowNanos, capacityBytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onPathMtuProbe(long nowNanos, int packetBytes) {
        try {
            listener.onPathMtuProbe(nowNanos, packetBytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }

    @Override
    public void onPathMtu(long nowNanos, int packetBytes) {
        try {
            listener.onPathMtu(nowNanos, packetBytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        }
    }
}
