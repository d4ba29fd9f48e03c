// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.Folders;
import dev.tou.bench.Units;
import org.HdrHistogram.Histogram;

/** What can be drawn of some files, traces and logs of latencies, and the page and the pictures that it becomes. */
public final class Plot {

    /**
     * Which part of the files to draw.
     *
     * @param connections numbers of connections; empty for those with the most text
     * @param most so many connections at most, if none is named
     * @param from where to begin, since the first event; null for there
     * @param to where to end; null for the last event
     */
    public record Selection(List<String> connections, int most, Duration from, Duration to) {

        /** Everything, of so many connections as can be looked at. */
        public static final Selection ALL = new Selection(List.of(), 4, null, null);
    }

    private final List<Path> files;
    private final Selection selection;
    private final List<Trace> traces = new ArrayList<>();
    private final Map<String, Histogram> latencies = new LinkedHashMap<>();
    private final List<String> remarks = new ArrayList<>();
    private final List<Section> sections = new ArrayList<>();

    private Plot(List<Path> files, Selection selection) {
        this.files = files;
        this.selection = selection;
    }

    /**
     * Reads {@code files}, each a trace or a log of HdrHistogram, which their first lines tell.
     *
     * @throws Failure if one of them is neither, or nothing in them can be drawn
     */
    public static Plot read(List<Path> files, Selection selection) {
        Plot plot = new Plot(files, selection);
        for (Path file : files) {
            try {
                plot.read(file);
            } catch (IOException e) {
                throw Failures.reading(file, e);
            }
        }
        plot.choose();
        return plot;
    }

    private void read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new Failure(ExitCode.UNREADABLE, file + " is a folder; give the files in it.");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            FileKind kind = FileKind.of(in);
            if (!kind.isDrawn()) {
                throw kind.failure(file);
            }
            if (kind == FileKind.LATENCIES) {
                readLatencies(file);
            } else {
                Instant reference = traces.isEmpty() ? null : traces.get(0).began();
                traces.add(TraceReader.read(file, in, reference));
            }
        }
    }

    private void readLatencies(Path file) {
        String base = withoutExtension(file);
        Latencies.read(file, base).forEach((name, histogram) -> {
            String unique = latencies.containsKey(name) ? name + " (" + base + ")" : name;
            int number = 2;
            while (latencies.containsKey(unique)) {
                unique = name + " (" + base + ", " + number++ + ")";
            }
            latencies.put(unique, histogram);
        });
    }

    private static String withoutExtension(Path file) {
        return String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
    }

    // --- what to draw ---

    private void choose() {
        traces.forEach(trace -> remarks.addAll(trace.remarks()));
        List<ConnectionTrace> all = traces.stream()
                .flatMap(trace -> trace.connections().stream())
                .filter(connection -> !Double.isNaN(connection.firstNanos()))
                .toList();
        List<ConnectionTrace> chosen = chosenOf(all);
        double zero =
                all.stream().mapToDouble(ConnectionTrace::firstNanos).min().orElse(0);
        double from = selection.from() == null ? 0 : selection.from().toNanos();
        double to = selection.to() == null
                ? Double.POSITIVE_INFINITY
                : selection.to().toNanos();
        requireSomethingIn(chosen, zero, from, to);
        for (ConnectionTrace connection : chosen) {
            if (connection.lastNanos() < zero + from || connection.firstNanos() > zero + to) {
                remarks.add("Connection " + connection.id() + " has nothing in the part that was asked for: "
                        + lasts(connection, zero) + ".");
                continue;
            }
            ConnectionTrace otherEnd =
                    all.stream().filter(connection::isOtherEndOf).findFirst().orElse(null);
            List<Graph> graphs = new Graphs(connection, otherEnd, zero, from, to).all();
            if (!graphs.isEmpty()) {
                sections.add(Section.of(connection, nameOf(connection), graphs));
            }
        }
        if (!latencies.isEmpty()) {
            sections.add(new Section("Latency", Map.of(), List.of(Graphs.latencies(latencies))));
        }
        if (sections.isEmpty()) {
            throw new Failure(ExitCode.UNREADABLE, nothing(all));
        }
    }

    /** A part that is no part of what was traced has nothing to draw, and its axes would show times that never were. */
    private void requireSomethingIn(List<ConnectionTrace> chosen, double zero, double from, double to) {
        if (selection.from() == null && selection.to() == null) {
            return;
        }
        if (traces.isEmpty()) {
            throw misuse("--from and --to are for traces; " + names() + " has latencies, and no times");
        }
        double begin =
                chosen.stream().mapToDouble(ConnectionTrace::firstNanos).min().orElse(zero) - zero;
        double end =
                chosen.stream().mapToDouble(ConnectionTrace::lastNanos).max().orElse(zero) - zero;
        if (chosen.isEmpty()) {
            return;
        }
        if (from > 0 && from >= end) {
            throw misuse("--from " + Units.nanos(from) + " is behind the end: what was chosen of " + names()
                    + " ends at " + Units.nanos(end));
        }
        if (to < begin) {
            throw misuse("--to " + Units.nanos(to) + " is before the beginning: what was chosen of " + names()
                    + " lasts from " + Units.nanos(begin) + " to " + Units.nanos(end));
        }
        if (selection.to() != null && to > end) {
            remarks.add("--to " + Units.nanos(to) + " is behind the end, so all is drawn up to there, "
                    + Units.nanos(end) + ".");
        }
    }

    private static Failure misuse(String clause) {
        return new Failure(ExitCode.USAGE, clause);
    }

    private static String lasts(ConnectionTrace connection, double zero) {
        return "it lasts from " + Units.nanos(connection.firstNanos() - zero) + " to "
                + Units.nanos(connection.lastNanos() - zero);
    }

    private String names() {
        return files.stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    private List<ConnectionTrace> chosenOf(List<ConnectionTrace> all) {
        if (!selection.connections().isEmpty()) {
            return all.stream()
                    .filter(connection -> selection.connections().contains(connection.id()))
                    .toList();
        }
        List<ConnectionTrace> chosen = all.stream()
                .sorted(Comparator.comparingLong(ConnectionTrace::weight).reversed())
                .limit(selection.most())
                .toList();
        if (chosen.size() < all.size()) {
            remarks.add("Of " + Units.grouped(all.size()) + " connections the " + chosen.size()
                    + " with the most text are shown; --connection N shows another.");
        }
        return chosen;
    }

    private String nameOf(ConnectionTrace connection) {
        return traces.size() > 1 ? connection.name() + "  (" + connection.file() + ")" : connection.name();
    }

    private String nothing(List<ConnectionTrace> all) {
        if (all.isEmpty()) {
            return names() + " has no connection to draw; was anything connected while it was written?"
                    + traces.stream()
                            .flatMap(trace -> trace.remarks().stream())
                            .map(remark -> " " + remark)
                            .collect(Collectors.joining());
        }
        return "Nothing of " + names() + " is in the part that was asked for; its connections are "
                + all.stream().limit(10).map(ConnectionTrace::id).collect(Collectors.joining(", "))
                + (all.size() > 10 ? ", ..." : "") + ".";
    }

    // --- what it becomes ---

    /** Writes the page with all graphs. */
    public void writePage(Path file) {
        String names =
                files.stream().map(path -> String.valueOf(path.getFileName())).collect(Collectors.joining(", "));
        String source = names
                + traces.stream()
                        .map(trace -> ", tou " + trace.version()
                                + (trace.began() == null
                                        ? ""
                                        : ", began " + trace.began().truncatedTo(ChronoUnit.MILLIS)))
                        .distinct()
                        .collect(Collectors.joining(";"));
        try (Writer out = Files.newBufferedWriter(file)) {
            new Page("tou plot: " + names, source, remarks, sections).write(out);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Writes one picture: all graphs of the connection with the most text, and the latencies. */
    public void writePicture(Path file, Pictures.Format format, int width) {
        List<Graph> graphs = new ArrayList<>();
        Section first = sections.get(0);
        for (Graph graph : first.graphs()) {
            graphs.add(
                    graphs.isEmpty() && sections.size() > (latencies.isEmpty() ? 0 : 1) ? titled(graph, first) : graph);
        }
        if (!latencies.isEmpty() && sections.size() > 1) {
            graphs.addAll(sections.get(sections.size() - 1).graphs());
        }
        write(file, format, width, graphs);
    }

    /** Writes a picture of each graph into {@code folder}, and {@return their files} */
    public List<Path> writePictures(Path folder, Pictures.Format format, int width) {
        Folders.make(folder);
        List<Path> written = new ArrayList<>();
        for (int i = 0; i < sections.size(); i++) {
            for (Graph graph : sections.get(i).graphs()) {
                boolean ofMany = i > 0 && graph.x().quantity() == Quantity.TIME;
                String name = graph.key() + (ofMany ? "-" + (i + 1) : "") + "."
                        + format.name().toLowerCase(Locale.ROOT);
                boolean latency = graph.x().quantity() == Quantity.NINES;
                write(folder.resolve(name), format, width, List.of(latency ? graph : titled(graph, sections.get(i))));
                written.add(folder.resolve(name));
            }
        }
        return written;
    }

    private static Graph titled(Graph graph, Section section) {
        return new Graph(
                graph.key(),
                graph.title() + ": " + section.name(),
                graph.reading(),
                graph.x(),
                graph.y(),
                graph.curves(),
                graph.rows());
    }

    private static void write(Path file, Pictures.Format format, int width, List<Graph> graphs) {
        try (OutputStream out = Files.newOutputStream(file)) {
            new Pictures(width).write(graphs, format, out);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static Failure unwritable(Path file, IOException cause) {
        return Failures.writing(file, cause);
    }

    /** {@return what a reader must know, in sentences: what was left out, what could not be understood} */
    public List<String> remarks() {
        return List.copyOf(remarks);
    }

    /** {@return how many events were read} */
    long events() {
        return traces.stream().mapToLong(Trace::events).sum();
    }

    /** {@return how many lines were skipped} */
    long skipped() {
        return traces.stream().mapToLong(Trace::skipped).sum();
    }

    List<Section> sections() {
        return List.copyOf(sections);
    }
}
