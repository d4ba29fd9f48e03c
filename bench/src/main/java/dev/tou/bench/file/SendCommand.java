// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.ConnectionReport;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Interruption;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Units;
import dev.tou.bench.trace.Recording;
import dev.tou.bench.trace.RecordingOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tou send FILE HOST:PORT}. */
@Command(
        name = "send",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Send a file to \"tou receive\".",
            "It is done when the receiver has the file on disk and its SHA-256 is the same there."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  tou send report.pdf example.org:9700", "  tou send report.pdf [2001:db8::7]:9700 --name q3.pdf"})
public final class SendCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FILE", description = "The file to send.")
    private Path file;

    @Parameters(index = "1", paramLabel = "HOST:PORT", description = "Where \"tou receive\" listens.")
    private HostAndPort target;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What the receiver is to call it (default: its own name).")
    private String name;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "Give up after so long without a sign of life (default: ${DEFAULT-VALUE}).")
    private Duration timeout;

    @Mixin
    private RecordingOptions recordings;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        Console console = common.console();
        JsonLines lines = common.lines();
        try (Recording recording = recordings.begin(common);
                FileSender sender = FileSender.start(common.io(), file, name, target, timeout, recording);
                Interruption hook = Interruption.onInterrupt(() -> interrupted(console, sender.progress()))) {
            assert hook != null;
            ProgressView view = new ProgressView(console, lines, sender.progress());
            FileSender.Sent sent = view.follow(sender.outcome());
            if (common.json()) {
                lines.emit("sent", sent.fields());
            } else {
                show(console, sent);
            }
        }
        return ExitCode.DONE.code();
    }

    private void show(Console console, FileSender.Sent sent) {
        double seconds = sent.nanos() / 1e9;
        console.say(console.green(console.symbol("✔ ", ""))
                + console.bold(file.getFileName().toString()) + " is on "
                + target + ": " + Units.bytes(sent.bytes()) + " in " + Units.nanos(sent.nanos()) + ", "
                + Units.bytesPerSecond(sent.bytes() / seconds) + connection(sent.connection()));
        console.say(console.dim("  SHA-256 " + sent.digest()));
    }

    private static String connection(ConnectionReport report) {
        String rtt = report.rttMillis() == null ? "" : Units.format(", RTT %.1f ms", report.rttMillis());
        return rtt
                + (report.retransmits() == null ? "" : ", " + Units.grouped(report.retransmits()) + " retransmitted");
    }

    private static void interrupted(Console console, TransferProgress progress) {
        console.lastWord("Interrupted after " + Units.bytes(progress.moved()) + " of " + Units.bytes(progress.size())
                + "; the receiver keeps nothing of " + progress.name() + ".");
    }
}
