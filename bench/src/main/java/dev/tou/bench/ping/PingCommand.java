// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Interruption;
import dev.tou.bench.JsonLines;
import dev.tou.bench.ListenAddress;
import dev.tou.bench.Range;
import dev.tou.bench.Units;
import dev.tou.bench.trace.Recording;
import dev.tou.bench.trace.RecordingOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tou ping}: the options of the measurement, and of its other end. */
@Command(
        name = "ping",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measure the latency of requests at a fixed rate.",
            "Requests are sent by the clock, answered or not, and each counts from the moment at which it was to be "
                    + "sent; so a stall counts for every request that it delays. At the other end runs "
                    + "\"tou ping --serve\"."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou ping --serve 7000                     at one end, until Ctrl-C",
            "  tou ping host:7000                        at the other",
            "  tou ping host:7000 --baseline tcp         the kernel's TCP in turns with it",
            "  tou ping host:7000 --rate 10000 --duration 60s --hlog ping.hlog"
        })
public final class PingCommand implements Callable<Integer> {

    /** With what else tou can be compared. */
    enum Baseline {
        TCP
    }

    private static final int MAX_RATE = 1_000_000;
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_ROUNDS = 100;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "HOST:PORT",
            description = "Where \"tou ping --serve\" listens.")
    private HostAndPort target;

    @Option(
            names = {"-s", "--serve"},
            paramLabel = "[ADDRESS:]PORT",
            description = "Be the other end: answer on this port, over tou and over the kernel's TCP, until Ctrl-C.")
    private ListenAddress serve;

    @Option(
            names = {"-r", "--rate"},
            paramLabel = "N",
            defaultValue = "1000",
            description = "Requests in a second, 1 to 1000000 (default: ${DEFAULT-VALUE}).")
    private int perSecond;

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "TIME",
            description = "How long to measure (default: 10s).")
    private Duration duration;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "How many requests to measure, instead of how long.")
    private Integer count;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "64",
            description = "Bytes of a request and of its answer, 16 to 1MiB (default: ${DEFAULT-VALUE}).")
    private String size;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "1s",
            description = "Send so long before the measurement begins (default: ${DEFAULT-VALUE}).")
    private Duration warmUp;

    @Option(
            names = "--baseline",
            paramLabel = "tcp",
            description = "Measure the kernel's TCP to the same server as well, in turns, and print the ratio.")
    private Baseline baseline;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "With --baseline, how many turns each of the two has, 1 to 100 (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--hlog",
            paramLabel = "FILE",
            description = "Write the histogram of each second to FILE, in HdrHistogram's log format.")
    private Path hlog;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "Wait so long for the connection, and for answers at the end (default: ${DEFAULT-VALUE}).")
    private Duration timeout;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "0s",
            description = "While nobody listens there, try again for so long (default: do not).")
    private Duration patience;

    @Option(
            names = {"-q", "--quiet"},
            description = "No line for each second.")
    private boolean quiet;

    @Mixin
    private RecordingOptions recordings;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws InterruptedException {
        if ((target == null) == (serve == null)) {
            throw new Failure(ExitCode.USAGE, "Give either HOST:PORT to measure, or --serve [ADDRESS:]PORT.");
        }
        if (serve != null) {
            serve();
        } else {
            measure(plan());
        }
        return ExitCode.DONE.code();
    }

    private void serve() throws InterruptedException {
        Console console = common.console();
        try (Recording recording = recordings.begin(common);
                PingServer server = PingServer.listen(common.io(), serve.resolve(), recording);
                Interruption hook =
                        Interruption.onInterrupt(() -> console.lastWord("Interrupted; no longer listening."))) {
            assert hook != null;
            String address = server.address().getAddress().getHostAddress();
            int port = server.address().getPort();
            common.lines().emit("listening", JsonLines.fields("address", address, "port", port));
            if (!common.json()) {
                boolean any = server.address().getAddress().isAnyLocalAddress();
                console.say("Answering on " + console.bold("port " + port) + ", over tou and over the kernel's TCP");
                console.say(console.dim("  measure with: tou ping "
                        + (any
                                ? "THIS-HOST:" + port
                                : HostAndPort.of(server.address()).toString())));
            }
            new CountDownLatch(1).await(); // until the process is told to end
        }
    }

    private void measure(PingRun.Plan plan) {
        try (Recording recording = recordings.begin(common);
                PingView view = new PingView(common, plan, hlog, quiet);
                PingRun run = new PingRun(plan, view, recording);
                Interruption hook = Interruption.onInterrupt(view::interrupted)) {
            assert hook != null;
            view.begin();
            try {
                run.run();
            } catch (Failure failure) {
                if (failure.exit() != ExitCode.REFUSED) { // else nothing was measured
                    view.end();
                }
                throw failure;
            }
            view.end().ifPresent(problem -> {
                throw new Failure(ExitCode.INVALID_MEASUREMENT, "The measurement is invalid: " + problem + ".");
            });
        }
    }

    private PingRun.Plan plan() {
        Range.require("--rate", perSecond, 1, MAX_RATE);
        Range.require("--rounds", rounds, 1, MAX_ROUNDS);
        Range.requireTime("--timeout", timeout);
        long bytes = bytes();
        Range.require("--size", bytes, Requester.HEADER_BYTES, MAX_BYTES);
        if (count != null && duration != null) {
            throw new Failure(ExitCode.USAGE, "Give either --count or --duration, not both.");
        }
        long requests =
                count != null ? count : requests("--duration", duration == null ? Duration.ofSeconds(10) : duration);
        Range.require(count != null ? "--count" : "requests in --duration", requests, 1, Integer.MAX_VALUE);
        long before = requests("--warmup", warmUp);
        Range.require("requests in --warmup", before, 0, Integer.MAX_VALUE);
        int turns = baseline == null ? 1 : (int) Math.min(rounds, requests);
        return new PingRun.Plan(
                target,
                common.io(),
                (int) bytes,
                perSecond,
                (int) requests,
                (int) before,
                turns,
                timeout,
                patience,
                baseline != null);
    }

    private long requests(String option, Duration time) {
        try {
            return Schedule.requests(perSecond, time.toNanos());
        } catch (ArithmeticException e) {
            throw new Failure(ExitCode.USAGE, option + " is too long at this --rate.", e);
        }
    }

    private long bytes() {
        try {
            return Units.parseSize(size);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, e.getMessage() + ".", e);
        }
    }
}
