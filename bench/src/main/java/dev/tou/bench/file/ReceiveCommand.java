// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Interruption;
import dev.tou.bench.JsonLines;
import dev.tou.bench.ListenAddress;
import dev.tou.bench.LooseWords;
import dev.tou.bench.Range;
import dev.tou.bench.Units;
import dev.tou.bench.trace.Recording;
import dev.tou.bench.trace.RecordingOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tou receive}: waits for files. */
@Command(
        name = "receive",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Wait for files from \"tou send\".",
            "A file gets its name only when it is whole, on disk, and its SHA-256 is right; until then it is called "
                    + ".tou-*.part. What has come of a file that broke off is left under that name, and the next "
                    + "\"tou send\" of it goes on there. A file that is there already is never replaced, unless you say "
                    + "--force."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou receive                               into this folder, until Ctrl-C",
            "  tou receive --dir inbox --port 9800       elsewhere",
            "  tou receive --output backup.tar           one file, under this name"
        })
public final class ReceiveCommand implements Callable<Integer>, ReceiveListener, LooseWords {

    /** Enough for {@link DiskThread#HIGH_BYTES} on a disk that works at all. */
    private static final Duration DISK_PATIENCE = Duration.ofSeconds(30);

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "9700",
            description = "UDP port to listen on; 0 lets the system choose (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "0.0.0.0",
            description = "Address to listen on (default: ${DEFAULT-VALUE}, all of this machine).")
    private String bind;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Folder for the files, made if missing (default: the current one).")
    private Path folder;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Name for the one file that is received; implies --once.")
    private Path output;

    @Option(names = "--once", description = "End after one file.")
    private boolean once;

    @Option(names = "--force", description = "Replace a file of the same name.")
    private boolean force;

    @Option(names = "--no-resume", description = "Leave nothing of a file that breaks off, and begin every file anew.")
    private boolean anew;

    @Option(
            names = "--keep-unfinished",
            paramLabel = "N",
            defaultValue = "" + Leftovers.DEFAULT_MOST,
            description = "Leave so many files that broke off, the newest; older ones are removed when the next file "
                    + "comes, and any after a week (default: ${DEFAULT-VALUE}).")
    private int unfinished;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "Give a sender up after so long without a byte (default: ${DEFAULT-VALUE}).")
    private Duration timeout;

    @Mixin
    private RecordingOptions recordings;

    @Mixin
    private CommonOptions common;

    private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private TargetFile.Opener disk = TargetFile.ON_DISK;
    private Console console;
    private JsonLines lines;
    private ProgressView current;
    private Integer exit;

    /** Writes to another disk, such as one of a test. */
    void disk(TargetFile.Opener other) {
        disk = other;
    }

    @Override
    public Optional<String> meantBy(String word) {
        if (HostAndPort.isOne(word)) {
            return Optional.of("tou send FILE " + word);
        }
        return Optional.of("tou receive " + (word.matches("\\d+") ? "--port " : "--dir ") + word);
    }

    @Override
    public Integer call() throws InterruptedException {
        console = common.console();
        lines = common.lines();
        if (port < 0 || port > 65535) {
            throw new Failure(ExitCode.USAGE, port + " is not a port; give a number from 0 to 65535.");
        }
        ListenAddress.requireNoPort("--bind", bind, "--port");
        Range.requireTime("--timeout", timeout);
        if (output != null && folder != null) {
            throw new Failure(ExitCode.USAGE, "Give either --dir or --output, not both.");
        }
        if (unfinished < 1) {
            throw new Failure(
                    ExitCode.USAGE,
                    "--keep-unfinished is " + unfinished + "; give a number from 1, or say --no-resume.");
        }
        Inbox inbox = (output != null
                        ? Inbox.file(output, force, !anew)
                        : Inbox.folder(folder != null ? folder : Path.of(""), force, !anew))
                .on(disk);
        boolean single = once || output != null;
        Reception reception =
                new Reception(inbox, single, timeout, new Leftovers(unfinished, Leftovers.DEFAULT.age()), this);
        try (Recording recording = recordings.begin(common);
                FileReceiver receiver = FileReceiver.listen(
                        common.io(),
                        new InetSocketAddress(bind, port),
                        channel -> reception.install(channel.pipeline()),
                        recording);
                Interruption hook = Interruption.onInterrupt(() -> interrupted(reception))) {
            assert hook != null;
            announce(receiver.address(), inbox);
            while (exit == null) {
                Runnable event = events.poll(current == null ? 3600_000 : 100, TimeUnit.MILLISECONDS);
                if (event != null) {
                    event.run();
                } else if (current != null) {
                    current.draw();
                }
                if (!single) {
                    exit = null;
                }
            }
            // What was read of a file that broke off may still wait for the disk; while the event loops live, as it
            // tells them.
            reception.awaitDisks(DISK_PATIENCE);
        } finally {
            reception.suspendUnfinished();
        }
        return exit;
    }

    private void announce(InetSocketAddress address, Inbox inbox) {
        String where = inbox.fixedName() == null
                ? inbox.folder().toString()
                : inbox.folder().resolve(inbox.fixedName()).toString();
        lines.emit(
                "listening",
                JsonLines.fields(
                        "address", address.getAddress().getHostAddress(), "port", address.getPort(), "into", where));
        if (!common.json()) {
            Object here = address.getAddress().isAnyLocalAddress()
                    ? "THIS-HOST:" + address.getPort()
                    : HostAndPort.of(address);
            console.say("Listening on " + console.bold("port " + address.getPort()) + ", writing to "
                    + console.bold(where));
            console.say(console.dim("  send with: tou send FILE " + here));
        }
    }

    @Override
    public void onBegin(TransferProgress transfer) {
        events.add(() -> {
            current = new ProgressView(console, lines, transfer);
            lines.emit(
                    "receiving",
                    JsonLines.fields(
                            "name", transfer.name(), "size", transfer.size(), "resumedAt", transfer.resumedAt()));
        });
    }

    @Override
    public void onKept(TransferProgress transfer, Path file, Sha256 digest) {
        long nanos = transfer.elapsedNanos();
        events.add(() -> {
            ended(ExitCode.DONE);
            lines.emit(
                    "received",
                    JsonLines.fields(
                            "file", file.toString(),
                            "bytes", transfer.size(),
                            "resumedAt", transfer.resumedAt(),
                            "nanos", nanos,
                            "sha256", digest.hex()));
            if (!common.json()) {
                console.say(console.green(console.symbol("✔ ", ""))
                        + console.bold(file.getFileName().toString())
                        + " from " + transfer.peer() + ": "
                        + Moved.sentence(transfer.size(), transfer.resumedAt(), nanos));
                console.say(console.dim("  SHA-256 " + digest));
            }
        });
    }

    @Override
    public void onFailed(HostAndPort peer, Failure failure) {
        events.add(() -> {
            ended(failure.exit());
            rejected(peer, failure);
        });
    }

    @Override
    public void onRejected(HostAndPort peer, Failure failure) {
        events.add(() -> rejected(peer, failure));
    }

    private void rejected(HostAndPort peer, Failure failure) {
        Map<String, Object> fields = JsonLines.failed(failure.exit(), failure.getMessage());
        fields.put("peer", String.valueOf(peer));
        lines.emit("failed", fields);
        console.error(failure.getMessage());
    }

    private void ended(ExitCode how) {
        exit = how.code();
        current = null;
    }

    private void interrupted(Reception reception) {
        boolean coming = reception.active() > 0;
        List<Reception.Left> left = reception.suspendUnfinished();
        String kept = left.stream()
                .map(file -> Units.bytes(file.bytes()) + " of " + file.name())
                .collect(Collectors.joining(", "));
        String what = left.isEmpty()
                ? " while a file was coming; nothing of it was kept."
                : " while a file was coming; on disk and kept: " + kept + ". The next \"tou send\" goes on there.";
        console.lastWord("Interrupted" + (coming ? what : "; no longer listening."));
    }
}
