// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.flood;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Transports;
import dev.tou.bench.compare.Environment;
import dev.tou.channel.SynCookieMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Floods a server of its own with forged SYNs, beside connects and a transfer, and writes what became of them. */
@Command(
        name = "syn-flood",
        mixinStandardHelpOptions = true,
        hidden = true,
        sortOptions = false,
        description = {
            "Flood a server with forged SYNs, on loopback, beside honest connects and a transfer.",
            "Runs: the flood goes to a port where nobody reads; to the server; to the server without cookies."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou syn-flood                       six runs of 20 s",
            "  tou syn-flood --seconds 5 --rate 10000",
            "  tou syn-flood --output docs/results"
        })
public final class FloodCommand implements Callable<Integer> {

    /** What all runs have in common. */
    record Settings(
            Transports.Io io,
            int seconds,
            int connectsPerSecond,
            double mbit,
            int addresses,
            double perSecond,
            boolean download) {}

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "20",
            description = "Length of a run (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--connects",
            paramLabel = "N",
            defaultValue = "50",
            description = "Honest connects a second (default: ${DEFAULT-VALUE}).")
    private int connects;

    @Option(
            names = "--mbit",
            paramLabel = "MBIT",
            defaultValue = "100",
            description = "Of the transfer, in Mbit/s (default: ${DEFAULT-VALUE}).")
    private double mbit;

    @Option(
            names = "--addresses",
            paramLabel = "N",
            defaultValue = "64",
            description = "Forged ones, 1 to 254 (default: ${DEFAULT-VALUE}).")
    private int addresses;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "0",
            description = "Forged SYNs a second; 0: as many as one thread can (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(names = "--output", paramLabel = "DIR", description = "Where the report goes (default: nowhere).")
    private Path output;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws InterruptedException, IOException {
        List<String> lines = new ArrayList<>();
        say(lines, FloodResult.HEAD);
        for (boolean download : new boolean[] {false, true}) {
            Settings settings = new Settings(common.io(), seconds, connects, mbit, addresses, rate, download);
            say(lines, run(settings, FloodRun.Target.SINK, SynCookieMode.UNDER_PRESSURE));
            say(lines, run(settings, FloodRun.Target.SERVER, SynCookieMode.UNDER_PRESSURE));
            say(lines, run(settings, FloodRun.Target.SERVER, SynCookieMode.NEVER));
        }
        if (output != null) {
            write(lines);
        }
        return ExitCode.DONE.code();
    }

    private static String run(Settings settings, FloodRun.Target target, SynCookieMode cookies)
            throws InterruptedException, IOException {
        return new FloodRun(settings, target, cookies).measure().row();
    }

    private void say(List<String> lines, String line) {
        lines.add(line);
        common.console().say(line);
    }

    private void write(List<String> table) throws IOException {
        List<String> report = new ArrayList<>();
        report.add("# A flood of SYNs, " + LocalDate.now());
        report.add("");
        report.add(String.format(
                Locale.ROOT,
                "`./tou syn-flood --seconds %d --connects %d --mbit %.0f --addresses %d --rate %.0f`: one thread forges SYNs"
                        + " with the options of Linux,",
                seconds,
                connects,
                mbit,
                addresses,
                rate));
        report.add(
                "one event loop is the server, one all clients, in one process. The first run of each three is what the");
        report.add("generator alone costs, with the same SYNs to a socket that nobody reads.");
        report.add("");
        report.addAll(table);
        report.add("");
        Environment.machine().forEach((name, value) -> report.add("- " + name + ": " + value));
        Environment.Busyness busy = Environment.Busyness.now();
        report.add("- load at the end: " + busy.load());
        Files.createDirectories(output);
        Path file = output.resolve(LocalDate.now() + "-syn-flood.md");
        Files.write(file, report);
        common.console().say("The report is " + file + ".");
    }
}
