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

/** Stands between the engine and a listener: what the listener throws ends here, and what it asks for waits. */
final class GuardedListener implements TransportListener {

    private final TransportListener listener;
    private final Reporting reporting;
    private final Consumer<Throwable> failures;

    GuardedListener(TransportListener listener, Reporting reporting, Consumer<Throwable> failures) {
        this.listener = listener;
        this.reporting = reporting;
        this.failures = failures;
    }

    @Override
    public void onStateChanged(long nowNanos, TcpEvent event, TcpState from, TcpState to) {
        reporting.begin();
        try {
            listener.onStateChanged(nowNanos, event, from, to);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
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
        reporting.begin();
        try {
            listener.onEstablished(nowNanos, iss, irs, mssBytes, sndScale, rcvScale, sack, timestamps);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onLimit(long nowNanos, Limit before, Limit limit) {
        reporting.begin();
        try {
            listener.onLimit(nowNanos, before, limit);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onSent(long nowNanos, int seq, int textBytes, int segments, int controlBits) {
        reporting.begin();
        try {
            listener.onSent(nowNanos, seq, textBytes, segments, controlBits);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onRetransmitted(long nowNanos, int seq, int textBytes, int segments, int controlBits) {
        reporting.begin();
        try {
            listener.onRetransmitted(nowNanos, seq, textBytes, segments, controlBits);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onReceived(long nowNanos, int seq, int textBytes, int segments, int controlBits, int ack) {
        reporting.begin();
        try {
            listener.onReceived(nowNanos, seq, textBytes, segments, controlBits, ack);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onAcknowledgment(long nowNanos, AckKind kind, int ack) {
        reporting.begin();
        try {
            listener.onAcknowledgment(nowNanos, kind, ack);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onSendWindow(long nowNanos, long wndBytes) {
        reporting.begin();
        try {
            listener.onSendWindow(nowNanos, wndBytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onWindowProbe(long nowNanos, int count) {
        reporting.begin();
        try {
            listener.onWindowProbe(nowNanos, count);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onKeepAlive(long nowNanos, int count) {
        reporting.begin();
        try {
            listener.onKeepAlive(nowNanos, count);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onRoundTrip(long nowNanos, long sampleNanos, long srttNanos, long rttvarNanos, long rtoNanos) {
        reporting.begin();
        try {
            listener.onRoundTrip(nowNanos, sampleNanos, srttNanos, rttvarNanos, rtoNanos);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onLoss(long nowNanos, int seq, int bytes, LossSign sign) {
        reporting.begin();
        try {
            listener.onLoss(nowNanos, seq, bytes, sign);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onLossProbe(long nowNanos, int seq, int bytes) {
        reporting.begin();
        try {
            listener.onLossProbe(nowNanos, seq, bytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onTimeout(long nowNanos, long rtoNanos, int backoffs, long flightBytes) {
        reporting.begin();
        try {
            listener.onTimeout(nowNanos, rtoNanos, backoffs, flightBytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onRecoveryBegins(long nowNanos, CongestionState state, long flightBytes) {
        reporting.begin();
        try {
            listener.onRecoveryBegins(nowNanos, state, flightBytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onRecoveryEnds(long nowNanos) {
        reporting.begin();
        try {
            listener.onRecoveryEnds(nowNanos);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onUndo(long nowNanos, UndoSign sign) {
        reporting.begin();
        try {
            listener.onUndo(nowNanos, sign);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onCongestionWindow(
            long nowNanos, long cwndBytes, long ssthreshBytes, long inFlightBytes, WindowChange cause) {
        reporting.begin();
        try {
            listener.onCongestionWindow(nowNanos, cwndBytes, ssthreshBytes, inFlightBytes, cause);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onPacingRate(long nowNanos, long bytesPerSecond) {
        reporting.begin();
        try {
            listener.onPacingRate(nowNanos, bytesPerSecond);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onReceiveBuffer(long nowNanos, long capacityBytes) {
        reporting.begin();
        try {
            listener.onReceiveBuffer(nowNanos, capacityBytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onPathMtuProbe(long nowNanos, int packetBytes) {
        reporting.begin();
        try {
            listener.onPathMtuProbe(nowNanos, packetBytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onPathMtuProbeLost(long nowNanos, int packetBytes) {
        reporting.begin();
        try {
            listener.onPathMtuProbeLost(nowNanos, packetBytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onBlackHole(long nowNanos, int packetBytes) {
        reporting.begin();
        try {
            listener.onBlackHole(nowNanos, packetBytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }

    @Override
    public void onPathMtu(long nowNanos, int packetBytes) {
        reporting.begin();
        try {
            listener.onPathMtu(nowNanos, packetBytes);
        } catch (Throwable failure) {
            failures.accept(failure);
        } finally {
            reporting.end();
        }
    }
}
