// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;

/** Writes down what a connection tells, one line for each event, with sequence numbers relative to a first one. */
public final class EventLog implements TransportListener {

    private final List<String> lines = new ArrayList<>();
    private final int firstSeq;
    private long lastNanos = Long.MIN_VALUE;

    /** A log in which {@code firstSeq} is 0. */
    public EventLog(int firstSeq) {
        this.firstSeq = firstSeq;
    }

    /** {@return all lines} */
    public List<String> lines() {
        return lines;
    }

    /** {@return the lines that begin with one of the words, and forgets all lines} */
    public List<String> take(String... words) {
        Predicate<String> wanted = line -> {
            for (String word : words) {
                if (line.startsWith(word)) {
                    return true;
                }
            }
            return false;
        };
        List<String> taken = lines.stream().filter(wanted).toList();
        lines.clear();
        return taken;
    }

    private void add(long nowNanos, String line) {
        if (lastNanos != Long.MIN_VALUE && nowNanos < lastNanos) {
            throw new AssertionError("time goes back from " + lastNanos + " to " + nowNanos + " at " + line);
        }
        lastNanos = nowNanos;
        lines.add(line);
    }

    private static String ms(long nanos) {
        return nanos / 1_000_000 + "ms";
    }

    private static String bytes(long bytes) {
        return bytes == Long.MAX_VALUE ? "max" : Long.toString(bytes);
    }

    @Override
    public void onStateChanged(long nowNanos, TcpEvent event, TcpState from, TcpState to) {
        add(nowNanos, "state " + to);
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
        add(
                nowNanos,
                "established at " + (iss - firstSeq) + " mss " + mssBytes + " scales " + sndScale + "," + rcvScale
                        + (sack ? " sack" : "") + (timestamps ? " timestamps" : ""));
    }

    @Override
    public void onSendWindow(long nowNanos, long wndBytes) {
        add(nowNanos, "wnd " + wndBytes);
    }

    @Override
    public void onLimit(long nowNanos, Limit before, Limit limit) {
        add(nowNanos, "limit " + before + " > " + limit);
    }

    @Override
    public void onSent(long nowNanos, int seq, int textBytes, int segments, int controlBits) {
        add(nowNanos, "sent " + (seq - firstSeq) + " +" + textBytes + " in " + segments);
    }

    @Override
    public void onRetransmitted(long nowNanos, int seq, int textBytes, int segments, int controlBits) {
        add(nowNanos, "again " + (seq - firstSeq) + " +" + textBytes + " in " + segments);
    }

    @Override
    public void onReceived(long nowNanos, int seq, int textBytes, int segments, int controlBits, int ack) {
        add(nowNanos, "received +" + textBytes + " in " + segments + " ack " + (ack - firstSeq));
    }

    @Override
    public void onAcknowledgment(long nowNanos, AckKind kind, int ack) {
        add(nowNanos, "ack " + kind);
    }

    @Override
    public void onWindowProbe(long nowNanos, int count) {
        add(nowNanos, "window probe " + count);
    }

    @Override
    public void onKeepAlive(long nowNanos, int count) {
        add(nowNanos, "keep-alive " + count);
    }

    @Override
    public void onRoundTrip(long nowNanos, long sampleNanos, long srttNanos, long rttvarNanos, long rtoNanos) {
        add(nowNanos, "rtt " + ms(sampleNanos) + " srtt " + ms(srttNanos) + " rto " + ms(rtoNanos));
    }

    @Override
    public void onLoss(long nowNanos, int seq, int bytes, LossSign sign) {
        add(nowNanos, "loss " + (seq - firstSeq) + " +" + bytes + " by " + sign);
    }

    @Override
    public void onLossProbe(long nowNanos, int seq, int bytes) {
        add(nowNanos, "loss probe " + (seq - firstSeq) + " +" + bytes);
    }

    @Override
    public void onTimeout(long nowNanos, long rtoNanos, int backoffs, long flightBytes) {
        add(nowNanos, "timeout " + ms(rtoNanos) + " x" + backoffs + " flight " + flightBytes);
    }

    @Override
    public void onRecoveryBegins(long nowNanos, CongestionState state, long flightBytes) {
        add(nowNanos, "recovery " + state + " flight " + flightBytes);
    }

    @Override
    public void onRecoveryEnds(long nowNanos) {
        add(nowNanos, "recovery ends");
    }

    @Override
    public void onUndo(long nowNanos, UndoSign sign) {
        add(nowNanos, "undo " + sign);
    }

    @Override
    public void onCongestionWindow(
            long nowNanos, long cwndBytes, long ssthreshBytes, long inFlightBytes, WindowChange cause) {
        add(nowNanos, "cwnd " + cwndBytes + " ssthresh " + bytes(ssthreshBytes) + " by " + cause);
    }

    @Override
    public void onPacingRate(long nowNanos, long bytesPerSecond) {
        add(nowNanos, "pacing " + bytesPerSecond);
    }

    @Override
    public void onReceiveBuffer(long nowNanos, long capacityBytes) {
        add(nowNanos, "receive buffer " + capacityBytes);
    }

    @Override
    public void onPathMtuProbe(long nowNanos, int packetBytes) {
        add(nowNanos, "mtu probe " + packetBytes);
    }

    @Override
    public void onPathMtuProbeLost(long nowNanos, int packetBytes) {
        add(nowNanos, "mtu probe lost " + packetBytes);
    }

    @Override
    public void onBlackHole(long nowNanos, int packetBytes) {
        add(nowNanos, "black hole " + packetBytes);
    }

    @Override
    public void onPathMtu(long nowNanos, int packetBytes) {
        add(nowNanos, "mtu " + packetBytes);
    }
}
