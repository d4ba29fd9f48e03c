// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation.drawing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.tou.telemetry.CongestionState;
import dev.tou.telemetry.Limit;

/** Lays out the panels: sequence numbers, what limits, windows, round trips; one axis of time under all of them. */
final class Picture {

    private static final int WIDTH = 1500;
    private static final int LEFT = 90;
    private static final int ROWS_OF_WORDS = 6;
    private static final int RIGHT = WIDTH - 24;
    private static final int SEQUENCE_TOP = 84;
    private static final int SEQUENCE_BOTTOM = 640;
    private static final int LIMITS_TOP = 668;
    private static final int LIMITS_BOTTOM = 686;
    private static final int WINDOWS_TOP = 726;
    private static final int WINDOWS_BOTTOM = 926;
    private static final int TRIPS_TOP = 966;
    private static final int TRIPS_BOTTOM = 1146;
    private static final int HEIGHT = 1190;

    private static final String BLUE = "#1f5fa8";
    private static final String RED = "#c1121f";
    private static final String GREEN = "#1b7f3b";
    private static final String ORANGE = "#d98200";
    private static final String PURPLE = "#7b3fa0";
    private static final String GREY = "#8a8a8a";

    private static final Map<Limit, String> COLORS = Map.of(
            Limit.IDLE, "#eeeeee",
            Limit.APPLICATION, "#bcd9f2",
            Limit.SEND_BUFFER, "#f2b8d4",
            Limit.RECEIVE_WINDOW, "#f5c76b",
            Limit.CONGESTION_WINDOW, "#5b8fc7",
            Limit.PACING, "#8fcf9b",
            Limit.SMALL_SEGMENT, "#c9b3dd",
            Limit.UDP_CHANNEL, "#b08968");

    private final String title;
    private final String where;
    private final Flow flow;
    private final Decisions decisions;
    private final List<Drawing.Mark> marks;
    private final Svg svg = new Svg(WIDTH, HEIGHT);
    private final long beginNanos;
    private final long endNanos;
    private final Scale time;

    /** An entry of a legend. */
    private record Key(String label, String color, String kind) {}

    /** @param where which test, and which seed, so that it can be drawn again */
    Picture(String title, String where, Flow flow, Decisions decisions, List<Drawing.Mark> marks) {
        this.title = title;
        this.where = where;
        this.flow = flow;
        this.decisions = decisions;
        this.marks = marks;
        beginNanos = flow.sent().get(0).nanos;
        long end = flow.sent().get(flow.sent().size() - 1).nanos;
        if (!flow.acks().isEmpty()) {
            end = Math.max(end, flow.acks().get(flow.acks().size() - 1).nanos());
        }
        endNanos = Math.max(end, beginNanos + 1);
        double margin = 0.01 * (endNanos - beginNanos);
        time = Scale.linear(-margin, endNanos - beginNanos + margin, LEFT, RIGHT);
    }

    String svg() {
        heading();
        sequence();
        limits();
        windows();
        roundTrips();
        return svg.finish();
    }

    private double x(long nanos) {
        return time.at(nanos - beginNanos);
    }

    private void heading() {
        svg.words(LEFT, 26, "start", "font-size='17' font-weight='bold'", title);
        svg.words(RIGHT, 26, "end", "font-size='11' fill='#777'", where);
        long again = flow.sent().stream().filter(segment -> segment.again).count();
        long lost = flow.sent().stream().filter(segment -> segment.lost).count();
        double seconds = (endNanos - beginNanos) / 1e9;
        String facts = Drawing.text(
                "%s · %s in %s · %.3f Mbit/s · %d segments, %d sent again, %d lost on the wire, %d timeouts",
                flow.id(),
                Scale.bytes(flow.una()),
                Scale.time(endNanos - beginNanos),
                flow.una() * 8 / seconds / 1e6,
                flow.sent().size(),
                again,
                lost,
                decisions.timeouts());
        svg.words(LEFT, 46, "start", "fill='#444'", facts);
    }

    // --- sequence numbers ---

    private void sequence() {
        Scale y = Scale.linear(0, 1.02 * flow.highest(), SEQUENCE_BOTTOM, SEQUENCE_TOP);
        frame("sequence number", SEQUENCE_TOP, SEQUENCE_BOTTOM, y, true, 10);
        legend(
                SEQUENCE_TOP,
                new Key("sent", BLUE, "upright"),
                new Key("sent again", RED, "upright"),
                new Key("lost on the wire", "#000", "cross"),
                new Key("acknowledged", GREEN, "line"),
                new Key("reported (SACK)", PURPLE, "upright"),
                new Key("window edge", ORANGE, "dash"),
                new Key("recovery", "#ffe3b8", "area"),
                new Key("after timeout", "#ffd0d0", "area"));
        svg.clip("sequence", LEFT, SEQUENCE_TOP, RIGHT - LEFT, SEQUENCE_BOTTOM - SEQUENCE_TOP);
        recoveries(SEQUENCE_TOP, SEQUENCE_BOTTOM);
        Svg.Strokes sent = new Svg.Strokes(1);
        Svg.Strokes again = new Svg.Strokes(6);
        Svg.Strokes lost = new Svg.Strokes(1);
        for (Flow.Sent segment : flow.sent()) {
            (segment.again ? again : sent).upright(x(segment.nanos), y.at(segment.seq), y.at(segment.end));
            if (segment.lost) {
                lost.cross(x(segment.nanos), (y.at(segment.seq) + y.at(segment.end)) / 2, 4);
            }
        }
        Svg.Strokes acked = new Svg.Strokes(1);
        Svg.Strokes edge = new Svg.Strokes(1);
        Svg.Strokes reported = new Svg.Strokes(1);
        long una = 0;
        for (Flow.Ack ack : flow.acks()) {
            una = Math.max(una, ack.ack());
            acked.step(x(ack.nanos()), y.at(una));
            edge.step(x(ack.nanos()), y.at(ack.edge()));
            for (int i = 0; i < ack.sack().length; i += 2) {
                reported.upright(x(ack.nanos()), y.at(ack.sack()[i]), y.at(ack.sack()[i + 1]));
            }
        }
        svg.path(edge, "stroke='" + ORANGE + "' stroke-dasharray='6 4'");
        svg.path(reported, "stroke='" + PURPLE + "' stroke-width='1' opacity='0.55'");
        svg.path(acked, "stroke='" + GREEN + "' stroke-width='1.4'");
        svg.path(sent, "stroke='" + BLUE + "' stroke-width='1.6'");
        svg.path(again, "stroke='" + RED + "' stroke-width='3'");
        svg.path(lost, "stroke='#000' stroke-width='1.3'");
        svg.endClip();
        events();
    }

    private void recoveries(int top, int bottom) {
        for (int i = 0; i < decisions.recoveries.size(); i++) {
            Decisions.Phase<CongestionState> phase = decisions.recoveries.get(i);
            if (phase.what() != CongestionState.OPEN) {
                long until = i + 1 < decisions.recoveries.size()
                        ? decisions.recoveries.get(i + 1).nanos()
                        : endNanos;
                String color = phase.what() == CongestionState.LOSS ? "#ffd0d0" : "#ffe3b8";
                double width = Math.max(1, x(until) - x(phase.nanos()));
                svg.rectangle(x(phase.nanos()), top, width, bottom - top, "fill='" + color + "' opacity='0.6'");
            }
        }
    }

    // Words that would lie on others go below them; where that is too much they are left out, and their lines remain.
    private void events() {
        List<Decisions.Event> all = new ArrayList<>(decisions.events);
        marks.forEach(mark -> all.add(new Decisions.Event(mark.nanos(), mark.label(), "#000")));
        all.sort((a, b) -> Long.compare(a.nanos(), b.nanos()));
        double[] free = new double[ROWS_OF_WORDS];
        for (Decisions.Event event : all) {
            double at = x(event.nanos());
            if (at < LEFT || at > RIGHT) {
                continue;
            }
            String line = "stroke='" + event.color() + "' stroke-dasharray='2 3' opacity='0.8'";
            svg.line(at, SEQUENCE_TOP, at, SEQUENCE_BOTTOM, line);
            int row = 0;
            while (row < ROWS_OF_WORDS && at < free[row]) {
                row++;
            }
            if (row < ROWS_OF_WORDS) {
                String look = "font-size='10' fill='" + event.color() + "'";
                svg.words(at + 3, SEQUENCE_TOP + 12 + 13 * row, "start", look, event.label());
                free[row] = at + 8 + 6.2 * event.label().length();
            }
        }
    }

    // --- what limits ---

    private void limits() {
        svg.words(LEFT - 8, LIMITS_BOTTOM - 4, "end", "font-size='11'", "limited by");
        Map<Limit, Boolean> seen = new LinkedHashMap<>();
        svg.clip("limits", LEFT, LIMITS_TOP, RIGHT - LEFT, LIMITS_BOTTOM - LIMITS_TOP);
        double from = LEFT;
        Limit what = Limit.IDLE;
        for (Decisions.Phase<Limit> phase : decisions.limits) {
            from = limited(what, from, x(phase.nanos()), seen);
            what = phase.what();
        }
        limited(what, from, RIGHT, seen);
        svg.endClip();
        svg.rectangle(LEFT, LIMITS_TOP, RIGHT - LEFT, LIMITS_BOTTOM - LIMITS_TOP, "fill='none' stroke='#999'");
        Key[] keys = seen.keySet().stream()
                .map(limit -> new Key(limit.toString().toLowerCase().replace('_', ' '), COLORS.get(limit), "area"))
                .toArray(Key[]::new);
        legend(LIMITS_TOP, keys);
    }

    private double limited(Limit what, double from, double to, Map<Limit, Boolean> seen) {
        if (to - from < 0.05) {
            return from;
        }
        seen.put(what, true);
        svg.rectangle(
                from, LIMITS_TOP, to - from + 0.05, LIMITS_BOTTOM - LIMITS_TOP, "fill='" + COLORS.get(what) + "'");
        return to;
    }

    // --- windows ---

    private void windows() {
        double most = 1;
        for (Decisions.Value value : decisions.cwnd) {
            most = Math.max(most, value.value());
        }
        for (Flow.Sent segment : flow.sent()) {
            most = Math.max(most, segment.outstanding);
        }
        Scale y = Scale.linear(0, 1.05 * most, WINDOWS_BOTTOM, WINDOWS_TOP);
        frame("windows", WINDOWS_TOP, WINDOWS_BOTTOM, y, true, 5);
        legend(
                WINDOWS_TOP,
                new Key("congestion window", BLUE, "line"),
                new Key("slow start threshold", ORANGE, "dash"),
                new Key("outstanding", GREY, "line"));
        svg.clip("windows", LEFT, WINDOWS_TOP, RIGHT - LEFT, WINDOWS_BOTTOM - WINDOWS_TOP);
        recoveries(WINDOWS_TOP, WINDOWS_BOTTOM);
        svg.path(outstanding(y), "stroke='" + GREY + "'");
        steps(decisions.ssthresh, y, "stroke='" + ORANGE + "' stroke-width='1.4' stroke-dasharray='6 4'");
        steps(decisions.cwnd, y, "stroke='" + BLUE + "' stroke-width='1.6'");
        svg.endClip();
    }

    private Svg.Strokes outstanding(Scale y) {
        Svg.Strokes strokes = new Svg.Strokes(1);
        int ack = 0;
        for (Flow.Sent segment : flow.sent()) {
            for (; ack < flow.acks().size() && flow.acks().get(ack).nanos() <= segment.nanos; ack++) {
                strokes.step(
                        x(flow.acks().get(ack).nanos()),
                        y.at(flow.acks().get(ack).outstanding()));
            }
            strokes.step(x(segment.nanos), y.at(segment.outstanding));
        }
        for (; ack < flow.acks().size(); ack++) {
            strokes.step(
                    x(flow.acks().get(ack).nanos()), y.at(flow.acks().get(ack).outstanding()));
        }
        return strokes;
    }

    private void steps(List<Decisions.Value> values, Scale y, String style) {
        Svg.Strokes strokes = new Svg.Strokes(1);
        values.forEach(value -> strokes.step(Math.max(LEFT, x(value.nanos())), y.at(value.value())));
        strokes.hold(x(endNanos));
        svg.path(strokes, style);
    }

    // --- round trips ---

    private void roundTrips() {
        double least = Double.MAX_VALUE;
        double most = 0;
        for (List<Decisions.Value> values : List.of(decisions.samples, decisions.srtt, decisions.rto)) {
            for (Decisions.Value value : values) {
                least = Math.min(least, Math.max(1000, value.value()));
                most = Math.max(most, value.value());
            }
        }
        boolean powers = most > 20 * least && most > 0;
        Scale y = powers
                ? Scale.logarithmic(0.8 * least, 1.2 * most, TRIPS_BOTTOM, TRIPS_TOP)
                : Scale.linear(0, Math.max(1, 1.1 * most), TRIPS_BOTTOM, TRIPS_TOP);
        frame("round trip", TRIPS_TOP, TRIPS_BOTTOM, y, false, 5);
        legend(
                TRIPS_TOP,
                new Key("sample", GREY, "dot"),
                new Key("smoothed", BLUE, "line"),
                new Key("retransmission timeout", RED, "dash"));
        svg.clip("trips", LEFT, TRIPS_TOP, RIGHT - LEFT, TRIPS_BOTTOM - TRIPS_TOP);
        double lastX = Double.NEGATIVE_INFINITY;
        double lastY = 0;
        for (Decisions.Value sample : decisions.samples) {
            double atX = x(sample.nanos());
            double atY = y.at(sample.value());
            if (Math.abs(atX - lastX) > 0.5 || Math.abs(atY - lastY) > 0.5) {
                svg.circle(atX, atY, 1.6, "fill='" + GREY + "'");
                lastX = atX;
                lastY = atY;
            }
        }
        steps(decisions.rto, y, "stroke='" + RED + "' stroke-width='1.2' stroke-dasharray='6 4'");
        steps(decisions.srtt, y, "stroke='" + BLUE + "' stroke-width='1.6'");
        svg.endClip();
        for (double tick : time.ticks(12)) {
            svg.words(time.at(tick), TRIPS_BOTTOM + 18, "middle", "font-size='11'", Scale.time(tick));
        }
        svg.words((LEFT + RIGHT) / 2.0, TRIPS_BOTTOM + 36, "middle", "fill='#444'", "time since the first segment");
    }

    // --- what every panel has ---

    private void frame(String name, int top, int bottom, Scale y, boolean bytes, int ticks) {
        for (double tick : y.ticks(ticks)) {
            svg.line(LEFT, y.at(tick), RIGHT, y.at(tick), "stroke='#e4e4e4'");
            String label = bytes ? Scale.bytes(tick) : Scale.time(tick);
            svg.words(LEFT - 8, y.at(tick) + 4, "end", "font-size='11'", label);
        }
        for (double tick : time.ticks(12)) {
            svg.line(time.at(tick), top, time.at(tick), bottom, "stroke='#f0f0f0'");
        }
        svg.rectangle(LEFT, top, RIGHT - LEFT, bottom - top, "fill='none' stroke='#999'");
        svg.words(LEFT, top - 8, "start", "font-weight='bold'", name);
    }

    private void legend(int top, Key... keys) {
        double at = RIGHT;
        for (int i = keys.length - 1; i >= 0; i--) {
            Key key = keys[i];
            at -= 6.6 * key.label().length();
            svg.words(at, top - 8, "start", "font-size='11'", key.label());
            at -= 30;
            sample(key, at, top - 12);
            at -= 12;
        }
    }

    private void sample(Key key, double x, double y) {
        String stroke = "stroke='" + key.color() + "' stroke-width='2'";
        switch (key.kind()) {
            case "upright" -> svg.line(x + 13, y - 6, x + 13, y + 6, stroke);
            case "dash" -> svg.line(x, y, x + 24, y, stroke + " stroke-dasharray='6 4'");
            case "dot" -> svg.circle(x + 13, y, 2.5, "fill='" + key.color() + "'");
            case "area" -> svg.rectangle(x, y - 6, 24, 11, "fill='" + key.color() + "' stroke='#bbb'");
            case "cross" -> {
                Svg.Strokes cross = new Svg.Strokes(1);
                cross.cross(x + 13, y, 4);
                svg.path(cross, stroke);
            }
            default -> svg.line(x, y, x + 24, y, stroke);
        }
    }
}
