// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.ExitCode;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.JsonLines;
import dev.tou.bench.file.FileSender;
import dev.tou.bench.file.ProgressView;
import dev.tou.bench.ping.LatencyLog;
import dev.tou.bench.ping.PingRun;
import dev.tou.bench.trace.Recording;
import dev.tou.bench.trace.RecordingOptions;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The client process of the demo: sends the file, then measures requests over a second connection. */
@Command(name = "demo-client", hidden = true, description = "The client process of \"tou demo\".")
public final class DemoClientCommand implements Callable<Integer> {

    static final int REQUEST_BYTES = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Parameters(index = "0")
    private Path file;

    @Parameters(index = "1")
    private HostAndPort target;

    @Option(names = "--results", required = true)
    private Path results;

    @Option(names = "--requests", required = true)
    private int requests;

    @Option(names = "--rate", required = true)
    private int perSecond;

    @Mixin
    private RecordingOptions recordings;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        endWithTheDemo();
        try (Recording recording = recordings.begin(common)) {
            sendAndMeasure(recording);
        }
        return ExitCode.DONE.code();
    }

    private void sendAndMeasure(Recording recording) throws IOException {
        JsonLines lines = common.lines();
        try (FileSender sender =
                FileSender.start(common.io(), file, null, target, Duration.ofSeconds(30), false, recording)) {
            ProgressView view = new ProgressView(common.console(), lines, sender.progress());
            FileSender.Sent sent = view.follow(sender.outcome());
            lines.emit("sent", sent.fields());
        }
        Histogram histogram = measure(recording);
        lines.emit(
                "latency",
                JsonLines.fields(
                        "count", histogram.getTotalCount(),
                        "p50", histogram.getValueAtPercentile(50),
                        "p90", histogram.getValueAtPercentile(90),
                        "p99", histogram.getValueAtPercentile(99),
                        "max", histogram.getMaxValue()));
    }

    private Histogram measure(Recording recording) throws IOException {
        PingRun.Plan plan = new PingRun.Plan(
                target, common.io(), REQUEST_BYTES, perSecond, requests, 0, 1, PATIENCE, Duration.ZERO, false);
        String what = requests + " requests of " + REQUEST_BYTES + " bytes, " + perSecond + " a second";
        try (LatencyLog log = LatencyLog.create(results.resolve("latency.hlog"), what);
                PingRun run = new PingRun(plan, (measurement, interval) -> log.append(interval, null), recording)) {
            Histogram latency = run.run().get(0).latency();
            try (PrintStream out = new PrintStream(
                    Files.newOutputStream(results.resolve("latency.hgrm")), false, StandardCharsets.UTF_8)) {
                latency.outputPercentileDistribution(out, 5, 1e6); // milliseconds
            }
            return latency;
        }
    }

    /** The demo holds the other end of standard input; if it dies, so does this process. */
    private static void endWithTheDemo() {
        Thread watch = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // as good as the end
                    }
                    System.exit(ExitCode.TERMINATED.code());
                },
                "tou-demo-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
