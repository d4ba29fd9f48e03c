// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.tou.bench.Console;

/** A sentence about everything that a screen shows, by what it is about. */
final class Explanation {

    /** The columns and words that are ours; all others are the process's own. */
    private static final List<Glossary.Word> OURS = List.of(
            new Glossary.Word(
                    "Recv-Q",
                    "bytes",
                    "What has come in order and the application has not read. Of a listener:"
                            + " connections that wait for accept."),
            new Glossary.Word(
                    "Send-Q",
                    "bytes",
                    "What the application has written and the peer has not acknowledged. Of a"
                            + " listener: how many connections may wait, SO_BACKLOG."));

    /** What belongs together; the rest is below the last heading. */
    private static final Map<String, Set<String>> GROUPS = groups();

    private static final String REST = "Counts since it began";
    private static final String INDENT = "    ";

    private final Console console;
    private final Glossary glossary;
    private final int width;

    Explanation(Console console, Glossary glossary, int width) {
        this.console = console;
        this.glossary = glossary;
        this.width = width;
    }

    private static Map<String, Set<String>> groups() {
        Map<String, Set<String>> groups = new LinkedHashMap<>();
        groups.put(
                "The connection",
                Set.of("Recv-Q", "Send-Q", "state", "ca_state", "limited_by", "cong", "options", "age", "passive"));
        groups.put("Segments", Set.of("mss", "rcvmss", "advmss", "pmtu"));
        groups.put("Time", Set.of("rto", "backoff", "rtt", "rttvar", "minrtt", "rcv_rtt", "ato", "reo_wnd"));
        groups.put(
                "Windows and buffers",
                Set.of("cwnd", "ssthresh", "snd_wnd", "rcv_wnd", "snd_buf", "rcv_buf", "rcv_space"));
        groups.put(
                "At this moment",
                Set.of(
                        "unacked",
                        "in_flight",
                        "sacked",
                        "lost",
                        "retrans_out",
                        "notsent",
                        "unread",
                        "lastsnd",
                        "lastrcv",
                        "lastack"));
        groups.put("Rates", Set.of("pacing_rate", "delivery_rate", "delivery_rate_app_limited"));
        groups.put(
                "What has limited it since it began",
                Set.of(
                        "busy",
                        "app_limited",
                        "rwnd_limited",
                        "cwnd_limited",
                        "pacing_limited",
                        "sndbuf_limited",
                        "small_limited",
                        "udp_limited"));
        return groups;
    }

    /**
     * {@return the lines about what is shown of some connections; of a single one with its values}
     *
     * @param connections those that are shown
     */
    List<String> lines(List<Row> connections) {
        Set<String> shown = new LinkedHashSet<>();
        OURS.forEach(word -> shown.add(word.name()));
        shown.add("state");
        for (Row connection : connections) {
            FigureText.of(connection, glossary).forEach(field -> shown.addAll(field.names()));
        }
        Row only = connections.size() == 1 ? connections.get(0) : null;
        List<String> lines = new ArrayList<>();
        Set<String> left = new LinkedHashSet<>(shown);
        GROUPS.forEach((heading, names) -> {
            add(lines, heading, shown.stream().filter(names::contains).toList(), only);
            left.removeAll(names);
        });
        add(lines, REST, List.copyOf(left), only);
        return lines;
    }

    private void add(List<String> lines, String heading, List<String> names, Row only) {
        if (names.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("  " + console.bold(heading));
        int widest = names.stream().mapToInt(String::length).max().orElse(0);
        int values = names.stream()
                .mapToInt(name -> value(name, only).length())
                .max()
                .orElse(0);
        for (String name : names) {
            String cell = name + " ".repeat(widest - name.length()) + "  ";
            String value = value(name, only);
            String figure = values == 0 ? "" : " ".repeat(values - value.length()) + value + "  ";
            String first = INDENT + cell + figure;
            List<String> wrapped =
                    Paragraph.wrap(List.of(sentence(name, only).split(" ")), first, " ".repeat(first.length()), width);
            lines.add(wrapped.get(0).replaceFirst(name, console.cyan(name)));
            lines.addAll(wrapped.subList(1, wrapped.size()));
        }
    }

    private Glossary.Word word(String name) {
        return OURS.stream()
                .filter(word -> word.name().equals(name))
                .findFirst()
                .orElseGet(() -> glossary.word("connection", name));
    }

    private String value(String name, Row only) {
        if (only == null) {
            return "";
        }
        return switch (name) {
            case "Recv-Q" -> only.number("unread") + " B";
            case "Send-Q" -> InspectView.sendQueue(only) + " B";
            default -> FigureText.spelled(only, word(name));
        };
    }

    // Where the value has no unit beside it, the sentence says which it is.
    private String sentence(String name, Row only) {
        Glossary.Word word = word(name);
        String unit = switch (word.unit()) {
            case "bytes" -> "In bytes.";
            case "bytes/s" -> "In bits per second.";
            case "ns" -> "In milliseconds.";
            default -> "";
        };
        String about = name.equals("state") && only != null
                ? word.sentence()
                        + ' '
                        + glossary.word("states", only.text("state")).sentence()
                : word.sentence();
        return only != null || unit.isEmpty() ? about : about + ' ' + unit;
    }

    /** {@return the lines about named items of one shape, such as {@code drops}} */
    String of(String shape, String name) {
        return glossary.word(shape, name).sentence();
    }
}
