// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a process has told of its event loops at a moment.
 *
 * @param loops the event loops
 */
record Look(List<Row> loops) {

    private static final Comparator<Row> BY_ADDRESS = Comparator.<Row>comparingInt(
                    row -> row.text("local").length())
            .thenComparing(row -> row.text("local"))
            .thenComparingInt(row -> row.text("peer").length())
            .thenComparing(row -> row.text("peer"));

    /** {@return connections, in an order that stays} */
    List<Row> connections() {
        return parts("connections");
    }

    List<Row> listeners() {
        return parts("listeners");
    }

    List<Row> sockets() {
        return parts("sockets");
    }

    private List<Row> parts(String name) {
        return loops.stream()
                .flatMap(loop -> loop.parts(name).stream())
                .sorted(BY_ADDRESS)
                .toList();
    }

    /** {@return the event loops that have not told all} */
    List<Row> incomplete() {
        return loops.stream()
                .filter(loop -> !loop.text("answer").equals("complete"))
                .toList();
    }

    /** {@return the sum of a number of all event loops} */
    long sum(String name) {
        return loops.stream().mapToLong(loop -> loop.number(name)).sum();
    }

    /** {@return the numbers of a part, {@code states} or {@code drops}, summed up; only those that are not zero} */
    Map<String, Long> sums(String part, Glossary glossary) {
        Map<String, Long> sums = new LinkedHashMap<>();
        for (Glossary.Word word : glossary.of(part)) {
            long sum = loops.stream()
                    .mapToLong(loop -> loop.part(part).number(word.name()))
                    .sum();
            if (sum > 0) {
                sums.put(word.name(), sum);
            }
        }
        return sums;
    }

    /** {@return the connections by what names them} */
    Map<String, Row> byName() {
        Map<String, Row> byName = new LinkedHashMap<>();
        connections().forEach(connection -> byName.put(nameOf(connection), connection));
        return byName;
    }

    /** {@return what names a connection} */
    static String nameOf(Row connection) {
        return connection.text("local")
                + ' '
                + connection.text("peer")
                + ' '
                + connection.number("udp_port")
                + ' '
                + connection.number("peer_udp_port");
    }
}
