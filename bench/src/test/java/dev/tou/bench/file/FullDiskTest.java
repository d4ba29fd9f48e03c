// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.tou.bench.ExitCode;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.TouProcess;
import dev.tou.bench.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** A disk that is really full: a file system of two megabytes. Mounting one needs root. */
@Timeout(120)
class FullDiskTest {

    @TempDir
    Path folder;

    private Path disk;
    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        mounted = run("mount", "-t", "tmpfs", "-o", "size=2m", "tou-test", disk.toString());
        if ("1".equals(System.getenv("TOU_REQUIRE_ROOT"))) {
            assertThat(mounted).as("a file system can be mounted").isTrue();
        }
        assumeTrue(mounted, "mounting a small file system needs root");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", "-l", disk.toString());
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private TouProcess receiver() throws IOException {
        return TouProcess.start(
                "receive",
                "--once",
                "--bind",
                "127.0.0.1",
                "--port",
                "0",
                "--dir",
                disk.toString(),
                "--report",
                "json");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(disk)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }

    @Test
    void aFileThatDoesNotFitIsRefusedBeforeItIsSent() throws Exception {
        Path file = Files.write(folder.resolve("big"), new byte[5_000_000]);
        try (TouProcess receiver = receiver();
                TouProcess sender = TouProcess.start("send", file.toString(), "127.0.0.1:" + receiver.awaitPort())) {
            assertThat(sender.awaitExit()).isEqualTo(ExitCode.DISK_FULL.code());
            assertThat(receiver.awaitExit()).isEqualTo(ExitCode.DISK_FULL.code());
            assertThat(sender.output()).contains("tou: The receiver says: The disk has 2.0 MiB free, too little");
            assertThat(receiver.output()).contains("tou: The disk has 2.0 MiB free, too little for the 4.8 MiB of big");
            assertThat(names()).isEmpty();
        }
    }

    @Test
    void aDiskThatSomebodyElseFillsMeanwhileIsTold() throws Exception {
        try (TouProcess receiver = receiver();
                HandDrivenSender sender = new HandDrivenSender(
                        Transports.Io.preferred(), new HostAndPort("127.0.0.1", receiver.awaitPort()))) {
            sender.offer("file", 1_000_000);
            sender.beginWhenAccepted();
            fill(disk.resolve("somebody-elses"));
            sender.bytes("x".repeat(200_000));
            assertThat(sender.reply())
                    .isInstanceOfSatisfying(
                            Reply.Refused.class,
                            reply -> assertThat(reply.exit()).isEqualTo(ExitCode.DISK_FULL));
            assertThat(receiver.awaitExit()).isEqualTo(ExitCode.DISK_FULL.code());
            assertThat(receiver.output()).contains("tou: The disk is full, so file was not kept; make room in " + disk);
            assertThat(names()).containsExactly("somebody-elses");
        }
    }

    /** In between, a capture is all that there is to do. */
    @Test
    void aCaptureInBetweenEndsWhenItsDiskIsFull() throws Exception {
        Path capture = disk.resolve("between.pcapng");
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                DatagramSocket client = new DatagramSocket();
                TouProcess between = TouProcess.start(
                        "capture",
                        "--listen",
                        "127.0.0.1:0",
                        "--to",
                        "127.0.0.1:" + server.getLocalPort(),
                        "-w",
                        capture.toString(),
                        "-J")) {
            int port = between.awaitPort();
            Path filler = disk.resolve("somebody-elses");
            fill(filler);
            for (int i = 0; i < 8; i++) { // more than the page that the file has
                client.send(new DatagramPacket(new byte[1400], 1400, InetAddress.getLoopbackAddress(), port));
            }
            assertThat(between.awaitExit()).as(between.output()).isEqualTo(ExitCode.DISK_FULL.code());
            assertThat(between.output())
                    .contains("\"captured\"")
                    .contains("tou: The disk is full, so " + capture + " is not complete; make room in " + disk);
        }
    }

    /** The transfer is what the command is for: it goes on, and the capture's end is told behind it. */
    @Test
    void aSenderWhoseCaptureBreaksOffSendsAllTheSame() throws Exception {
        Path inbox = Files.createDirectory(folder.resolve("inbox"));
        Path file = Files.write(folder.resolve("big"), new byte[5_000_000]);
        try (TouProcess receiver = TouProcess.start(
                        "receive", "--once", "--bind", "127.0.0.1", "--port", "0", "--dir", inbox.toString(), "-J");
                TouProcess sender = TouProcess.start(
                        "send",
                        file.toString(),
                        "127.0.0.1:" + receiver.awaitPort(),
                        "--capture",
                        disk.resolve("send.pcapng").toString())) {
            assertThat(sender.awaitExit()).as(sender.output()).isEqualTo(ExitCode.DISK_FULL.code());
            assertThat(receiver.awaitExit()).isZero();
            assertThat(sender.output())
                    .containsOnlyOnce("and nothing more is written to it: No space left on device")
                    .contains("; it is not complete: No space left on device")
                    .contains("tou: The disk is full, so " + disk.resolve("send.pcapng") + " is not complete");
            assertThat(inbox.resolve("big")).hasSize(5_000_000);
        }
    }

    private static void fill(Path file) throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }
}
