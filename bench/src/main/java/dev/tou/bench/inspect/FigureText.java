// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.tou.bench.Units;

/** The figures of a connection as {@code ss -ti} writes them: times in milliseconds, rates in bits, what is zero left out. */
final class FigureText {

    /**
     * A piece of text that stays in one line.
     *
     * @param names the items that it shows
     */
    record Field(String text, List<String> names) {}

    /** What is worth a word although it is zero. */
    private static final Set<String> ALWAYS = Set.of("mss", "rto", "rtt", "cwnd", "segs_out", "segs_in");

    /** What has a place of its own on the screen. */
    private static final Set<String> ELSEWHERE = Set.of(
            "local", "peer", "udp_port", "peer_udp_port", "passive", "orphan", "age", "state", "unread", "rttvar");

    private static final Set<String> WORDS = Set.of("cong", "options");

    private static final double NANOS_PER_MILLI = 1e6;

    private FigureText() {}

    /** {@return what is worth to be shown of a connection, in the order of the process} */
    static List<Field> of(Row connection, Glossary glossary) {
        List<Field> fields = new ArrayList<>();
        for (Glossary.Word word : glossary.of("connection")) {
            String name = word.name();
            if (ELSEWHERE.contains(name)) {
                continue;
            }
            String text = connection.text(name);
            if (!text.isEmpty()) {
                fields.add(new Field(WORDS.contains(name) ? text : name + ':' + text, List.of(name)));
            } else if (connection.has(name) && (connection.number(name) != 0 || ALWAYS.contains(name))) {
                fields.add(figure(connection, word));
            }
        }
        return fields;
    }

    private static Field figure(Row connection, Glossary.Word word) {
        String name = word.name();
        long value = connection.number(name);
        if (name.equals("rtt")) {
            String both = millis(value) + '/' + millis(connection.number("rttvar"));
            return new Field("rtt:" + both, List.of("rtt", "rttvar"));
        }
        String text = switch (word.unit()) {
            case "bytes/s" -> ' ' + bits(value);
            case "ns" -> ':' + millis(value) + share(connection, name, value);
            default -> ":" + value;
        };
        return new Field(name + text, List.of(name));
    }

    private static String share(Row connection, String name, long value) {
        if (name.equals("busy")) {
            return "ms";
        }
        return name.endsWith("_limited")
                ? Units.format("ms(%.1f%%)", 100.0 * value / Math.max(1, connection.number("busy")))
                : "";
    }

    /** {@return nanoseconds as milliseconds, as short as they are exact to the microsecond} */
    static String millis(long nanos) {
        return Units.format("%.3f", nanos / NANOS_PER_MILLI).replaceAll("\\.?0+$", "");
    }

    private static String bits(long bytesPerSecond) {
        double bits = 8.0 * bytesPerSecond;
        if (bits >= 1e9) {
            return Units.format("%.1fGbps", bits / 1e9);
        }
        return bits >= 1e6 ? Units.format("%.1fMbps", bits / 1e6) : Units.format("%.1fkbps", bits / 1e3);
    }

    /** {@return an item with its unit, for people} */
    static String spelled(Row connection, Glossary.Word word) {
        String name = word.name();
        if (!connection.has(name)) {
            return connection.items().get(name) instanceof Boolean flag ? (flag ? "yes" : "no") : connection.text(name);
        }
        long value = connection.number(name);
        return switch (word.unit()) {
            case "bytes" -> Units.grouped(value) + " B";
            case "bytes/s" -> Units.bitsPerSecond(8.0 * value);
            case "ns" -> time(value);
            default -> Units.grouped(value);
        };
    }

    /** {@return a time as {@code 0.113 ms}, {@code 12.5 ms} or {@code 3.21 s}} */
    static String time(long nanos) {
        return nanos < 1_000_000_000L ? millis(nanos) + " ms" : Units.format("%.2f s", nanos / 1e9);
    }
}
