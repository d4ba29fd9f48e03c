// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.tou.bench.replay.Event.Source;
import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;
import dev.tou.telemetry.AckKind;
import dev.tou.telemetry.LossSign;
import dev.tou.telemetry.TransportListener;
import dev.tou.telemetry.WindowChange;

/** What an end decides and the wire does not show. States are always told, other things where a scenario is about them. */
final class Insight {

    /** What can be shown. */
    enum Topic {
        ACKNOWLEDGMENTS,
        LOSS,
        WINDOW_PROBES,
        CONGESTION_WINDOW
    }

    static final String ACKNOWLEDGES = "reason to acknowledge: ";
    static final String LOSES = "loss detection: ";
    static final String ARE_LOST = " bytes are lost, by ";
    static final String TAIL_PROBE = LOSES + "a probe of ";
    static final String TIMER = "retransmission timer: ";
    static final String PROBES = "persist timer: ";
    static final String CONGESTION = "congestion window: ";
    static final String FALL = ", down from ";

    private static final int MILLION = 1_000_000;

    private final Transcript transcript;
    private final Source source;
    private final Set<Topic> topics = ConcurrentHashMap.newKeySet();
    private final List<Long> timeoutNanos = new CopyOnWriteArrayList<>();

    Insight(Transcript transcript, Source source) {
        this.transcript = transcript;
        this.source = source;
    }

    /** Shows it from now on. */
    void show(Topic topic) {
        topics.add(topic);
    }

    /** {@return how long the retransmission timer has waited, each time that it expired} */
    List<Long> timeoutNanos() {
        return List.copyOf(timeoutNanos);
    }

    /** {@return what a connection of this end tells} */
    TransportListener listener() {
        return new Teller();
    }

    private void tell(Topic topic, String words) {
        if (topics.contains(topic)) {
            transcript.words(source, words);
        }
    }

    private final class Teller implements TransportListener {

        private long cwndBytesBefore;
        private long toldCwndBytes;
        private WindowChange toldCause;

        @Override
        public void onStateChanged(long nowNanos, TcpEvent cause, TcpState from, TcpState to) {
            transcript.state(source, cause, to);
        }

        @Override
        public void onAcknowledgment(long nowNanos, AckKind kind, int ack) {
            tell(Topic.ACKNOWLEDGMENTS, ACKNOWLEDGES + kind);
        }

        @Override
        public void onWindowProbe(long nowNanos, int count) {
            tell(Topic.WINDOW_PROBES, PROBES + "probe number " + count);
        }

        @Override
        public void onLoss(long nowNanos, int seq, int bytes, LossSign sign) {
            tell(Topic.LOSS, LOSES + bytes + ARE_LOST + sign);
        }

        @Override
        public void onLossProbe(long nowNanos, int seq, int bytes) {
            tell(Topic.LOSS, TAIL_PROBE + bytes + " bytes, because no acknowledgment came");
        }

        @Override
        public void onTimeout(long nowNanos, long rtoNanos, int backoffs, long flightBytes) {
            timeoutNanos.add(rtoNanos);
            tell(Topic.LOSS, TIMER + "expired after " + Math.round((double) rtoNanos / MILLION) + " ms");
        }

        // Each acknowledgment moves it a little; what counts is where it turns, and where it has doubled.
        @Override
        public void onCongestionWindow(
                long nowNanos, long cwndBytes, long ssthreshBytes, long inFlightBytes, WindowChange cause) {
            boolean turn = cause != toldCause || cwndBytes < toldCwndBytes || cwndBytes >= 2 * toldCwndBytes;
            if (turn && cwndBytes != toldCwndBytes) {
                toldCause = cause;
                toldCwndBytes = cwndBytes;
                String fall = cwndBytes < cwndBytesBefore ? FALL + cwndBytesBefore : "";
                tell(
                        Topic.CONGESTION_WINDOW,
                        CONGESTION + cwndBytes + " bytes, flight " + inFlightBytes + ", " + cause + fall);
            }
            cwndBytesBefore = cwndBytes;
        }
    }
}
