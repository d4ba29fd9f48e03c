// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.tou.bench.Console;
import dev.tou.bench.Table;
import dev.tou.bench.Units;

/** A look as text: listeners and connections in the columns of {@code ss}, and below each connection what it is about. */
final class InspectView {

    private static final String INDENT = "      ";
    private static final int WIDTH_WITHOUT_TERMINAL = 100;
    private static final int NARROWEST = 60;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Console console;
    private final JavaProcess process;
    private final String java;
    private final Glossary glossary;
    private final boolean explain;
    private final int width;

    InspectView(Console console, Inspected inspected, boolean explain) {
        this(console, inspected.process(), inspected.java(), inspected.glossary(), explain);
    }

    InspectView(Console console, JavaProcess process, String java, Glossary glossary, boolean explain) {
        this.console = console;
        this.process = process;
        this.java = java;
        this.glossary = glossary;
        this.explain = explain;
        width = width(console);
    }

    /** {@return how long a line may be} */
    static int width(Console console) {
        return console.columns() == 0 ? WIDTH_WITHOUT_TERMINAL : Math.max(NARROWEST, console.columns());
    }

    /** {@return bytes that the application has written and the peer has not acknowledged} */
    static long sendQueue(Row connection) {
        return connection.number("unacked") + connection.number("notsent");
    }

    /** {@return what a time span is called} */
    static String span(long nanos) {
        long seconds = nanos / NANOS_PER_SECOND;
        return seconds < 60 ? FigureText.time(nanos / 1_000_000 * 1_000_000) : Units.clock(seconds);
    }

    /** {@return which process it is} */
    String heading() {
        return console.bold(process.title())
                + console.dim("   pid " + process.pid() + ", up "
                        + Units.clock(process.age().toSeconds()) + ", Java " + java);
    }

    /**
     * {@return the lines of the screen}
     *
     * @param before an earlier look, or null
     */
    List<String> lines(Look look, Look before, Wanted wanted) {
        List<String> lines = new ArrayList<>();
        lines.add(heading());
        lines.addAll(trouble(look));
        lines.add("");
        List<Row> listeners = wanted.listeners() ? look.listeners() : List.of();
        List<Row> connections = wanted.connections() ? look.connections() : List.of();
        if (listeners.isEmpty() && connections.isEmpty()) {
            lines.add(
                    wanted.isFilter()
                            ? "  Nothing here matches what was asked for."
                            : "  No listener, and no connection.");
        } else {
            lines.addAll(table(listeners, connections, before));
        }
        if (explain && !connections.isEmpty()) {
            lines.addAll(new Explanation(console, glossary, width).lines(connections));
        }
        lines.add("");
        lines.addAll(footer(look, wanted.connections() ? connections.size() : -1));
        return lines;
    }

    private List<String> table(List<Row> listeners, List<Row> connections, Look before) {
        Table table = new Table(false, true, true, false, false)
                .row("State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port");
        for (Row listener : listeners) {
            table.row(
                    "LISTEN",
                    String.valueOf(listener.number("recv_q")),
                    String.valueOf(listener.number("send_q")),
                    listener.text("local"),
                    "*");
        }
        for (Row connection : connections) {
            table.row(
                    Wanted.shortName(connection.text("state")),
                    String.valueOf(connection.number("unread")),
                    String.valueOf(sendQueue(connection)),
                    connection.text("local"),
                    connection.text("peer"));
        }
        List<String> rows = table.lines("");
        List<String> lines = new ArrayList<>();
        lines.add(console.dim(rows.get(0)));
        int next = 1;
        for (Row listener : listeners) {
            lines.add(rows.get(next++));
            lines.addAll(about(listener));
        }
        Map<String, Row> earlier = before == null ? Map.of() : before.byName();
        for (Row connection : connections) {
            lines.add(rows.get(next++));
            lines.addAll(about(connection, earlier.get(Look.nameOf(connection)), connections.size() == 1));
        }
        return lines;
    }

    private List<String> about(Row listener) {
        List<String> words = new ArrayList<>();
        if (listener.number("half_open") > 0) {
            words.add(listener.number("half_open") + " of " + listener.number("max_syn_backlog")
                    + " half-open connections");
        }
        if (listener.number("recv_q") >= listener.number("send_q")) {
            words.add("the accept queue is full: the application does not accept, and who connects is not answered");
        }
        if (!listener.text("local").endsWith(":" + listener.number("udp_port"))) {
            words.add("in UDP port " + listener.number("udp_port"));
        }
        return words.isEmpty() ? List.of() : sentence(String.join("; ", words));
    }

    private List<String> about(Row connection, Row before, boolean only) {
        Diagnosis diagnosis = new Diagnosis(connection, before);
        List<String> lines = new ArrayList<>();
        String rates = diagnosis.rates();
        lines.addAll(sentence((connection.flag("passive") ? "accepted " : "opened ") + span(connection.number("age"))
                + " ago" + wire(connection) + (rates.isEmpty() ? "" : "; " + rates)));
        boolean free = diagnosis.main() == Diagnosis.Limit.IDLE || diagnosis.main() == Diagnosis.Limit.APPLICATION;
        for (String line : sentence(diagnosis.sentence())) {
            lines.add(free ? line : console.cyan(line));
        }
        for (String remark : diagnosis.remarks()) {
            sentence(remark).forEach(line -> lines.add(console.red(line)));
        }
        if (!(explain && only)) { // a single one has its figures in the table of explanations
            List<String> fields = FigureText.of(connection, glossary).stream()
                    .map(FigureText.Field::text)
                    .toList();
            Paragraph.wrap(fields, INDENT, width).forEach(line -> lines.add(console.dim(line)));
        }
        return lines;
    }

    private List<String> sentence(String text) {
        return Paragraph.wrap(List.of(text.split(" ")), INDENT, width);
    }

    // The UDP ports are those of TCP, unless connections share a socket, or a tunnel or a translator is between.
    private static String wire(Row connection) {
        boolean same = connection.text("local").endsWith(":" + connection.number("udp_port"))
                && connection.text("peer").endsWith(":" + connection.number("peer_udp_port"));
        return same ? "" : ", in UDP " + connection.number("udp_port") + " to " + connection.number("peer_udp_port");
    }

    // --- what is amiss, and what is not shown ---

    private List<String> trouble(Look look) {
        List<String> lines = new ArrayList<>();
        for (Row loop : look.incomplete()) {
            if (loop.text("answer").equals("partial")) {
                lines.add(console.red(
                        "Event loop " + loop.text("name") + " is busy: not all of its connections are here."));
                continue;
            }
            List<String> stack = loop.texts("stack");
            lines.add(console.red("Event loop " + loop.text("name") + " does not answer"
                    + (stack.isEmpty() ? "." : "; its thread is at")));
            stack.forEach(frame -> lines.add("    " + frame));
        }
        return lines;
    }

    // Shown are none if they were not asked for at all, which goes without saying.
    private List<String> footer(Look look, int shown) {
        Map<String, Long> states = look.sums("states", glossary);
        long listeners = states.getOrDefault("LISTEN", 0L);
        long timeWait = states.getOrDefault("TIME-WAIT", 0L);
        long connections = states.values().stream().mapToLong(Long::longValue).sum() - listeners - timeWait;
        long dropped = look.sums("drops", glossary).values().stream()
                .mapToLong(Long::longValue)
                .sum();
        List<String> words = new ArrayList<>();
        words.add(Units.counted(listeners, "listener"));
        words.add(Units.counted(connections, "connection")
                + (shown < 0 || shown == connections ? "" : ", " + Units.grouped(shown) + " of them shown"));
        words.add(Units.grouped(timeWait) + " in TIME-WAIT");
        if (look.sum("orphans") > 0) {
            words.add(Units.grouped(look.sum("orphans")) + " that live on after close");
        }
        words.add(dropped == 0 ? "nothing dropped" : Units.grouped(dropped) + " dropped (--summary says why)");
        List<String> lines =
                new ArrayList<>(Paragraph.wrap(List.of(String.join("; ", words).split(" ")), "", width));
        if (look.sum("matching") > shown && shown > 0) {
            lines.add("Not all are shown that were asked for: --most N shows more, :PORT or --state fewer.");
        }
        return lines.stream().map(console::dim).toList();
    }
}
