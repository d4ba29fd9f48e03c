// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.tou.bench.Console;
import dev.tou.bench.Table;
import dev.tou.bench.Units;

/** The whole process in a few lines, as {@code ss -s}: states, event loops, UDP sockets, and what was dropped and why. */
final class SummaryView {

    private static final String INDENT = "  ";

    private final Console console;
    private final InspectView view;
    private final Glossary glossary;
    private final boolean explain;

    SummaryView(Console console, Inspected inspected, boolean explain) {
        this.console = console;
        this.explain = explain;
        view = new InspectView(console, inspected, explain);
        glossary = inspected.glossary();
    }

    List<String> lines(Look look) {
        List<String> lines = new ArrayList<>();
        lines.add(view.heading());
        section(lines, "Connections", counts("states", look));
        section(lines, "Dropped", counts("drops", look));
        section(lines, "UDP sockets", sockets(look));
        section(lines, "Event loops", loops(look));
        return lines;
    }

    private void section(List<String> lines, String heading, List<String> content) {
        lines.add("");
        lines.add(console.bold(heading));
        lines.addAll(content.isEmpty() ? List.of(INDENT + "none") : content);
    }

    private List<String> counts(String shape, Look look) {
        Table table = new Table(false, true, false);
        for (Map.Entry<String, Long> count : look.sums(shape, glossary).entrySet()) {
            String sentence = explain ? glossary.word(shape, count.getKey()).sentence() : "";
            table.row(Wanted.shortName(count.getKey()), Units.grouped(count.getValue()), sentence);
        }
        return table.lines(INDENT);
    }

    private List<String> sockets(Look look) {
        Table table = new Table(false, false, true, true, true)
                .row("Local", "Connected to", "Connections", "TIME-WAIT", "Unsent");
        for (Row socket : look.sockets()) {
            table.row(
                    socket.text("local"),
                    socket.text("peer").isEmpty() ? "-" : socket.text("peer"),
                    Units.grouped(socket.number("connections")),
                    Units.grouped(socket.number("time_wait")),
                    Units.bytes(socket.number("unsent")));
        }
        return look.sockets().isEmpty() ? List.of() : dimHead(table.lines(INDENT));
    }

    private List<String> loops(Look look) {
        Table table = new Table(false, false, true, true).row("Thread", "Answers", "Orphans", "Buffers");
        for (Row loop : look.loops()) {
            String answer = loop.text("answer");
            table.row(
                    loop.text("name"),
                    answer.equals("complete") ? "yes" : answer.equals("none") ? "no" : "in part",
                    Units.grouped(loop.number("orphans")),
                    Units.bytes(loop.number("memory")));
        }
        return look.loops().isEmpty() ? List.of() : dimHead(table.lines(INDENT));
    }

    private List<String> dimHead(List<String> rows) {
        List<String> lines = new ArrayList<>(rows);
        lines.set(0, console.dim(rows.get(0)));
        return lines;
    }
}
