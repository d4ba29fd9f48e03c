// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import dev.tou.simulation.Datagram;
import dev.tou.simulation.RawPeer;
import io.netty.buffer.ByteBufUtil;

/**
 * The end of a connection whose every segment a test writes down.
 *
 * <pre>
 *   peer.sends(syn(IRS).mss(1460));
 *   peer.expects(synAck(ISS, IRS + 1)).now();
 * </pre>
 *
 * <p>Segments are expected one by one, in order, and at the end none may be left over.
 */
final class ScriptedPeer {

    private record Seen(long nanos, WireSegment segment) {}

    private final Script script;
    private final RawPeer socket;
    private final InetSocketAddress engine;
    private final Deque<Seen> seen = new ArrayDeque<>();
    private Expectation open;
    private int irs;
    private int nxt;
    private int rcvNxt;
    private boolean timestamps;
    private int tsBase;
    private long tsBaseNanos;
    private int tsRecent;

    ScriptedPeer(Script script, RawPeer socket, InetSocketAddress engine) {
        this.script = script;
        this.socket = socket;
        this.engine = engine;
        socket.onDatagram(this::arrived);
    }

    private void arrived(Datagram datagram) {
        byte[] bytes = ByteBufUtil.getBytes(datagram.payload());
        try {
            WireSegment segment = new WireSegment(bytes);
            script.trace("       < " + segment);
            note(segment);
            seen.add(new Seen(script.nowNanos(), segment));
        } catch (AssertionError malformed) {
            throw script.failure(malformed.getMessage() + ": " + ByteBufUtil.hexDump(bytes));
        }
    }

    private void note(WireSegment segment) {
        if (segment.has(WireSegment.SYN)) {
            rcvNxt = segment.end();
        } else if (segment.seq - rcvNxt <= 0 && segment.end() - rcvNxt > 0) {
            rcvNxt = segment.end();
        }
        if (segment.tsVal != null) {
            tsRecent = segment.tsVal;
        }
    }

    // --- sending ---

    /** Sends a segment, and lets everything happen that follows at once. */
    ScriptedPeer sends(SegmentScript line) {
        sendsTogether(line);
        return this;
    }

    /** Sends segments so close together that they are read in one burst. */
    void sendsTogether(SegmentScript... lines) {
        settle();
        for (SegmentScript line : lines) {
            byte[] bytes = complete(line);
            script.trace("peer > " + describe(bytes));
            socket.send(engine, bytes);
        }
        script.line();
        script.settle();
    }

    /** Sends bytes that are no segment of this script. */
    void sendsBytes(byte[] bytes) {
        settle();
        script.trace("peer > " + bytes.length + " bytes " + ByteBufUtil.hexDump(bytes));
        socket.send(engine, bytes);
        script.line();
        script.settle();
    }

    private static String describe(byte[] bytes) {
        try {
            return new WireSegment(bytes).toString();
        } catch (AssertionError malformed) {
            return ByteBufUtil.hexDump(bytes) + " (" + malformed.getMessage() + ')';
        }
    }

    /** Sends a segment that somebody else has made in the peer's name: what the peer knows stays as it is. */
    void sendsForged(SegmentScript line) {
        line.window = 0xFFFF;
        line.sourcePort = socket.address().getPort();
        line.destinationPort = engine.getPort();
        sendsBytes(line.encode(0));
    }

    /** Takes what has come, whatever it is. {@return how many segments} */
    int takesAll() {
        int count = seen.size();
        seen.clear();
        return count;
    }

    /** {@return the segments that nobody has looked at; they count as looked at} */
    List<WireSegment> takes() {
        List<WireSegment> all = seen.stream().map(Seen::segment).toList();
        seen.clear();
        return all;
    }

    /** Fills in what a line does not say. {@return the bytes} */
    byte[] complete(SegmentScript line) {
        if (line.flags == WireSegment.SYN || line.flags == (WireSegment.SYN | WireSegment.ACK)) {
            irs = line.seq;
            nxt = irs;
            timestamps = line.tsVal != null;
            tsBase = timestamps ? line.tsVal : 0;
            tsBaseNanos = script.nowNanos();
        }
        line.seq = line.seq != null ? line.seq : Integer.valueOf(nxt);
        if (line.has(WireSegment.ACK) && line.ack == null) {
            line.ack = rcvNxt;
        }
        line.window = line.window != null ? line.window : Integer.valueOf(0xFFFF);
        line.sourcePort = line.sourcePort != null
                ? line.sourcePort
                : Integer.valueOf(socket.address().getPort());
        line.destinationPort = line.destinationPort != null ? line.destinationPort : Integer.valueOf(engine.getPort());
        if (timestamps && line.tsVal == null && !line.noTs) {
            line.ts(timestamp(), tsRecent);
        }
        int end = line.seq + line.sequenceLength();
        if (end - nxt > 0 && !line.has(WireSegment.RST)) {
            nxt = end;
        }
        return line.encode(line.seq - (irs + 1));
    }

    /** {@return the value that the peer's timestamp clock shows now} */
    int timestamp() {
        return tsBase + (int) ((script.nowNanos() - tsBaseNanos) / 1_000_000);
    }

    /** {@return the last timestamp value of the other end} */
    int tsRecent() {
        return tsRecent;
    }

    /** {@return the next sequence number that the peer would send} */
    int nxt() {
        return nxt;
    }

    // --- expecting ---

    /** The next segment, which must come at the time that the returned object is told. */
    Expectation expects(SegmentScript line) {
        settle();
        open = new Expectation(line);
        return open;
    }

    /** No segment arrives for a while. */
    void expectsNothingFor(Duration duration) {
        settle();
        script.runUntil(() -> !seen.isEmpty(), duration);
        if (!seen.isEmpty()) {
            throw script.failure("expected nothing for " + Script.millis(duration.toNanos()) + " ms, seen: "
                    + seen.peek().segment());
        }
        script.line();
    }

    /** Checks that no line was left without a time, and that nothing came that no line expects. */
    void finish() {
        settle();
        if (!seen.isEmpty()) {
            throw script.failure("not expected by any line: "
                    + seen.stream().map(Seen::segment).toList());
        }
    }

    /** From here on nobody looks at what comes. */
    void stopsLooking() {
        socket.onDatagram(datagram -> script.trace(
                "       < " + new WireSegment(ByteBufUtil.getBytes(datagram.payload())) + " (not looked at)"));
    }

    private void settle() {
        if (open != null) {
            throw script.failure("a line without a time: " + open.line);
        }
    }

    /** When the expected segment must come. Times count from the last line of the script. */
    final class Expectation {

        private final SegmentScript line;

        private Expectation(SegmentScript line) {
            this.line = line;
        }

        /** It has come already, at this very instant. */
        WireSegment now() {
            return between(0, 0);
        }

        /** It comes some time until then. */
        WireSegment within(Duration limit) {
            return between(0, limit.toNanos());
        }

        /** It comes then; timers may be late by their tick of a millisecond. */
        WireSegment after(Duration delay) {
            return between(delay.toNanos(), delay.toNanos() + 1_000_000);
        }

        private WireSegment between(long from, long to) {
            open = null;
            long elapsed = script.nowNanos() - script.lastLineNanos();
            script.runUntil(() -> !seen.isEmpty(), Duration.ofNanos(Math.max(0, to - elapsed)));
            String when = from == to
                    ? "now"
                    : (from == 0 ? "within " : "after ") + Script.millis(from == 0 ? to : from) + " ms";
            if (seen.isEmpty()) {
                throw script.failure("expected " + when + ": " + line + "\nseen: nothing");
            }
            Seen first = seen.poll();
            List<String> wrong = line.differences(first.segment(), first.segment().seq - (Script.ISS + 1));
            long came = first.nanos() - script.lastLineNanos();
            if (came < from || came > to) {
                wrong.add("a time of " + Script.millis(came) + " ms");
            }
            if (!wrong.isEmpty()) {
                throw script.failure("expected " + when + ": " + line + "\nseen: " + first.segment() + "\ndifferent: "
                        + String.join("; ", wrong));
            }
            script.lineAt(first.nanos());
            return first.segment();
        }
    }
}
