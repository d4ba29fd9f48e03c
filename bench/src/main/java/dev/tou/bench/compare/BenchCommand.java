// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CommonOptions;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.Folders;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Units;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tou bench}: the options of the comparison. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compare tou with kernel TCP and QUIC on this machine.",
            "Two processes with one event loop each run the same handlers over every transport, in turn, round after "
                    + "round; ratios are formed within a round. Kernel TCP is Netty's, on loopback, whose MTU is 65536; "
                    + "QUIC sends packets of --path-mtu, tou starts with them and finds what the path carries, unless "
                    + "a transport's name says otherwise."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou bench                                  everything, a few minutes",
            "  tou bench bulk --rounds 5 --duration 1s",
            "  tou bench bulk --reverse --transports tcp,tcp-1500,tou,tou-65535",
            "  tou bench pingpong --pin --output results",
            "  tou bench bulk --transports tou --jfr bench.jfr",
            "  tou bench --allocations bench-server.jfr"
        })
public final class BenchCommand implements Callable<Integer> {

    @Parameters(
            arity = "0..*",
            paramLabel = "WORKLOAD",
            description = "bulk, pingpong or connect (default: all three).")
    private List<Workload> workloads = List.of(Workload.values());

    @Option(
            names = "--transports",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "tcp,tou,tou-65535,quic",
            description =
                    "tcp, tou, quic; tou-MTU and tcp-MTU keep a path MTU of their own (default: ${DEFAULT-VALUE}).")
    private List<String> transports;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "10",
            description = "How often every transport is run (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "2s",
            description = "Measured time of one round of one transport (default: ${DEFAULT-VALUE}).")
    private Duration duration;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "4s",
            description = "What each transport runs before the first round (default: ${DEFAULT-VALUE}).")
    private Duration warmup;

    @Option(names = "--reverse", description = "Let bulk bytes flow from the server to the client.")
    private boolean reverse;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "16",
            description = "How many connect at the same time (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--path-mtu",
            paramLabel = "BYTES",
            defaultValue = "1500",
            description = "Largest IP packet of QUIC, and of tou at first (default: ${DEFAULT-VALUE}).")
    private int pathMtuBytes;

    @Option(
            names = "--rcvbuf",
            paramLabel = "SIZE",
            defaultValue = "4MiB",
            description = "Receive buffer of tou and QUIC (default: ${DEFAULT-VALUE}).")
    private String receiveBuffer;

    @Option(names = "--pin", description = "Keep each event loop on a core of its own, where taskset can.")
    private boolean pin;

    @Option(
            names = {"--output", "--out"},
            paramLabel = "DIR",
            description = "Write report.md and results.json into this folder, made if missing.")
    private Path output;

    @Option(
            names = "--jfr",
            paramLabel = "FILE",
            description = "Write flight recordings: FILE-client.jfr and FILE-server.jfr.")
    private Path recording;

    @Option(
            names = "--allocations",
            paramLabel = "FILE",
            description = "Measure nothing: tell what was allocated during the rounds of this flight recording.")
    private Path allocations;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        if (allocations != null) {
            Allocations.read(allocations).forEach(common.console()::say);
            return ExitCode.DONE.code();
        }
        if (rounds < 1 || clients < 1 || duration.isZero()) {
            throw new Failure(ExitCode.USAGE, "--rounds and --clients are 1 or more, --duration is more than zero.");
        }
        Settings settings = new Settings(common.io(), pathMtuBytes, receiveBufferBytes());
        Comparison.Plan plan = new Comparison.Plan(
                workloads,
                transports,
                settings,
                rounds,
                duration,
                warmup,
                new Client.Shape(reverse, clients),
                pin,
                recording);
        if (output != null) {
            Folders.make(output);
        }
        Report report = new Comparison(common, plan).run();
        common.lines().emit("bench", report.fields());
        if (!common.json()) {
            report.lines().forEach(common.console()::say);
        }
        if (output != null) {
            write(report);
        }
        if (!report.doubts().isEmpty()) {
            throw new Failure(
                    ExitCode.INVALID_MEASUREMENT,
                    "Do not trust these figures: " + String.join("; ", report.doubts()) + ".");
        }
        return ExitCode.DONE.code();
    }

    private int receiveBufferBytes() {
        try {
            return Math.toIntExact(Units.parseSize(receiveBuffer));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new Failure(ExitCode.USAGE, e.getMessage() + ".", e);
        }
    }

    private void write(Report report) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema", JsonLines.SCHEMA);
        document.putAll(report.fields());
        try {
            Files.write(output.resolve("report.md"), report.lines());
            new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValue(output.resolve("results.json").toFile(), document);
        } catch (IOException e) {
            throw Failures.writing(output, "the report", e);
        }
    }
}
