// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.segment.Segment;
import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;
import dev.tou.telemetry.AckKind;
import dev.tou.telemetry.CongestionState;
import dev.tou.telemetry.Limit;
import dev.tou.telemetry.LossSign;
import dev.tou.telemetry.TransportListener;
import dev.tou.telemetry.TransportListenerFactory;
import dev.tou.telemetry.UndoSign;
import dev.tou.telemetry.WindowChange;
import dev.tou.timing.TimerWheel;

/**
 * Tells the connection's {@link TransportListener} what happens. The engine says when something may have changed; what has
 * changed is found here, by comparing with what was told before, so that controllers, estimators and detectors know nothing of
 * listeners.
 *
 * <p>When nobody listens each call is one comparison, and no clock is read.
 */
public final class Reporter {

    private final TransmissionControlBlock tcb;
    private final ConnectionOwner owner;
    private final TimerWheel clock;
    private final LimitClock limits;
    private TransportListenerFactory factory = TransportListenerFactory.NONE;
    private TransportListener listener = TransportListener.NONE;
    private boolean heard;

    private AckKind ackKind = AckKind.IMMEDIATE;
    private LossSign lossSign;
    private int probeSeq;
    private int probeBytes;
    private long failures;

    // What was told last.
    private CongestionState toldRecovery = CongestionState.OPEN;
    private long toldWindowBytes;
    private long toldThresholdBytes;
    private long toldPacingRate;
    private long toldSamples;
    private int toldReceiveCapacity;
    private int toldSendWindow;

    Reporter(TransmissionControlBlock tcb, ConnectionOwner owner, TimerWheel clock) {
        this.tcb = tcb;
        this.owner = owner;
        this.clock = clock;
        limits = new LimitClock(clock.nowNanos());
        chooseListener();
    }

    /** The application may have chosen another listener: it hears what happens from now on. */
    void chooseListener() {
        TransportListenerFactory chosen = tcb.options().transportListener();
        if (chosen == factory) {
            return;
        }
        factory = chosen;
        listener = chosen == TransportListenerFactory.NONE ? TransportListener.NONE : makeListener();
        heard = listener != TransportListener.NONE;
        tcb.retransmissionQueue.observeLosses(heard ? this::lost : null);
        // What it did not hear happen is no news.
        toldRecovery = repaired();
        toldWindowBytes = tcb.congestion().windowBytes();
        toldThresholdBytes = tcb.congestion().slowStartThresholdBytes();
        toldPacingRate = pacingRate();
        toldSamples = tcb.rtt.samples();
        toldReceiveCapacity = tcb.advertisedWindow.capacityBytes();
        toldSendWindow = tcb.snd.wnd();
    }

    private TransportListener makeListener() {
        owner.reporting().begin();
        try {
            TransportListener made = factory.newListener(tcb.id());
            boolean nobody = made == null || made == TransportListener.NONE;
            return nobody ? TransportListener.NONE : new GuardedListener(made, owner.reporting(), this::failed);
        } catch (RuntimeException | Error failure) {
            failed(failure);
            return TransportListener.NONE;
        } finally {
            owner.reporting().end();
        }
    }

    private void failed(Throwable failure) {
        failures++;
        owner.listenerFailed(tcb, failure);
    }

    /** {@return whether anybody listens, for callers to whom an event is more than a call} */
    public boolean isHeard() {
        return heard;
    }

    /** {@return how often the listener has thrown something} */
    public long failures() {
        return failures;
    }

    /** {@return the time of the event loop; each call reads the clock} */
    long nowNanos() {
        return clock.nowNanos();
    }

    private long now() {
        return clock.nowNanos();
    }

    // --- the connection ---

    void stateChanged(TcpEvent event, TcpState from, TcpState to) {
        if (heard) {
            listener.onStateChanged(now(), event, from, to);
        }
        if (to == TcpState.CLOSED || to == TcpState.TIME_WAIT) {
            limitedBy(Limit.IDLE, now());
        }
    }

    /** Says what keeps the connection from sending more, after it has sent what it could. */
    public void limitedBy(Limit limit, long nowNanos) {
        Limit before = limits.current();
        if (limit != before) {
            limits.enter(limit, nowNanos);
            if (heard) {
                listener.onLimit(now(), before, limit);
            }
        }
    }

    /** {@return what keeps the connection from sending more} */
    public Limit limit() {
        return limits.current();
    }

    /** {@return for how long a limit has done so, in nanoseconds} */
    public long limitedNanos(Limit limit, long nowNanos) {
        return limits.nanos(limit, nowNanos);
    }

    // --- segments ---

    /** Segments go to the UDP channel, for the first time or again. */
    public void sent(int seq, int textBytes, int segments, int controlBits, boolean again) {
        if (heard) {
            if (again) {
                listener.onRetransmitted(now(), seq, textBytes, segments, controlBits);
            } else {
                listener.onSent(now(), seq, textBytes, segments, controlBits);
            }
        }
    }

    /** Segments came. */
    public void received(Segment seg) {
        if (heard) {
            listener.onReceived(now(), seg.seq(), seg.text().bytes(), seg.wireSegments(), seg.controlBits(), seg.ack());
        }
    }

    /** The peer's window may have another size. */
    public void sendWindow() {
        int wnd = tcb.snd.wnd();
        if (heard && wnd != toldSendWindow) {
            toldSendWindow = wnd;
            listener.onSendWindow(now(), wnd);
        }
    }

    /** Says why the next acknowledgment leaves, if it leaves without text. */
    public void acknowledgmentDue(AckKind kind) {
        ackKind = kind;
    }

    /** {@return why the next acknowledgment leaves} */
    public AckKind dueKind() {
        return ackKind;
    }

    /** An acknowledgment without text leaves, of everything before {@code ack}. */
    public void acknowledges(int ack) {
        AckKind kind = ackKind == AckKind.IMMEDIATE && !tcb.reassembly.isEmpty() ? AckKind.OUT_OF_ORDER : ackKind;
        tcb.counters.acknowledgments[kind.ordinal()]++;
        if (heard) {
            listener.onAcknowledgment(now(), kind, ack);
        }
    }

    void acknowledgmentSent() {
        ackKind = AckKind.IMMEDIATE;
    }

    /** A probe of a closed window leaves. */
    public void windowProbe() {
        if (heard) {
            listener.onWindowProbe(now(), tcb.patience.windowProbes());
        }
    }

    /** A keep-alive probe leaves. */
    public void keepAlive() {
        if (heard) {
            listener.onKeepAlive(now(), tcb.patience.keepAlive.probes());
        }
    }

    // --- round trips, losses and windows ---

    /** The options of both ends and the round trip of the handshake are known, and the windows are open. */
    void established() {
        if (heard) {
            NegotiatedOptions agreed = tcb.negotiated;
            listener.onEstablished(
                    now(),
                    tcb.snd.iss(),
                    tcb.rcv.irs(),
                    agreed.segmentTextBytes(),
                    agreed.peerScale(),
                    agreed.scale(),
                    agreed.sack(),
                    agreed.timestamps());
            toldSendWindow = 0;
            sendWindow();
            roundTrip();
            toldWindowBytes = 0;
            window(WindowChange.INITIAL);
        }
    }

    /** An acknowledgment has been dealt with. */
    public void acknowledged() {
        if (heard) {
            roundTrip();
            CongestionState before = toldRecovery;
            recovery();
            window(before == CongestionState.OPEN ? growth() : WindowChange.RECOVERY);
        }
    }

    private void roundTrip() {
        if (tcb.rtt.samples() != toldSamples) {
            toldSamples = tcb.rtt.samples();
            listener.onRoundTrip(
                    now(), tcb.rtt.latestNanos(), tcb.rtt.srttNanos(), tcb.rtt.rttvarNanos(), tcb.rtt.rtoNanos());
        }
    }

    private WindowChange growth() {
        if (toldRecovery != CongestionState.OPEN) {
            return WindowChange.RECOVERY;
        }
        if (tcb.congestion().slowStartThresholdBytes() != toldThresholdBytes) {
            return WindowChange.SLOW_START_EXIT;
        }
        if (tcb.congestion().windowBytes() < toldWindowBytes) {
            return WindowChange.VALIDATION;
        }
        return toldWindowBytes < toldThresholdBytes ? WindowChange.SLOW_START : WindowChange.CONGESTION_AVOIDANCE;
    }

    /** The congestion window may have changed for a reason other than an acknowledgment. */
    public void window(WindowChange cause) {
        if (heard) {
            long windowBytes = tcb.congestion().windowBytes();
            long thresholdBytes = tcb.congestion().slowStartThresholdBytes();
            if (windowBytes != toldWindowBytes || thresholdBytes != toldThresholdBytes) {
                toldWindowBytes = windowBytes;
                toldThresholdBytes = thresholdBytes;
                listener.onCongestionWindow(now(), windowBytes, thresholdBytes, tcb.recovery.inFlightBytes(), cause);
            }
        }
    }

    private void recovery() {
        CongestionState state = repaired();
        if (state == toldRecovery) {
            return;
        }
        toldRecovery = state;
        if (state == CongestionState.OPEN) {
            listener.onRecoveryEnds(now());
        } else {
            listener.onRecoveryBegins(now(), state, tcb.retransmissionQueue.outstandingBytes());
        }
    }

    private CongestionState repaired() {
        CongestionState state = state();
        return state == CongestionState.DISORDER ? CongestionState.OPEN : state;
    }

    /** {@return whether loss is being repaired} */
    public CongestionState state() {
        return tcb.recovery.state();
    }

    /** Says what shows that the next losses are some, until the next call; null for acknowledgments. */
    public void lossesAreShownBy(LossSign sign) {
        lossSign = sign;
    }

    private void lost(int seq, int bytes) {
        LossSign usual = tcb.negotiated.sack() ? LossSign.REORDERING_WINDOW : LossSign.DUPLICATE_ACKS;
        listener.onLoss(now(), seq, bytes, lossSign == null ? usual : lossSign);
    }

    /** A tail loss probe leaves. */
    public void lossProbe(int seq, int bytes) {
        probeSeq = seq;
        probeBytes = bytes;
        if (heard) {
            listener.onLossProbe(now(), seq, bytes);
        }
    }

    /** The last tail loss probe has repaired a loss. */
    public void probeRepaired() {
        if (heard) {
            listener.onLoss(now(), probeSeq, probeBytes, LossSign.PROBE);
            window(WindowChange.RECOVERY);
        }
    }

    /** The retransmission timer has expired, and nothing has been done about it yet. */
    public void timeout() {
        lossSign = LossSign.TIMEOUT;
        if (heard) {
            listener.onTimeout(
                    now(), tcb.rtt.rtoNanos(), tcb.rtt.backoffs() + 1, tcb.retransmissionQueue.outstandingBytes());
        }
    }

    /** What follows from a timeout has been done. */
    public void timeoutHandled() {
        lossSign = null;
        if (heard) {
            recovery();
            window(WindowChange.TIMEOUT);
        }
    }

    /** The last reduction was for no loss and has been taken back. */
    public void undone(UndoSign sign) {
        if (heard) {
            listener.onUndo(now(), sign);
            recovery();
            window(WindowChange.UNDO);
        }
    }

    // --- rates, buffers and the path ---

    /** Segments may leave at another rate than before. */
    public void pacing() {
        if (heard) {
            long rate = pacingRate();
            if (rate != toldPacingRate) {
                toldPacingRate = rate;
                listener.onPacingRate(now(), rate);
            }
        }
    }

    /** {@return at which rate segments leave, in bytes per second; 0 if they are not paced} */
    long pacingRate() {
        return tcb.pacer.bytesPerSecond();
    }

    /** The receive buffer may have another capacity. */
    public void receiveBuffer() {
        int capacity = tcb.advertisedWindow.capacityBytes();
        if (heard && capacity != toldReceiveCapacity) {
            toldReceiveCapacity = capacity;
            listener.onReceiveBuffer(now(), capacity);
        }
    }

    /** A larger packet is tried. */
    public void pathMtuProbe(int packetBytes) {
        if (heard) {
            listener.onPathMtuProbe(now(), packetBytes);
        }
    }

    /** That packet did not arrive. */
    public void pathMtuProbeLost(int packetBytes) {
        if (heard) {
            listener.onPathMtuProbeLost(now(), packetBytes);
        }
    }

    /** Large packets vanish. */
    public void blackHole(int packetBytes) {
        if (heard) {
            listener.onBlackHole(now(), packetBytes);
        }
    }

    /** The largest packet that is sent has another size. */
    public void pathMtu(int packetBytes) {
        if (heard) {
            listener.onPathMtu(now(), packetBytes);
        }
    }
}
