// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Folders;
import dev.tou.bench.Units;
import dev.tou.bench.file.FileSender;
import dev.tou.bench.impair.ImpairmentProfile;
import dev.tou.bench.trace.RecordingOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tou demo}: the options of the demonstration. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Send a file through a lossy link on this machine, in under a minute, without root.",
            "Starts a server and a client process, relays their datagrams through a link that loses, reorders and "
                    + "duplicates by a seed, compares the SHA-256 of the file, and measures request latency.",
            "Before that, both processes and the relay warm up: a smaller file and some requests go through a link of "
                    + "their own. Nothing of that is in a figure, a trace or a capture."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou demo",
            "  tou demo --seed 7 --loss 3%% --delay 20ms --size 4MiB",
            "  tou demo --file video.mp4 --out results"
        })
public final class DemoCommand implements Callable<Integer> {

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the link and of the file (default: a new one).")
    private Long seed;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "16MiB",
            description = "Size of the generated file (default: ${DEFAULT-VALUE}).")
    private String size;

    @Option(names = "--file", paramLabel = "FILE", description = "Send this file instead of a generated one.")
    private Path file;

    @Option(
            names = "--delay",
            paramLabel = "TIME",
            defaultValue = "3ms",
            description = "Delay in each direction (default: ${DEFAULT-VALUE}).")
    private String delay;

    @Option(
            names = "--loss",
            paramLabel = "SHARE",
            defaultValue = "1%",
            description = "Datagrams lost in each direction (default: 1%%).")
    private String loss;

    @Option(
            names = "--reorder",
            paramLabel = "SHARE",
            defaultValue = "1%",
            description = "Datagrams held back by up to 2 ms (default: 1%%).")
    private String reorder;

    @Option(
            names = "--duplicate",
            paramLabel = "SHARE",
            defaultValue = "0.1%",
            description = "Datagrams that arrive twice (default: 0.1%%).")
    private String duplicate;

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            description = "What the link carries, like 20mbit (default: no limit).")
    private String rate;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for the results, made if missing (default: demo-<date>-<time>).")
    private Path out;

    @Mixin
    private RecordingOptions recordings;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        Console console = common.console();
        long chosenSeed = seed != null ? seed : ThreadLocalRandom.current().nextLong(1, 1_000_000);
        Demo.Plan plan = plan(chosenSeed);
        DemoSummary summary = new Demo(common, plan).run();
        summary.write(plan.results());
        common.lines().emit("demo", summary.fields());
        if (!common.json()) {
            summary.show(console);
        }
        return ExitCode.DONE.code();
    }

    private ImpairmentProfile profile() {
        StringBuilder text = new StringBuilder(
                "delay=" + delay + ",loss=" + loss + ",reorder=" + reorder + ",duplicate=" + duplicate);
        if (rate != null) {
            text.append(",rate=").append(rate);
        }
        try {
            return ImpairmentProfile.parse(text.toString());
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, e.getMessage() + ".", e);
        }
    }

    private long bytes() {
        try {
            return Units.parseSize(size);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, e.getMessage() + ".", e);
        }
    }

    /** The pictures need a trace, so there is one even if it was not asked for. */
    private List<String> recorded(Path folder) {
        List<String> arguments = new ArrayList<>(recordings.arguments());
        if (arguments.stream().noneMatch(argument -> argument.startsWith(DemoPictures.TRACE))) {
            arguments.add(DemoPictures.TRACE + folder.resolve("trace.jsonl"));
        }
        return arguments;
    }

    private Demo.Plan plan(long chosenSeed) {
        ImpairmentProfile link = profile();
        long size = bytes();
        if (file != null) {
            FileSender.requireReadable(file); // before there is a folder
        }
        String stamp = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        Path folder =
                (out != null ? out : Path.of("demo-" + stamp)).toAbsolutePath().normalize();
        boolean ours = !Files.exists(folder);
        return new Demo.Plan(chosenSeed, link, file, size, Folders.make(folder), ours, recorded(folder));
    }
}
