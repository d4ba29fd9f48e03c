// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;

import dev.tou.bench.file.FaultyReceiver;
import dev.tou.bench.file.FileReceiver;
import dev.tou.bench.file.Heard;
import dev.tou.bench.file.Reception;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

import static org.assertj.core.api.Assertions.assertThat;

/** Each number that a script may meet is met here once; one without a way to it would not compile. */
@Timeout(120)
@DisabledOnOs(OS.WINDOWS)
class EveryExitCodeTest {

    /** In which nothing is said in this process, or nothing at all. */
    private static final Set<ExitCode> OF_FEW_WORDS =
            Set.of(ExitCode.DONE, ExitCode.INTERRUPTED, ExitCode.OUTPUT_CLOSED, ExitCode.TERMINATED);

    @TempDir
    Path folder;

    private final CapturedConsole tou = new CapturedConsole();

    @ParameterizedTest
    @EnumSource
    void isReached(ExitCode exit) throws Exception {
        assertThat(reach(exit)).as(tou.err()).isEqualTo(exit.code());
        if (!OF_FEW_WORDS.contains(exit)) {
            assertThat(tou.err().lines().filter(line -> line.startsWith("tou: ")))
                    .hasSize(1);
        }
    }

    private int reach(ExitCode exit) throws Exception {
        return switch (exit) {
            case DONE -> tou.run("--version");
            case INTERNAL ->
                ofACommandThat(() -> {
                    throw new IllegalStateException("a bug");
                });
            case USAGE -> tou.run("send");
            case REFUSED -> sentToNobody();
            case RESET -> sentTo(FaultyReceiver.thatLeaves());
            case INTEGRITY -> sentTo(FaultyReceiver.thatKeepsOtherBytes());
            case INVALID_MEASUREMENT -> pingedInVain();
            case UNKNOWN_HOST -> tou.run("send", file(), "no-such-host.invalid:9700");
            case CANNOT_LISTEN -> tou.run("receive", "--bind", "192.0.2.77", "--port", "0");
            case UNREADABLE -> tou.run("send", folder.resolve("none").toString(), "127.0.0.1:9");
            case DISK_FULL -> sentTooMuch();
            case EXISTS -> tou.run("receive", "--output", file());
            case UNWRITABLE -> tou.run("receive", "--dir", file() + "/inbox");
            case NOT_SEEN ->
                ofACommandThat(() -> {
                    throw new Failure(ExitCode.NOT_SEEN, "No scenario can be made to fail.");
                });
            case NO_PROCESS -> tou.run("inspect", "99999999");
            case INTERRUPTED -> signalled("INT");
            case OUTPUT_CLOSED -> Tou.run(new Console(closedPipe(), System.err, false, false, true), "--version");
            case TERMINATED -> signalled("TERM");
        };
    }

    private static OutputStream closedPipe() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
    }

    private String file() throws IOException {
        return Files.writeString(folder.resolve("file.txt"), "hello").toString();
    }

    private int sentToNobody() throws IOException {
        try (ClosedPort nobody = ClosedPort.take()) {
            return tou.run("send", file(), nobody.target());
        }
    }

    @Command(name = "broken")
    private record Broken(Callable<Integer> work) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            return work.call();
        }
    }

    private int ofACommandThat(Callable<Integer> work) {
        CommandLine commandLine = Tou.commandLine(tou.console());
        return commandLine
                .addSubcommand(new Broken(work))
                .setExecutionExceptionHandler(commandLine.getExecutionExceptionHandler())
                .execute("broken");
    }

    private int sentTo(FaultyReceiver receiver) throws IOException {
        try (receiver) {
            return tou.run("send", file(), receiver.address());
        }
    }

    private int pingedInVain() throws Exception {
        try (FileReceiver silent = FileReceiver.listen(
                Transports.Io.preferred(),
                new InetSocketAddress("127.0.0.1", 0),
                channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter()))) {
            String target = "127.0.0.1:" + silent.address().getPort();
            return tou.run("ping", target, "-c", "10", "--warmup", "0s", "--timeout", "3s");
        }
    }

    private int sentTooMuch() throws Exception {
        Path inbox = Files.createDirectory(folder.resolve("inbox"));
        Path huge = folder.resolve("huge");
        try (RandomAccessFile sparse = new RandomAccessFile(huge.toFile(), "rw")) {
            sparse.setLength(1L << 43);
        }
        Reception reception = Reception.into(inbox, Duration.ofSeconds(30), new Heard());
        try (FileReceiver receiver = FileReceiver.listen(
                Transports.Io.preferred(),
                new InetSocketAddress("127.0.0.1", 0),
                channel -> reception.install(channel.pipeline()))) {
            return tou.run(
                    "send", huge.toString(), "127.0.0.1:" + receiver.address().getPort());
        }
    }

    private int signalled(String signal) throws Exception {
        String[] args = {"receive", "--bind", "127.0.0.1", "--port", "0", "--dir", folder.toString(), "-J"};
        try (TouProcess receiver = TouProcess.start(args)) {
            receiver.awaitPort();
            receiver.signal(signal);
            return receiver.awaitExit();
        }
    }
}
