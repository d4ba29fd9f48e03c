// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.JsonLines;
import dev.tou.bench.file.FileSender;
import dev.tou.bench.file.ProgressView;
import dev.tou.bench.ping.LatencyLog;
import dev.tou.bench.ping.Lateness;
import dev.tou.bench.ping.Measurement;
import dev.tou.bench.ping.PingRun;
import dev.tou.bench.trace.Recording;
import dev.tou.bench.trace.RecordingOptions;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * The client process of the demo: sends the file, then measures requests over a second connection. Before that it does the same
 * with another file, says that it is warm, and waits for a line on standard input.
 */
@Command(name = "demo-client", hidden = true, description = "The client process of \"tou demo\".")
public final class DemoClientCommand implements Callable<Integer> {

    static final int REQUEST_BYTES = 256;
    static final int WARM_UP_REQUESTS = 500;
    private static final int WARM_UP_PER_SECOND = 1000;
    private static final Duration SILENCE = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Parameters(index = "0")
    private Path file;

    @Parameters(index = "1")
    private HostAndPort target;

    @Option(names = "--results", required = true)
    private Path results;

    @Option(names = "--warm-up", required = true)
    private Path warmUpFile;

    @Option(names = "--requests", required = true)
    private int requests;

    @Option(names = "--rate", required = true)
    private int perSecond;

    @Mixin
    private RecordingOptions recordings;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException, InterruptedException {
        CountDownLatch begun = heedTheDemo();
        warmUp();
        common.lines().emit("warm", JsonLines.fields());
        begun.await();
        try (Recording recording = recordings.begin(common)) {
            sendAndMeasure(recording);
        }
        return ExitCode.DONE.code();
    }

    /** The same on a smaller scale, until Java has loaded and compiled what it needs; nothing of it is in a figure. */
    private void warmUp() {
        Path folder = warmUpFile.toAbsolutePath().getParent();
        try (Recording rehearsal = recordings.rehearse(folder)) {
            send(warmUpFile, rehearsal, common.lines()); // whoever says nothing for long is taken for dead
            try (LatencyLog log = LatencyLog.create(folder.resolve("rehearsal.hlog"), "warm-up");
                    PingRun run = pingRun(WARM_UP_PER_SECOND, WARM_UP_REQUESTS, log, rehearsal)) {
                run.run();
            }
        }
    }

    private void sendAndMeasure(Recording recording) throws IOException {
        JsonLines lines = common.lines();
        lines.emit("sent", send(file, recording, lines).fields());
        Measurement measured = measure(recording);
        Histogram histogram = measured.latency();
        lines.emit(
                "latency",
                JsonLines.fields(
                        "count", histogram.getTotalCount(),
                        "p50", histogram.getValueAtPercentile(50),
                        "p90", histogram.getValueAtPercentile(90),
                        "p99", histogram.getValueAtPercentile(99),
                        "max", histogram.getMaxValue(),
                        "lateness", Lateness.of(measured.lateness())));
    }

    private FileSender.Sent send(Path path, Recording recording, JsonLines lines) {
        FileSender sender = FileSender.start(common.io(), path, null, target, SILENCE, false, recording);
        return outcome(sender, common.console(), lines);
    }

    /** Waits for the end; the connection is asked about itself when it is closed, so that it counts what a recording has. */
    static FileSender.Sent outcome(FileSender sender, Console console, JsonLines lines) {
        FileSender.Sent sent;
        try (sender) {
            sent = new ProgressView(console, lines, sender.progress()).follow(sender.outcome());
        }
        return sent.with(sender.connection());
    }

    private PingRun pingRun(int rate, int count, LatencyLog log, Recording recording) {
        PingRun.Plan plan =
                new PingRun.Plan(target, common.io(), REQUEST_BYTES, rate, count, 0, 1, PATIENCE, Duration.ZERO, false);
        return new PingRun(plan, (measurement, interval) -> log.append(interval, null), recording);
    }

    private Measurement measure(Recording recording) throws IOException {
        String what = requests + " requests of " + REQUEST_BYTES + " bytes, " + perSecond + " a second";
        try (LatencyLog log = LatencyLog.create(results.resolve("latency.hlog"), what);
                PingRun run = pingRun(perSecond, requests, log, recording)) {
            Measurement measured = run.run().get(0);
            try (PrintStream out = new PrintStream(
                    Files.newOutputStream(results.resolve("latency.hgrm")), false, StandardCharsets.UTF_8)) {
                measured.latency().outputPercentileDistribution(out, 5, 1e6); // milliseconds
            }
            return measured;
        }
    }

    /**
     * The demo holds the other end of standard input; if it dies, so does this process.
     *
     * @return is counted down by the first line
     */
    private static CountDownLatch heedTheDemo() {
        CountDownLatch begun = new CountDownLatch(1);
        Thread watch = new Thread(
                () -> {
                    try (BufferedReader demo = new BufferedReader(new InputStreamReader(System.in, US_ASCII))) {
                        while (demo.readLine() != null) {
                            begun.countDown();
                        }
                    } catch (IOException e) {
                        // as good as the end
                    }
                    System.exit(ExitCode.TERMINATED.code());
                },
                "tou-demo-watch");
        watch.setDaemon(true);
        watch.start();
        return begun;
    }
}
