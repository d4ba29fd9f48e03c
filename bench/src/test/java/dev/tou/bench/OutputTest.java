// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tou.bench.ping.PingServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a command says where it cannot be written, and where nobody reads it. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD) // who reads what a process says is not to be interrupted
class OutputTest {

    /** Longer than anybody waits here. */
    private static final String LONG = "600s";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Console consoleThatFailsWith(String reason) {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        };
        return new Console(broken, err, false, false, true);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--version", "--help", "help send", "completion bash", "replay --list", "impair --profiles"})
    void aFullDiskIsAFailureWhateverTheCommand(String command) {
        assertThat(Tou.run(consoleThatFailsWith("No space left on device"), command.split(" ")))
                .isEqualTo(ExitCode.DISK_FULL.code());
        assertThat(err())
                .startsWith("tou: The disk is full, so ")
                .contains("standard output")
                .hasLineCount(1);
    }

    @Test
    void soIsWhatCannotBeWrittenForAnotherReason() {
        assertThat(Tou.run(consoleThatFailsWith("Input/output error"), "--version"))
                .isEqualTo(ExitCode.UNWRITABLE.code());
        assertThat(err()).contains("standard output could not be written (Input/output error)");
    }

    @Test
    void aCommandThatFailsOtherwiseHasTheExitCodeOfThat() {
        int exit = Tou.run(consoleThatFailsWith("No space left on device"), "ping", "no.such.host.invalid:1", "-J");
        assertThat(exit).isEqualTo(ExitCode.UNKNOWN_HOST.code());
        assertThat(err()).contains("No host is called", "The disk is full").hasLineCount(2);
    }

    @Test
    void whoseReaderHasGoneIsToldOnceAndSaysNothing() {
        Console console = consoleThatFailsWith("Broken pipe");
        AtomicInteger told = new AtomicInteger();
        console.onClosedOutput(told::incrementAndGet);
        assertThat(Tou.run(console, "replay", "--list")).isEqualTo(ExitCode.OUTPUT_CLOSED.code());
        console.lastWord("Interrupted.");
        assertThat(err()).isEmpty();
        assertThat(told).hasValue(1);
    }

    // --- in a process of its own ---

    private ProcessBuilder tou(String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "-Dtou.terminals=",
                Tou.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectError(errors().toFile());
    }

    private Path errors() {
        return folder.resolve("err");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere there is no /dev/full")
    void aFullDeviceIsNoSuccess() throws Exception {
        Process process = tou("--version").redirectOutput(new File("/dev/full")).start();
        assertThat(process.waitFor()).isEqualTo(ExitCode.DISK_FULL.code());
        assertThat(Files.readString(errors()).lines().filter(line -> line.startsWith("tou: ")))
                .singleElement()
                .asString()
                .startsWith("tou: The disk is full");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aMeasurementWhoseReaderHasGoneEnds() throws Exception {
        try (PingServer server =
                PingServer.listen(Transports.Io.NIO, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            String target = "127.0.0.1:" + server.address().getPort();
            endsWithItsReader("ping", target, "-J", "-r", "100", "-d", LONG);
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aWatchWhoseReaderHasGoneEnds() throws Exception {
        try (TouProcess server = TouProcess.start("ping", "--serve", "127.0.0.1:0", "--report=json")) {
            server.awaitPort();
            endsWithItsReader("inspect", String.valueOf(server.pid()), "--watch=0.1");
        }
    }

    private void endsWithItsReader(String... args) throws Exception {
        Process process = tou(args).start();
        try {
            try (BufferedReader reader = process.inputReader()) {
                assertThat(reader.readLine()).isNotEmpty();
            }
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(errors())).isEqualTo(ExitCode.OUTPUT_CLOSED.code());
            assertThat(Files.readString(errors()).lines().filter(line -> line.startsWith("tou: ")))
                    .isEmpty();
        } finally {
            process.destroyForcibly();
        }
    }
}
