// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.retransmission.RetransmissionQueue;
import dev.tou.segment.ControlBits;
import dev.tou.telemetry.CongestionState;
import dev.tou.telemetry.WindowChange;
import dev.tou.window.PathMtu;
import io.netty.channel.ChannelHandlerContext;

/**
 * Sends probes of the path MTU, and tells the connection what became of them; {@link PathMtu} has the rules.
 *
 * <p>Called by {@link StateMachineHandler} when the handshake is complete ({@link #open}), by {@link WindowHandler} before new
 * text leaves ({@link #probe}), by {@link RetransmissionHandler} after acknowledgments, the reordering timer ({@link #settle})
 * and timeouts ({@link #timedOut}), and by {@link DepartureBook} when the kernel refuses a datagram ({@link #refused}).
 */
final class PathMtuProber {

    /** What must be able to follow a probe, in segments: their acknowledgments show its loss without a timeout. */
    private static final int FOLLOWERS = 3;

    /** The least congestion window to probe in, in segments, as the start of a connection should not be held up. */
    private static final int LEAST_WINDOW_SEGMENTS = 11;

    private PathMtuProber() {}

    /** The connection is synchronized. */
    static void open(TransmissionControlBlock tcb, long now) {
        // A lost probe must be found without a timeout, so without SACK there are none.
        boolean discover = tcb.options().pathMtuDiscovery() && tcb.negotiated.sack();
        int start = tcb.negotiated.packetBytes(tcb.negotiated.segmentTextBytes());
        tcb.pathMtu.open(start, tcb.negotiated.largestPacketBytes(), discover, now);
    }

    /** What the moment is good for. */
    enum Moment {
        /** Text as usual. */
        NONE,
        /** A probe was sent. */
        PROBED,
        /** The window will soon have room for a probe, if nothing else is sent before. */
        WAIT
    }

    /**
     * Sends the next text as a probe if one is due and the moment is right: a window and text enough, and no loss under way. What
     * acknowledgments free is less than a large probe, so it may have to be saved up: a quarter of the window at most.
     */
    static Moment probe(ChannelHandlerContext ctx, TransmissionControlBlock tcb, Departure departure, long now) {
        PathMtu path = tcb.pathMtu;
        if (!path.isDue(now)
                || tcb.recovery.state() != CongestionState.OPEN
                || tcb.retransmissionQueue.lostBytes() > 0) {
            return Moment.NONE;
        }
        int segment = tcb.sendBuffer.segmentTextBytes();
        if (tcb.congestion().windowBytes() < (long) LEAST_WINDOW_SEGMENTS * segment) {
            return Moment.NONE;
        }
        long window = Math.min(tcb.congestion().windowBytes(), tcb.snd.wnd());
        int packet = path.nextProbeBytes(window, tcb.unsentBytes() - FOLLOWERS * segment);
        if (packet == 0) {
            return Moment.NONE;
        }
        int text = tcb.negotiated.segmentTextBytes(packet);
        if (Pacing.allows(tcb, segment, now) == 0) {
            return Moment.NONE;
        }
        if (tcb.snd.usable() < text) {
            return Moment.NONE; // a slow reader: it may never take so much at once
        }
        if (tcb.congestionRoomBytes() < text) {
            return tcb.retransmissionQueue.isEmpty() ? Moment.NONE : Moment.WAIT;
        }
        send(ctx, tcb, departure, packet, text);
        return Moment.PROBED;
    }

    private static void send(
            ChannelHandlerContext ctx, TransmissionControlBlock tcb, Departure departure, int packet, int text) {
        tcb.sendBuffer.probe(tcb.snd.nxt(), text, departure.train());
        tcb.pathMtu.probeSent(packet);
        tcb.counters.pathMtuProbes++;
        tcb.report.pathMtuProbe(packet);
        tcb.retransmissionQueue.probeFollows();
        tcb.snd.sent(text);
        departure.text(tcb, Departure.Kind.NEW, ControlBits.PSH).leave(ctx, ctx.voidPromise());
    }

    /** After acknowledgments and timeouts: the probe may have arrived, or be lost. */
    static void settle(TransmissionControlBlock tcb, long now) {
        switch (tcb.retransmissionQueue.takeProbeFate()) {
            case ARRIVED -> {
                if (tcb.pathMtu.probeArrived(now)) {
                    changeSegments(tcb);
                }
            }
            case LOST -> {
                tcb.counters.pathMtuProbesLost++;
                tcb.report.pathMtuProbeLost(tcb.pathMtu.probedBytes());
                tcb.pathMtu.probeLost(now);
            }
            case NONE, UNKNOWN -> {
                // As it was.
            }
        }
    }

    // The path carries packets of another size: what is sent from now on is made for it.
    private static void changeSegments(TransmissionControlBlock tcb) {
        int text = tcb.negotiated.segmentTextBytes(tcb.pathMtu.bytes());
        tcb.sendBuffer.segmentTextBytes(text);
        tcb.congestion().onMssChanged(text);
        tcb.report.window(WindowChange.SEGMENT_SIZE);
        tcb.report.pathMtu(tcb.pathMtu.bytes());
    }

    /** The retransmission timer has expired. */
    static void timedOut(TransmissionControlBlock tcb, long now) {
        RetransmissionQueue queue = tcb.retransmissionQueue;
        settle(tcb, now);
        // What was one segment when it left first leaves in pieces if it is too large now.
        int packet = Math.min(tcb.negotiated.packetBytes(queue.length(queue.first())), tcb.pathMtu.bytes());
        if (tcb.pathMtu.timedOut(packet, now)) {
            tcb.report.blackHole(packet);
            changeSegments(tcb);
        }
    }

    /** An acknowledgment was read, after which the path may be known to have carried what timeouts seemed to say it did not. */
    static void judgeTimeouts(TransmissionControlBlock tcb) {
        if (tcb.recovery.hasRefutedTimeout()) {
            if (tcb.pathMtu.timeoutsRefuted()) {
                changeSegments(tcb);
            }
        } else if (tcb.recovery.state() != CongestionState.LOSS) {
            tcb.pathMtu.timeoutsBelieved();
        }
    }

    /**
     * The kernel has refused a datagram as too large.
     *
     * @param text how much there was in it
     * @param interfaceMtu the largest packet that the interface carries now, in bytes
     * @return whether to send that again at once
     */
    static boolean refused(TransmissionControlBlock tcb, int text, int interfaceMtu, long now) {
        settle(tcb, now);
        int before = tcb.pathMtu.bytes();
        boolean again = tcb.pathMtu.refused(tcb.negotiated.packetBytes(text), interfaceMtu, now);
        if (tcb.pathMtu.bytes() != before) {
            changeSegments(tcb);
        }
        return again;
    }
}
