// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.tou.bench.plot.Curve.Form;
import dev.tou.bench.plot.Graph.Axis;
import dev.tou.telemetry.CongestionState;
import dev.tou.telemetry.Limit;
import org.HdrHistogram.Histogram;

/**
 * Which graphs a connection gets: what is drawn together, and what each curve is called.
 *
 * <p>All graphs over time have the same time axis, so that what happens together stands together.
 */
final class Graphs {

    /** A direction that has less than this share of the text of the other one gets no graph of its own. */
    private static final double WORTH_A_GRAPH = 0.01;

    /** Rows of the graph of what limited, from the lowest up. */
    private static final List<Row> ROWS = List.of(
            new Row(Limit.IDLE.name(), Limit.IDLE.label(), Role.GRAY),
            new Row(Limit.UDP_CHANNEL.name(), Limit.UDP_CHANNEL.label(), Role.FIFTH),
            new Row(Limit.SMALL_SEGMENT.name(), Limit.SMALL_SEGMENT.label(), Role.FIFTH),
            new Row(Limit.APPLICATION.name(), Limit.APPLICATION.label(), Role.THIRD),
            new Row(Limit.SEND_BUFFER.name(), Limit.SEND_BUFFER.label(), Role.FIFTH),
            new Row(Limit.RECEIVE_WINDOW.name(), Limit.RECEIVE_WINDOW.label(), Role.FOURTH),
            new Row(Limit.PACING.name(), Limit.PACING.label(), Role.PIPE),
            new Row(Limit.CONGESTION_WINDOW.name(), Limit.CONGESTION_WINDOW.label(), Role.FIRST),
            new Row(CongestionState.RECOVERY.name(), "recovery", Role.SECOND),
            new Row(CongestionState.LOSS.name(), "loss (RTO)", Role.RETRANSMITTED));

    /**
     * A row of the graph of what limited.
     *
     * @param key the constant in the trace
     * @param label how people call it
     */
    private record Row(String key, String label, Role role) {}

    private final ConnectionTrace connection;
    private final ConnectionTrace otherEnd;
    private final double from;
    private final double to;
    private final double zero;

    /**
     * @param connection to draw
     * @param otherEnd the same connection as its other end saw it, null if that was not traced
     * @param zero where time begins, in nanoseconds since the time of reference
     * @param from what part to draw, in nanoseconds since {@code zero}
     * @param to its end; infinite for all
     */
    Graphs(ConnectionTrace connection, ConnectionTrace otherEnd, double zero, double from, double to) {
        this.connection = connection;
        this.otherEnd = otherEnd;
        this.zero = zero;
        this.from = zero + from;
        this.to = zero + to;
    }

    /** {@return the graphs that have something to show, in the order in which they are read} */
    List<Graph> all() {
        List<Graph> graphs = new ArrayList<>();
        long out = connection.sending.sequenceSpace();
        long in = connection.receiving.sequenceSpace();
        if (out >= WORTH_A_GRAPH * in) {
            graphs.add(sent());
        }
        if (in >= WORTH_A_GRAPH * out) {
            graphs.add(received());
        }
        graphs.add(limited());
        graphs.add(windows());
        graphs.add(roundTrips());
        graphs.add(goodput());
        graphs.removeIf(Graph::isEmpty);
        return graphs;
    }

    private Axis time() {
        double begin = Math.max(from, connection.firstNanos());
        double end = Math.max(begin, Math.min(to, connection.lastNanos()));
        return Axis.of("time since the first event", Quantity.TIME, end - zero).over(begin, end, zero);
    }

    private Curve curve(String name, Role role, Form form, Samples samples) {
        return new Curve(name, role, form, form == Form.STEP ? samples.holding(from, to) : samples.between(from, to));
    }

    private static Axis upTo(String name, Quantity quantity, List<Curve> curves) {
        double largest = curves.stream()
                .mapToDouble(curve -> curve.samples().largestY())
                .max()
                .orElse(0);
        return Axis.of(name, quantity, largest);
    }

    private static List<Curve> present(Curve... curves) {
        return List.of(curves).stream()
                .filter(curve -> curve.samples().hasValues())
                .toList();
    }

    private Graph sent() {
        Sending sending = connection.sending;
        List<Curve> curves = present(
                curve("window edge (SND.UNA + SND.WND)", Role.WINDOW_EDGE, Form.STEP, sending.edge),
                curve("acknowledged (SND.UNA)", Role.ACKNOWLEDGED, Form.STEP, sending.acknowledged),
                curve("sent", Role.SENT, Form.BARS, sending.sent),
                curve("tail loss probe", Role.PROBE, Form.RINGS, sending.probes),
                curve("counted as lost", Role.LOST, Form.CROSSES, sending.lost),
                // Often it leaves the moment that it counts as lost, so it is drawn over the cross, whose arms are
                // longer.
                curve("sent again", Role.RETRANSMITTED, Form.DIAMONDS, sending.retransmitted),
                curve("RTO expired", Role.TIMEOUT, Form.TRIANGLES, sending.timeouts));
        return new Graph(
                "time-sequence",
                "Time-sequence, sent",
                "Each bar is text that leaves; between it and the line of what is acknowledged lies one round trip. "
                        + "A diamond is text sent again, below the front, a cross what counts as lost, a ring a probe; the upper line is "
                        + "what the receiver allows.",
                time(),
                upTo("sequence number since the first", Quantity.BYTES, curves),
                curves);
    }

    private Graph received() {
        Receiving receiving = connection.receiving;
        List<Curve> curves = present(
                curve("receive buffer edge", Role.WINDOW_EDGE, Form.STEP, receiving.edge),
                curve("complete (RCV.NXT)", Role.ACKNOWLEDGED, Form.STEP, receiving.next),
                curve("came in order", Role.SENT, Form.BARS, receiving.inOrder),
                curve("came out of order", Role.SECOND, Form.BARS, receiving.outOfOrder),
                curve("came again", Role.RETRANSMITTED, Form.DIAMONDS, receiving.duplicate));
        return new Graph(
                "time-sequence-received",
                "Time-sequence, received",
                "Each bar is text that comes. While the line of what is complete stands still, something is missing, and what comes "
                        + "meanwhile waits out of order. A diamond is what was there already.",
                time(),
                upTo("sequence number since the first", Quantity.BYTES, curves),
                curves);
    }

    private Graph limited() {
        List<Curve> curves = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        double length = Math.min(to, connection.lastNanos()) - Math.max(from, connection.firstNanos());
        for (Row row : ROWS) {
            Spells spells = row.key().equals(CongestionState.RECOVERY.name())
                            || row.key().equals(CongestionState.LOSS.name())
                    ? connection.recovery
                    : connection.limits;
            Samples spans = spells.of(row.key());
            if (spans != null && spells.nanos(row.key(), from, to) > 0) {
                double share = spells.nanos(row.key(), from, to) / length;
                String name = row.label() + " " + (share < 0.005 ? "<1%" : Math.round(100 * share) + "%");
                curves.add(new Curve(name, row.role(), Form.SPANS, inRow(spans, rows.size())));
                rows.add(row.label());
            }
        }
        return new Graph(
                "limited-by",
                "What limited sending, for what share of the time",
                "Once the handshake is done, one of the lower rows holds at any time: what kept the connection from sending more. During "
                        + "the handshake none does. The rows of recovery and loss say when a loss was being repaired.",
                time(),
                Axis.of("limit", Quantity.ROWS, 0),
                curves,
                rows);
    }

    private Samples inRow(Samples spans, int row) {
        Samples moved = Samples.extended();
        for (int i = 0; i < spans.size(); i++) {
            if (spans.end(i) > from && spans.x(i) < to) {
                moved.add(Math.max(from, spans.x(i)), row, Math.min(to, spans.end(i)));
            }
        }
        return moved;
    }

    private Graph windows() {
        List<Curve> curves = present(
                curve("flight (SND.NXT - SND.UNA)", Role.ACKNOWLEDGED, Form.STEP, connection.sending.flight),
                curve("on the path (pipe)", Role.PIPE, Form.STEP, connection.pipe),
                curve("ssthresh", Role.THRESHOLD, Form.STEP, connection.ssthresh),
                curve("cwnd", Role.SENT, Form.STEP, connection.cwnd));
        return new Graph(
                "window",
                "Congestion window and flight",
                "Where the flight touches cwnd, the congestion window limits. A loss makes cwnd fall, to about ssthresh; below ssthresh it "
                        + "grows fast (slow start), above it slowly.",
                time(),
                upTo("size", Quantity.BYTES, curves),
                curves);
    }

    private Graph roundTrips() {
        List<Curve> curves = present(
                curve("RTO", Role.THRESHOLD, Form.STEP, connection.rto),
                curve("RTT sample", Role.PIPE, Form.DOTS, connection.roundTrip),
                curve("SRTT", Role.SENT, Form.STEP, connection.srtt),
                curve("RTO expired", Role.TIMEOUT, Form.TRIANGLES, connection.expired));
        return new Graph(
                "rtt",
                "Round trips and retransmission timeout",
                "Samples that rise with the window are a queue that fills. The RTO keeps its distance by their variation; a triangle is a "
                        + "timeout that has passed, as long as it was.",
                time(),
                // In the unit of the round trips: the timeout may be a hundred of them.
                Axis.of("duration", Quantity.TIME, connection.roundTrip.largestY())
                        .inDecades(),
                curves);
    }

    private Graph goodput() {
        Goodput bins = Goodput.over(Math.max(from, connection.firstNanos()), Math.min(to, connection.lastNanos()));
        List<Curve> curves = new ArrayList<>();
        long out = connection.sending.sequenceSpace();
        long in = connection.receiving.sequenceSpace();
        if (out >= WORTH_A_GRAPH * in) {
            curves.add(curve("acknowledged", Role.ACKNOWLEDGED, Form.STEP, bins.rate(connection.sending.acknowledged)));
            if (otherEnd != null) {
                Samples complete = otherEnd.receiving.next;
                curves.add(curve("delivered at the other end", Role.FIRST, Form.STEP, bins.rate(complete)));
            }
        }
        if (in >= WORTH_A_GRAPH * out) {
            curves.add(curve("delivered here", Role.SECOND, Form.STEP, bins.rate(connection.receiving.next)));
        }
        return new Graph(
                "goodput",
                "Goodput",
                "Text that arrived complete and in order, each byte counted once, in bins of " + bins.label() + ".",
                time(),
                upTo("rate in bins of " + bins.label(), Quantity.RATE, curves),
                present(curves.toArray(Curve[]::new)));
    }

    /** {@return the percentiles of one or more measurements, drawn over each other} */
    static Graph latencies(Map<String, Histogram> series) {
        List<Curve> curves = new ArrayList<>();
        double least = Double.MAX_VALUE;
        for (Map.Entry<String, Histogram> entry : series.entrySet()) {
            Samples samples = Latencies.byNines(entry.getValue());
            curves.add(new Curve(entry.getKey(), Role.ofSeries(curves.size()), Form.LINE, samples));
            least = Math.min(least, entry.getValue().getTotalCount());
        }
        return new Graph(
                "latency",
                "Latency by percentile",
                "So many percent of the requests took at most so long. Each step to the right is a tenth of the requests of the step "
                        + "before; a curve ends where one request is left.",
                Axis.of("percentile of the requests", Quantity.NINES, 0),
                upTo("latency", Quantity.TIME, curves),
                curves);
    }
}
