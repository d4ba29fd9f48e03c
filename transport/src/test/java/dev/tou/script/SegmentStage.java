// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.util.ArrayList;
import java.util.List;

import dev.tou.connection.TransmissionControlBlock;
import io.netty.channel.ChannelOption;

import static dev.tou.script.Segments.ack;
import static dev.tou.script.Segments.data;
import static dev.tou.script.Segments.fin;
import static dev.tou.script.Segments.flags;
import static dev.tou.script.Segments.rst;
import static dev.tou.script.Segments.rstAck;
import static dev.tou.script.Segments.syn;
import static dev.tou.script.Segments.synAck;

/** A connection in one state of the table, which one segment meets; the words are those of state-segment-matrix.txt. */
final class SegmentStage implements AutoCloseable {

    static final List<String> STATES = List.of(
            "CLOSED",
            "LISTEN",
            "SYN-SENT",
            "SYN-RECEIVED p",
            "SYN-RECEIVED a",
            "ESTABLISHED",
            "FIN-WAIT-1",
            "FIN-WAIT-2",
            "CLOSE-WAIT",
            "CLOSING",
            "LAST-ACK",
            "TIME-WAIT");

    static final List<String> SEGMENTS = List.of(
            "syn",
            "syn in window",
            "syn outside",
            "syn-ack",
            "syn-ack beyond",
            "ack old",
            "ack again",
            "ack exact",
            "ack beyond",
            "ack ancient",
            "ack outside",
            "data",
            "data ahead",
            "data old",
            "data outside",
            "data partly old",
            "data partly beyond",
            "fin",
            "fin unacking",
            "fin again",
            "fin outside",
            "rst",
            "rst in window",
            "rst old",
            "rst beyond",
            "rst-ack",
            "rst-ack beyond",
            "no flags",
            "bare text",
            "bare fin",
            "all flags");

    private static final int ISS = Script.ISS;
    private static final int IRS = Script.IRS;
    private static final int WINDOW = 4000;
    private static final int LARGEST_WINDOW = 65_535;
    private static final int CLOSED_PORT = 7001;
    private static final String NONE = ".";

    private final Script script = new Script("10.0.0.1", "10.0.0.2");
    private final ScriptedApp app = script.app();
    private final String begin;
    private ScriptedPeer peer;

    /** SND.UNA, SND.NXT, RCV.NXT: what the peer knows of them. */
    private int una = 1000;

    private int nxt = 1000;
    private int rcvNxt = IRS + 1;
    private SegmentScript segment;

    SegmentStage(String state) {
        begin = state;
        switch (state) {
            case "CLOSED", "LISTEN" -> listens();
            case "SYN-SENT" -> synSent();
            case "SYN-RECEIVED p" -> synReceived();
            case "SYN-RECEIVED a" -> openedAtTheSameTime();
            default -> accepted(state);
        }
        peer.takes();
        if (app.exists()) {
            app.takesNews();
        }
        if (!state().equals(NONE)) {
            throw failure("the play should begin in " + state + ", not in " + state());
        }
    }

    // --- the states ---

    private void listens() {
        peer = script.listens(server ->
                server.option(ChannelOption.SO_RCVBUF, WINDOW).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
    }

    private void synSent() {
        peer = script.connects(client ->
                client.option(ChannelOption.SO_RCVBUF, WINDOW).option(ChannelOption.ALLOW_HALF_CLOSURE, true));
        peer.expects(syn(ISS)).now();
        una = ISS;
        nxt = ISS + 1;
    }

    private void synReceived() {
        listens();
        peer.sends(syn(IRS).mss(1000));
        peer.expects(synAck(ISS, IRS + 1)).now();
        una = ISS;
        nxt = ISS + 1;
    }

    private void openedAtTheSameTime() {
        synSent();
        peer.sends(syn(IRS).mss(1000));
        peer.expects(synAck(ISS, IRS + 1)).now();
    }

    private void accepted(String state) {
        synReceived();
        peer.sends(ack(nxt));
        una = nxt;
        switch (state) {
            case "ESTABLISHED" -> writes();
            case "FIN-WAIT-1" -> finWait1();
            case "FIN-WAIT-2" -> finWait2();
            case "CLOSE-WAIT" -> closeWait();
            case "CLOSING" -> {
                finWait1();
                peer.sends(fin().ack(una));
                rcvNxt++;
            }
            case "LAST-ACK" -> {
                closeWait();
                app.shutsDownOutput();
                nxt++;
            }
            case "TIME-WAIT" -> {
                finWait2();
                peer.sends(fin().ack(nxt));
                rcvNxt++;
            }
            default -> throw new IllegalArgumentException(state);
        }
    }

    // Four bytes that are acknowledged, and four that are not.
    private void writes() {
        app.writes("abcd");
        peer.sends(ack(nxt + 4));
        app.writes("efgh");
        una += 4;
        nxt += 8;
    }

    private void finWait1() {
        writes();
        app.shutsDownOutput();
        nxt++;
    }

    private void finWait2() {
        app.shutsDownOutput();
        nxt++;
        una = nxt;
        peer.sends(ack(nxt));
    }

    private void closeWait() {
        peer.sends(fin().ack(nxt));
        rcvNxt++;
        writes();
    }

    // --- the segments ---

    void sends(String kind) {
        segment = segment(kind).win(LARGEST_WINDOW);
        if (segment.seq == null) {
            segment.seq(rcvNxt);
        }
        if (segment.ack == null && segment.has(WireSegment.ACK)) {
            segment.ack(nxt);
        }
        if (begin.equals("CLOSED")) {
            segment.to(CLOSED_PORT);
        }
        peer.sends(segment);
    }

    private SegmentScript segment(String kind) {
        return switch (kind) {
            case "syn" -> syn(IRS);
            case "syn in window" -> syn(rcvNxt + 10);
            case "syn outside" -> syn(rcvNxt - 1_000_000);
            case "syn-ack" -> synAck().seq(IRS);
            case "syn-ack beyond" -> synAck(IRS, nxt + 1);
            case "ack old" -> ack(una - 1);
            case "ack again" -> ack(una);
            case "ack exact" -> ack(nxt);
            case "ack beyond" -> ack(nxt + 1);
            case "ack ancient" -> ack(una - LARGEST_WINDOW - 1);
            case "ack outside" -> ack().seq(rcvNxt - 1);
            case "data" -> data(4);
            case "data ahead" -> data(4).seq(rcvNxt + 100);
            case "data old" -> data(4).seq(rcvNxt - 4);
            case "data outside" -> data(4).seq(rcvNxt + WINDOW);
            case "data partly old" -> data(4).seq(rcvNxt - 2);
            case "data partly beyond" -> data(WINDOW + 4);
            case "fin" -> fin();
            case "fin unacking" -> fin().ack(una);
            case "fin again" -> fin().seq(rcvNxt - 1);
            case "fin outside" -> fin().seq(rcvNxt + WINDOW);
            case "rst" -> rst(rcvNxt);
            case "rst in window" -> rst(rcvNxt + 1);
            case "rst old" -> rst(rcvNxt - 1);
            case "rst beyond" -> rst(rcvNxt + WINDOW);
            case "rst-ack" -> rstAck();
            case "rst-ack beyond" -> rstAck().ack(nxt + 1);
            case "no flags" -> flags(0);
            case "bare text" -> flags(WireSegment.PSH).bytes(4);
            case "bare fin" -> flags(WireSegment.FIN);
            case "all flags" -> flags(0xFF);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    // --- what follows ---

    /** {@return the name of what was sent at once in answer} */
    String reply() {
        List<String> names = new ArrayList<>();
        int window = Integer.MAX_VALUE;
        for (WireSegment reply : peer.takes()) {
            String name = name(reply);
            // Once the application has read, a second acknowledgment may tell of a larger window.
            boolean update = names.contains(name) && name.startsWith("ACK") && reply.window > window;
            if (!update) {
                names.add(name);
            }
            window = reply.window;
        }
        return names.isEmpty() ? NONE : String.join(", ", names);
    }

    private String name(WireSegment reply) {
        int bits = reply.flags & ~WireSegment.PSH;
        int beyond = reply.ack - rcvNxt;
        if (bits == WireSegment.ACK && reply.seq == nxt && reply.payload.length == 0 && beyond >= 0) {
            return beyond == 0 ? "ACK" : "ACK+" + beyond;
        }
        if (bits == WireSegment.RST && reply.seq == segment.ack) {
            return "RST";
        }
        int end = segment.seq + segment.sequenceLength();
        if (bits == (WireSegment.RST | WireSegment.ACK) && reply.seq == 0 && reply.ack == end) {
            return "RST-ACK";
        }
        // A new connection begins beyond the old one.
        boolean ownNumber = begin.equals("TIME-WAIT") ? reply.seq - nxt > LARGEST_WINDOW : reply.seq == ISS;
        if (bits == (WireSegment.SYN | WireSegment.ACK) && ownNumber && reply.ack == segment.seq + 1) {
            return "SYN-ACK";
        }
        return reply.toString();
    }

    /** {@return what the user has been told} */
    String news() {
        List<String> news = app.exists() ? app.takesNews() : List.of();
        return news.isEmpty() ? NONE : String.join(", ", news);
    }

    /** {@return the name of the state now, or "." if it is that of the beginning} */
    String state() {
        String now = nameOfState();
        return begin.split(" ")[0].equals(now) ? NONE : now;
    }

    private String nameOfState() {
        List<TransmissionControlBlock> all = new ArrayList<>();
        script.resources().shards().forEach(shard -> shard.connections().forEach(all::add));
        if (all.size() + script.timeWaitRecords() > 1) {
            throw failure("there should be one connection, not " + all);
        }
        if (script.timeWaitRecords() > 0) {
            return "TIME-WAIT";
        }
        if (all.isEmpty()) {
            return listensStill() ? "LISTEN" : "CLOSED";
        }
        return all.get(0).state().toString();
    }

    // Where there was a listener and no more than that, it must go on.
    private boolean listensStill() {
        if (!begin.equals("LISTEN") && !begin.equals("SYN-RECEIVED p")) {
            return false;
        }
        ScriptedPeer other = script.newPeer(Script.CLIENT_PORT + 1 + (segment == null ? 0 : 1));
        other.sends(syn(IRS));
        boolean answered = other.takes().stream().anyMatch(reply -> reply.has(WireSegment.SYN));
        other.sends(rst(IRS + 1));
        return answered;
    }

    void finish() {
        script.finish();
    }

    AssertionError failure(String what) {
        return script.failure(what);
    }

    @Override
    public void close() {
        script.close();
    }
}
