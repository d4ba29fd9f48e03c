// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.ExitCode;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.JsonLines;
import dev.tou.bench.file.FileSender;
import dev.tou.bench.file.ProgressView;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The client process of the demo: sends the file, then measures requests over a second connection. */
@Command(name = "demo-client", hidden = true, description = "The client process of \"tou demo\".")
public final class DemoClientCommand implements Callable<Integer> {

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
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        endWithTheDemo();
        JsonLines lines = common.lines();
        try (FileSender sender = FileSender.start(common.io(), file, null, target, Duration.ofSeconds(30))) {
            ProgressView view = new ProgressView(common.console(), lines, sender.progress());
            FileSender.Sent sent = view.follow(sender.outcome());
            lines.emit("sent", sent.fields());
        }
        Histogram histogram = new LatencyProbe(perSecond, requests).run(common.io(), target);
        LatencyProbe.write(histogram, results);
        lines.emit(
                "latency",
                JsonLines.fields(
                        "count", histogram.getTotalCount(),
                        "p50", histogram.getValueAtPercentile(50),
                        "p90", histogram.getValueAtPercentile(90),
                        "p99", histogram.getValueAtPercentile(99),
                        "max", histogram.getMaxValue()));
        return ExitCode.DONE.code();
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
