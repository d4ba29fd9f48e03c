// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.ConnectionReport;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Interruption;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Range;
import dev.tou.bench.Units;
import dev.tou.bench.trace.Recording;
import dev.tou.bench.trace.RecordingOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tou send FILE... HOST:PORT}. */
@Command(
        name = "send",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Send files to \"tou receive\".",
            "A file is done when the receiver has it on disk and its SHA-256 is the same there. One that broke off goes on "
                    + "where it stopped when it is sent again, unless it has changed meanwhile."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou send report.pdf example.org:9700",
            "  tou send *.jpg example.org:9700           one after the other",
            "  tou send report.pdf [2001:db8::7]:9700 --name q3.pdf"
        })
public final class SendCommand implements Callable<Integer> {

    @Parameters(
            arity = "0..*",
            paramLabel = "FILE... HOST:PORT",
            hideParamSyntax = true,
            description = "The files to send, and where \"tou receive\" listens.")
    private List<String> words = List.of();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The file's name at the receiver (default: the one that it has here).")
    private String name;

    @Option(names = "--no-resume", description = "Begin at the first byte, whatever the receiver has of it already.")
    private boolean anew;

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
        List<Path> files = files();
        HostAndPort target = target();
        Range.requireTime("--timeout", timeout);
        if (name != null && files.size() > 1) {
            throw new Failure(ExitCode.USAGE, "--name is for one file, and these are " + files.size() + ".");
        }
        try (Recording recording = recordings.begin(common)) {
            return send(files, target, recording).code();
        }
    }

    private ExitCode send(List<Path> files, HostAndPort target, Recording recording) {
        if (files.size() == 1) {
            send(files.get(0), target, recording);
            return ExitCode.DONE;
        }
        ExitCode worst = ExitCode.DONE;
        for (Path file : files) {
            try {
                send(file, target, recording);
            } catch (Failure failure) {
                if (!concernsOneFile(failure.exit())) {
                    throw failure;
                }
                worst = worst == ExitCode.DONE ? failure.exit() : worst;
                common.lines().emit("failed", JsonLines.failed(failure.exit(), failure.getMessage()));
                common.console().error(failure.getMessage());
            }
        }
        return worst;
    }

    /** After such a failure the next file may well succeed. */
    private static boolean concernsOneFile(ExitCode exit) {
        return exit == ExitCode.EXISTS || exit == ExitCode.UNREADABLE || exit == ExitCode.INTEGRITY;
    }

    private List<Path> files() {
        if (words.size() < 2) {
            boolean nothing = words.isEmpty();
            boolean target = !nothing && HostAndPort.isOne(words.get(0));
            throw new Failure(
                    ExitCode.USAGE,
                    nothing ? "FILE and HOST:PORT are missing" : (target ? "FILE" : "HOST:PORT") + " is missing");
        }
        return words.subList(0, words.size() - 1).stream()
                .map(SendCommand::path)
                .toList();
    }

    private static Path path(String word) {
        try {
            return Path.of(word);
        } catch (InvalidPathException e) {
            boolean foreign = !StandardCharsets.US_ASCII.newEncoder().canEncode(word);
            throw new Failure(
                    ExitCode.UNREADABLE,
                    "There can be no file \"" + word + "\" here: " + e.getReason()
                            + (foreign
                                    ? "; Java takes the names of files by the locale, so set LC_ALL=C.UTF-8 or another"
                                            + " one of UTF-8."
                                    : "."),
                    e);
        }
    }

    private HostAndPort target() {
        try {
            return HostAndPort.parse(words.get(words.size() - 1));
        } catch (IllegalArgumentException e) {
            String first = words.get(0);
            boolean swapped = HostAndPort.isOne(first) && !Files.exists(path(first));
            throw new Failure(
                    ExitCode.USAGE, swapped ? "HOST:PORT comes last, behind the files" : e.getMessage() + ".", e);
        }
    }

    private void send(Path file, HostAndPort target, Recording recording) {
        Console console = common.console();
        JsonLines lines = common.lines();
        try (FileSender sender = FileSender.start(common.io(), file, name, target, timeout, anew, recording);
                Interruption hook = Interruption.onInterrupt(() -> interrupted(console, sender.progress()))) {
            assert hook != null;
            ProgressView view = new ProgressView(console, lines, sender.progress());
            FileSender.Sent sent = view.follow(sender.outcome());
            if (common.json()) {
                lines.emit("sent", sent.fields());
            } else {
                show(console, file, target, sent);
            }
        }
    }

    private static void show(Console console, Path file, HostAndPort target, FileSender.Sent sent) {
        console.say(console.green(console.symbol("✔ ", ""))
                + console.bold(file.getFileName().toString()) + " is on " + target + ": "
                + Moved.sentence(sent.bytes(), sent.resumedAt(), sent.nanos()) + connection(sent.connection()));
        console.say(console.dim("  SHA-256 " + sent.digest()));
    }

    private static String connection(ConnectionReport report) {
        String rtt = report.rttMillis() == null ? "" : Units.format(", RTT %.1f ms", report.rttMillis());
        return rtt
                + (report.retransmits() == null ? "" : ", " + Units.grouped(report.retransmits()) + " retransmitted");
    }

    private static void interrupted(Console console, TransferProgress progress) {
        console.lastWord(
                progress.hasBegun()
                        ? "Interrupted when " + Units.bytes(progress.acknowledged()) + " of "
                                + Units.bytes(progress.size()) + " were acknowledged; more may have arrived. Send "
                                + progress.name() + " again, and it goes on where the receiver's part of it ends."
                        : "Interrupted before a byte of " + progress.name() + " was sent.");
    }
}
