// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.Folders;
import dev.tou.bench.Interruption;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Nearest;
import dev.tou.bench.compare.Environment;
import dev.tou.bench.impair.LinkFile;
import dev.tou.bench.impair.NamedLink;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tou lab}: the options of the comparison over all links. */
@Command(
        name = "lab",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measure latency and throughput over every link that has a name, in containers.",
            "Needs Docker, and the docker-compose.yml of the repository: a client, a router that makes the link, and a "
                    + "server, on two networks. Leaves a report, the figures of every run and the histograms in a folder."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou lab                               all links: 24 measurements of 10 s",
            "  tou lab lte satellite --duration 30s",
            "  tou lab lossy --link-flags \"--loss 3%%\"",
            "  tou lab --impair netem                kernel TCP, too; needs netem in it",
            "  tou impair --profiles                 what the links are"
        })
public final class LabCommand implements Callable<Integer> {

    @Parameters(
            arity = "0..*",
            paramLabel = "LINK",
            completionCandidates = LinkFile.Names.class,
            description = "Links by name (default: all).")
    private List<String> links = List.of();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            defaultValue = "docker-compose.yml",
            description = "The compose file, and others that change it (default: ${DEFAULT-VALUE}).")
    private List<Path> files;

    @Option(
            names = "--no-build",
            description =
                    "Take the image that there is (default: build it, which takes a moment if nothing has changed).")
    private boolean noBuild;

    @Option(
            names = "--impair",
            paramLabel = "HOW",
            defaultValue = "relay",
            description = "relay: by \"tou impair\"; netem: by the kernel (default: ${DEFAULT-VALUE}).")
    private LabPlan.Impair impair;

    @Option(
            names = "--link-flags",
            paramLabel = "OPTIONS",
            defaultValue = "",
            description = "Options of \"tou impair\" that change each link.")
    private String linkFlags;

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "Length of each measurement, 1s or more (default: ${DEFAULT-VALUE}).")
    private Duration duration;

    @Option(
            names = {"-r", "--rate"},
            paramLabel = "N",
            defaultValue = "200",
            description = "Requests in a second for the latency (default: ${DEFAULT-VALUE}).")
    private int perSecond;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "7",
            description = "Seed of the links (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for the report, made if missing (default: lab-<date>-<time>).")
    private Path out;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws InterruptedException {
        Map<String, NamedLink> known = new LinkedHashMap<>();
        Map<String, String> about = new LinkedHashMap<>();
        for (NamedLink link : LinkFile.builtIn().links()) {
            known.put(link.name(), link);
            about.put(link.name(), link.about());
        }
        LabPlan plan = plan(known);
        Console console = common.console();
        Compose compose = compose("docker", files, plan.folder());
        Map<String, String> environment = new LinkedHashMap<>(Environment.machine());
        environment.put("load average before", load());
        LabReport report;
        try (LabRun run = new LabRun(compose, plan, this::tell);
                Interruption hook = Interruption.onInterrupt(() -> {
                    run.end();
                    console.lastWord("Interrupted; the containers were ended.");
                })) {
            assert hook != null;
            List<LabRun.Result> results = run.run();
            environment.put("load average after", load());
            report = new LabReport(plan, about, environment, results);
        }
        write(plan.folder(), report);
        common.lines().emit("lab", report.fields());
        if (!common.json()) {
            report.lines().forEach(console::say);
            console.say("");
            console.say("  All of it is in " + console.bold(plan.folder().toString()) + ".");
        }
        if (!report.isSound()) {
            throw new Failure(
                    ExitCode.INVALID_MEASUREMENT,
                    "Not everything could be measured; " + plan.folder().resolve("log.txt") + " says why.");
        }
        return ExitCode.DONE.code();
    }

    /** {@return the containers}, after making the folder of their log; without Docker it is not left behind. */
    static Compose compose(String docker, List<Path> files, Path folder) throws InterruptedException {
        boolean ours = !Files.exists(folder);
        Path log = Folders.make(folder).resolve("log.txt");
        try {
            return Compose.of(docker, files, log);
        } catch (Failure failure) {
            if (ours) {
                Folders.removeIfEmpty(folder);
            }
            throw failure;
        }
    }

    private static String load() {
        String load = Environment.Busyness.now().load();
        return load == null ? "unknown" : load;
    }

    private void tell(String step) {
        common.lines().emit("step", JsonLines.fields("step", step));
        if (!common.json()) {
            common.console().note("  " + step);
        }
    }

    /** {@return the links that were asked for, or all that the router can make} */
    private List<String> chosen(Map<String, NamedLink> known) {
        for (String link : links) {
            if (!known.containsKey(link)) {
                String near = Nearest.question(link, known.keySet());
                throw new Failure(
                        ExitCode.USAGE,
                        "There is no link \"" + link + "\"" + (near.isEmpty() ? "; there are " : near + " There are ")
                                + String.join(", ", known.keySet()) + ".");
            }
        }
        List<String> chosen = new ArrayList<>();
        for (String name : links.isEmpty() ? known.keySet() : links) {
            String lacked = impair == LabPlan.Impair.NETEM ? known.get(name).lackedByNetem() : null;
            if (lacked == null) {
                chosen.add(name);
            } else if (links.isEmpty()) {
                tell(name + " is left out: " + lacked);
            } else {
                throw new Failure(ExitCode.USAGE, "netem cannot make " + name + ": " + lacked + ".");
            }
        }
        return chosen;
    }

    private LabPlan plan(Map<String, NamedLink> known) {
        List<String> chosen = chosen(known);
        if (duration.toSeconds() < 1) {
            throw new Failure(ExitCode.USAGE, "--duration is too short; give 1s or more.");
        }
        if (perSecond < 1) {
            throw new Failure(ExitCode.USAGE, "--rate is " + perSecond + "; give 1 or more.");
        }
        for (Path file : files) {
            if (!Files.isReadable(file)) {
                throw new Failure(
                        ExitCode.UNREADABLE,
                        "There is no file " + file + "; run this in the folder of the repository, or give --file.");
            }
        }
        return new LabPlan(chosen, !noBuild, impair, linkFlags, seed, perSecond, duration.toSeconds(), folder());
    }

    private Path folder() {
        String stamp = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        return (out != null ? out : Path.of("lab-" + stamp)).toAbsolutePath().normalize();
    }

    private static void write(Path folder, LabReport report) {
        try {
            Files.write(folder.resolve("report.md"), report.lines());
            new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValue(folder.resolve("report.json").toFile(), report.fields());
        } catch (IOException e) {
            throw Failures.writing(folder, "the report", e);
        }
    }
}
