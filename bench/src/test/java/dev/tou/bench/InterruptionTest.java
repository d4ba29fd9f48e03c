// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.tou.bench.file.HandDrivenReceiver;
import dev.tou.bench.file.HandDrivenSender;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

/** Processes that are told to end in the middle of their work, and those at the other end. */
@Timeout(180)
@DisabledOnOs(OS.WINDOWS)
class InterruptionTest {

    /** The receive buffer grows up to this: so much may be acknowledged and not read. */
    private static final double UNREAD = 6 << 20;

    /** What is read at a time, and what a delayed acknowledgment holds back, is less: so much may be read and not acknowledged. */
    private static final double UNACKNOWLEDGED = 1 << 20;

    @TempDir
    Path folder;

    private Path inbox;

    @BeforeEach
    void makeInbox() throws IOException {
        inbox = Files.createDirectory(folder.resolve("inbox"));
    }

    private TouProcess receiver(String... more) throws IOException {
        String[] args = {"receive", "--bind", "127.0.0.1", "--port", "0", "--dir", inbox.toString(), "--report", "json"
        };
        return TouProcess.start(Stream.of(args, more).flatMap(Stream::of).toArray(String[]::new));
    }

    private List<String> inboxNames() throws IOException {
        try (Stream<Path> all = Files.list(inbox)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }

    private Path bigFile() throws IOException {
        Path file = folder.resolve("big.bin");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 30);
        }
        return file;
    }

    @ParameterizedTest
    @CsvSource({"INT,130", "TERM,143"})
    void anInterruptedReceiverLeavesWhatHasCome(String signal, int exit) throws Exception {
        try (TouProcess receiver = receiver()) {
            interruptHalfway(receiver, signal, exit);
            assertThat(receiver.output())
                    .endsWith("tou: Interrupted while a file was coming; on disk and kept: 10 B of half."
                            + " The next \"tou send\" goes on there.");
            assertThat(inboxNames()).singleElement().asString().endsWith(".part");
        }
    }

    @Test
    void anInterruptedReceiverLeavesNothingIfToldTo() throws Exception {
        try (TouProcess receiver = receiver("--no-resume")) {
            interruptHalfway(receiver, "TERM", 143);
            assertThat(receiver.output()).endsWith("tou: Interrupted while a file was coming; nothing of it was kept.");
            assertThat(inboxNames()).isEmpty();
        }
    }

    private void interruptHalfway(TouProcess receiver, String signal, int exit) throws Exception {
        try (HandDrivenSender sender =
                new HandDrivenSender(Transports.Io.preferred(), new HostAndPort("127.0.0.1", receiver.awaitPort()))) {
            sender.offer("half", 1_000_000);
            sender.beginWhenAccepted();
            sender.bytes("some of it");
            receiver.awaitLine(line -> line.contains("\"progress\"") && line.contains("\"bytes\":10,"));
            awaitOnDisk(10);
            receiver.signal(signal);
            assertThat(receiver.awaitExit()).isEqualTo(exit);
        }
    }

    @Test
    void anInterruptedReceiverThatWaitsJustStops() throws Exception {
        try (TouProcess receiver = receiver()) {
            receiver.awaitPort();
            receiver.signal("INT");
            assertThat(receiver.awaitExit()).isEqualTo(130);
            assertThat(receiver.output()).endsWith("tou: Interrupted; no longer listening.");
        }
    }

    @Test
    void anInterruptedReplaySaysSo() throws Exception {
        try (TouProcess replay = TouProcess.start("replay", "lost-syn-ack", "--real-time")) { // a minute
            replay.awaitLine(line -> line.contains("is never heard again"));
            replay.signal("INT");
            assertThat(replay.awaitExit()).isEqualTo(130);
            assertThat(replay.output()).endsWith("tou: Interrupted before the end of the scenario.");
        }
    }

    @Test
    void anInterruptedSenderSaysHowFarItWas() throws Exception {
        try (HandDrivenReceiver receiver = new HandDrivenReceiver();
                TouProcess sender = TouProcess.start("send", bigFile().toString(), "127.0.0.1:" + receiver.port())) {
            receiver.awaitEnough();
            sender.signal("INT");
            assertThat(sender.awaitExit()).isEqualTo(130);
            assertThat(sender.output())
                    .matches("(?s).*tou: Interrupted when .* of 1\\.0 GiB were acknowledged; more may have arrived\\."
                            + " Send big\\.bin again, and it goes on where the receiver's part of it ends\\.");
        }
    }

    /** What was acknowledged was read, but for what the sender's end finds in the receive buffer. */
    @Test
    void anInterruptedSenderAndItsReceiverAgree() throws Exception {
        try (TouProcess receiver = receiver("--once", "--timeout", "5s");
                SlowLink link = SlowLink.to(receiver.awaitPort());
                TouProcess sender = TouProcess.start("send", bigFile().toString(), link.target(), "--report", "json")) {
            receiver.awaitLine(InterruptionTest::isInTheMiddle);
            sender.signal("TERM");
            double acknowledged = bytesIn("Interrupted when (\\S+ \\S+) of 1\\.0 GiB were acknowledged", sender);
            double received = bytesIn("after (\\S+ \\S+) of 1\\.0 GiB; what has come of big\\.bin is kept", receiver);
            assertThat(acknowledged).isPositive().isLessThanOrEqualTo(received + UNREAD);
            assertThat((double) partSize()).isCloseTo(received, withinPercentage(5)); // as many digits as are said
        }
    }

    /** What is on disk was acknowledged, or is about to be; what was acknowledged may have died in the receiver's memory. */
    @Test
    void anInterruptedReceiverAndItsSenderAgree() throws Exception {
        try (TouProcess receiver = receiver();
                SlowLink link = SlowLink.to(receiver.awaitPort());
                TouProcess sender = TouProcess.start("send", bigFile().toString(), link.target(), "--report", "json")) {
            receiver.awaitLine(InterruptionTest::isInTheMiddle);
            awaitOnDisk(1);
            receiver.signal("TERM");
            double onDisk = bytesIn("on disk and kept: (\\S+ \\S+) of big\\.bin\\.", receiver);
            assertThat((double) partSize()).isCloseTo(onDisk, withinPercentage(5));
            String said = sender.output();
            if (!said.contains("given up because the receiver is ending")) {
                double acknowledged = bytesIn("after it had acknowledged (\\S+ \\S+) of 1\\.0 GiB", sender);
                assertThat(onDisk).isPositive().isLessThanOrEqualTo(acknowledged + UNACKNOWLEDGED);
            }
        }
    }

    /** So much has come that some of it was acknowledged, whoever stands still now. */
    private static boolean isInTheMiddle(String line) {
        return line.matches(".*\"progress\".*\"bytes\":\\d{7,}.*");
    }

    /** What has come is told before the disk has it. */
    private void awaitOnDisk(long bytes) throws Exception {
        for (int i = 0; i < 6000 && partSize() < bytes; i++) {
            Thread.sleep(10);
        }
        assertThat(partSize()).as("on disk").isGreaterThanOrEqualTo(bytes);
        assertThat(inboxNames()).singleElement().asString().endsWith(".part");
    }

    private static double bytesIn(String pattern, TouProcess process) throws InterruptedException {
        Matcher said = Pattern.compile(pattern).matcher(process.output());
        assertThat(said.find()).as(process.output()).isTrue();
        return Units.parseSize(said.group(1).replace(" ", ""));
    }

    private long partSize() throws IOException {
        try (Stream<Path> all = Files.list(inbox)) {
            return Files.size(all.filter(path -> path.toString().endsWith(".part"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    @Test
    void aSenderWhoseReceiverIsInterruptedIsTold() throws Exception {
        try (TouProcess receiver = receiver();
                SlowLink link = SlowLink.to(receiver.awaitPort());
                TouProcess sender = TouProcess.start("send", bigFile().toString(), link.target(), "--report", "json")) {
            sender.awaitLine(InterruptionTest::isInTheMiddle);
            awaitOnDisk(1);
            receiver.signal("TERM");
            assertThat(sender.awaitExit()).isEqualTo(ExitCode.RESET.code());
            assertThat(sender.output())
                    .containsPattern("tou: (" + Pattern.quote(link.target())
                            + " (ended|broke) the connection after .*; send the file again"
                            + "|The receiver says: big.bin was given up because the receiver is ending.*)\\.");
            receiver.awaitExit();
            assertThat(inboxNames()).singleElement().asString().endsWith(".part");
        }
    }

    @Test
    void aSenderWhoseReceiverIsKilledSaysThatItBroke() throws Exception {
        try (TouProcess receiver = receiver();
                TouProcess sender = TouProcess.start(
                        "send",
                        bigFile().toString(),
                        "127.0.0.1:" + receiver.awaitPort(),
                        "--report",
                        "json",
                        "--timeout",
                        "5s")) {
            sender.awaitLine(line -> line.matches(".*\"bytes\":[1-9].*"));
            receiver.signal("KILL");
            assertThat(sender.awaitExit()).isEqualTo(ExitCode.RESET.code());
            assertThat(sender.output()).containsPattern("tou: 127\\.0\\.0\\.1:\\d+ .* after .* of 1\\.0 GiB");
        }
    }

    @Test
    void aReceiverWhoseSenderIsKilledLeavesWhatHasCome() throws Exception {
        try (TouProcess receiver = receiver("--once", "--timeout", "5s");
                SlowLink link = SlowLink.to(receiver.awaitPort());
                TouProcess sender = TouProcess.start("send", bigFile().toString(), link.target(), "--report", "json")) {
            receiver.awaitLine(InterruptionTest::isInTheMiddle);
            sender.signal("KILL");
            assertThat(receiver.awaitExit()).isIn(ExitCode.RESET.code(), ExitCode.REFUSED.code());
            assertThat(receiver.output())
                    .containsPattern("tou: .*; what has come of big.bin is kept, and the next \"tou send\" of it");
            assertThat(inboxNames()).singleElement().asString().endsWith(".part");
        }
    }

    @Test
    void oneFileFromProcessToProcess() throws Exception {
        Path file = Files.writeString(folder.resolve("hello.txt"), "hello");
        try (TouProcess receiver = receiver("--once");
                TouProcess sender = TouProcess.start("send", file.toString(), "127.0.0.1:" + receiver.awaitPort())) {
            assertThat(sender.awaitExit()).isZero();
            assertThat(receiver.awaitExit()).isZero();
            assertThat(sender.output()).contains("hello.txt is on 127.0.0.1").contains("SHA-256 2cf24dba5fb0a30e");
            assertThat(receiver.output()).contains("\"received\"").contains("2cf24dba5fb0a30e");
            assertThat(inboxNames()).containsExactly("hello.txt");
        }
    }
}
