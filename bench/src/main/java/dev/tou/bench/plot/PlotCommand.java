// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Units;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tou plot}: the options, and which files come of them. */
@Command(
        name = "plot",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Draw traces (--trace) and latencies (tou ping --hlog): one page that a browser opens, and pictures.",
            "The page has all in it and loads nothing. It shows the time-sequence graph, what limited sending, congestion window and "
                    + "flight, round trips, goodput, and latency by percentile."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou plot send.jsonl                          makes send.html",
            "  tou plot send.jsonl receive.jsonl            both ends in one page",
            "  tou plot send.jsonl -o run.png               one picture of all graphs",
            "  tou plot send.jsonl --svg pictures           a page, and each graph alone",
            "  tou plot tou.hlog tcp.hlog -o latency.svg    percentiles of two measurements",
            "  tou plot send.jsonl --from 1.2s --to 1.5s    a part in full detail"
        })
public final class PlotCommand implements Callable<Integer> {

    private static final int NARROWEST = 400;
    private static final int WIDEST = 8000;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "Traces and .hlog files; both ends of a connection, if you have them.")
    private List<Path> files;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "A page (.html) or a picture of all graphs (.svg, .png) (default: the first FILE, with .html).")
    private Path output;

    @Option(
            names = "--svg",
            paramLabel = "DIR",
            description = "Also write each graph as a picture into this folder, made if missing, as SVG.")
    private Path svg;

    @Option(names = "--png", paramLabel = "DIR", description = "The same as PNG, into this folder, made if missing.")
    private Path png;

    @Option(
            names = "--connection",
            paramLabel = "N",
            split = ",",
            description = "Draw the connections of these numbers (default: those with the most text, four at most).")
    private List<String> connections = List.of();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Draw from here on, counted from the first event, like 1.2s.")
    private Duration from;

    @Option(names = "--to", paramLabel = "TIME", description = "Draw up to here.")
    private Duration to;

    @Option(
            names = "--width",
            paramLabel = "PIXELS",
            defaultValue = "1100",
            description = "Width of pictures, " + NARROWEST + " to " + WIDEST + " (default: ${DEFAULT-VALUE}).")
    private int width;

    @Mixin
    private CommonOptions common;

    /** What was written, and what it is: a page, or a picture. */
    private final Map<Path, String> written = new LinkedHashMap<>();

    @Override
    public Integer call() {
        check();
        Path target = output != null ? output : beside(files.get(0));
        requireNoInput(target);
        String form = formOf(target);
        Plot plot = Plot.read(files, new Plot.Selection(connections, Plot.Selection.ALL.most(), from, to));
        if (form.equals("page")) {
            plot.writePage(target);
            written.put(target, "page");
        } else {
            plot.writePicture(target, Pictures.Format.valueOf(form), width);
            written.put(target, "picture");
        }
        if (svg != null) {
            plot.writePictures(svg, Pictures.Format.SVG, width).forEach(file -> written.put(file, "picture"));
        }
        if (png != null) {
            plot.writePictures(png, Pictures.Format.PNG, width).forEach(file -> written.put(file, "picture"));
        }
        tell(plot);
        return ExitCode.DONE.code();
    }

    private void check() {
        if (width < NARROWEST || width > WIDEST) {
            throw misuse("--width is from " + NARROWEST + " to " + WIDEST + " pixels");
        }
        if (to != null && (from == null ? Duration.ZERO : from).compareTo(to) >= 0) {
            throw misuse("--from must be before --to");
        }
    }

    private static Failure misuse(String clause) {
        return new Failure(ExitCode.USAGE, clause);
    }

    private static Path beside(Path file) {
        String name = String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
        return file.resolveSibling(name + ".html");
    }

    private void requireNoInput(Path target) {
        for (Path file : files) {
            if (file.toAbsolutePath().normalize().equals(target.toAbsolutePath().normalize())) {
                throw misuse(target + " is what is to be drawn and would be overwritten; choose another -o");
            }
        }
    }

    private static String formOf(Path target) {
        String name = String.valueOf(target.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".html") || name.endsWith(".htm")) {
            return "page";
        }
        for (Pictures.Format format : Pictures.Format.values()) {
            if (name.endsWith("." + format.name().toLowerCase(Locale.ROOT))) {
                return format.name();
            }
        }
        throw misuse("-o " + target + " is none of these: .html, .svg, .png");
    }

    private void tell(Plot plot) {
        List<Map<String, Object>> all = new ArrayList<>();
        written.forEach((file, kind) -> all.add(JsonLines.fields("file", file.toString(), "kind", kind)));
        common.lines()
                .emit(
                        "plot",
                        JsonLines.fields(
                                "written", all,
                                "events", plot.events(),
                                "skipped", plot.skipped(),
                                "remarks", plot.remarks()));
        if (!common.json()) {
            Console console = common.console();
            written.forEach(
                    (file, kind) -> console.say("  " + Units.format("%-9s", kind) + console.bold(file.toString())));
            plot.remarks().forEach(console::note);
        }
    }
}
