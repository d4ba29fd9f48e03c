// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.tou.bench.Units;

/**
 * What is shown together under one heading: a connection, or the latencies.
 *
 * @param name the heading
 * @param facts what can be said in a word or two, by name
 * @param graphs that have something to show
 */
record Section(String name, Map<String, String> facts, List<Graph> graphs) {

    /** {@return the section of a connection} */
    static Section of(ConnectionTrace connection, String name, List<Graph> graphs) {
        Sending sending = connection.sending;
        Map<String, String> facts = new LinkedHashMap<>();
        if (connection.passive() != null) {
            facts.put("opened by", connection.passive() ? "the other end" : "this end");
        }
        facts.put("took", Units.nanos(connection.lastNanos() - connection.firstNanos()));
        facts.put("sent", Units.bytes(sending.sequenceSpace()) + " in " + Units.counted(sending.segments(), "segment"));
        facts.put(
                "received",
                Units.bytes(connection.receiving.sequenceSpace()) + " in "
                        + Units.counted(connection.receiving.segments(), "segment"));
        facts.put(
                "sent again",
                Units.grouped(sending.repetitions()) + " of " + Units.counted(sending.segments(), "segment"));
        facts.put("counted as lost", Units.bytes(sending.lostBytes()));
        facts.put("timeouts", Units.grouped(connection.expired.size()));
        if (connection.undone() > 0) {
            facts.put("reductions taken back", Units.grouped(connection.undone()));
        }
        if (!connection.roundTrip.isEmpty()) {
            facts.put("least round trip", Units.nanos(least(connection.roundTrip)));
        }
        return new Section(name, facts, graphs);
    }

    private static double least(Samples samples) {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < samples.size(); i++) {
            least = Math.min(least, samples.y(i));
        }
        return least;
    }

    /** {@return what was lost of the graphs by thinning them, in sentences by the graph's key} */
    static List<String> thinned(Graph graph, Thinning thinning) {
        List<String> notes = new ArrayList<>();
        double[] range = graph.range();
        for (Curve curve : graph.curves()) {
            int all = curve.samples().size();
            int drawn = thinning.of(curve, range[0], range[1]).size();
            if (drawn < all) {
                notes.add(curve.name() + ": " + Units.grouped(drawn) + " of " + Units.grouped(all));
            }
        }
        return notes.isEmpty()
                ? notes
                : List.of("Thinned to what " + Units.grouped(thinning.columns())
                        + " columns can show, with the least and the most of " + "each column ("
                        + String.join("; ", notes) + "). For all of a part: --from and --to.");
    }
}
