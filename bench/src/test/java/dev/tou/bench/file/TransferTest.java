// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Requirements;
import dev.tou.bench.Transports;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Both ends in this process, over real connections; and a hand-driven sender for what a good one never does. */
@Timeout(120)
class TransferTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    /** In which a handshake and an offer have come, on a busy machine, too. */
    private static final Duration SHORT = Duration.ofSeconds(3);

    @TempDir
    Path folder;

    private final Heard heard = new Heard();
    private Transports.Io io = Transports.Io.preferred();
    private Path inbox;
    private FileReceiver receiver;

    @BeforeEach
    void makeInbox() throws IOException {
        inbox = Files.createDirectory(folder.resolve("inbox"));
    }

    @AfterEach
    void close() {
        if (receiver != null) {
            receiver.close();
        }
    }

    private HostAndPort listen(Inbox into, boolean once, Duration timeout) {
        Reception reception = new Reception(into, once, timeout, heard);
        receiver = FileReceiver.listen(
                io, new InetSocketAddress("127.0.0.1", 0), channel -> reception.install(channel.pipeline()));
        return new HostAndPort("127.0.0.1", receiver.address().getPort());
    }

    private HostAndPort listen() {
        return listen(Inbox.folder(inbox, false, true), false, LONG);
    }

    private Path file(int bytes) throws IOException {
        byte[] content = new byte[bytes];
        new SplittableRandom(bytes).nextBytes(content);
        return Files.write(folder.resolve("file.bin"), content);
    }

    private FileSender.Sent send(Path file, String name, HostAndPort target) throws Throwable {
        try (FileSender sender = FileSender.start(io, file, name, target, LONG)) {
            return sender.outcome().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }

    private void assertSendFails(ExitCode exit, String sentence, Path file, String name, HostAndPort target) {
        assertThatThrownBy(() -> send(file, name, target))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.exit()).isEqualTo(exit))
                .hasMessageContaining(sentence);
    }

    private void assertToldFailure(ExitCode exit, String sentence) throws InterruptedException {
        Failure failure = heard.end(Failure.class);
        assertThat(failure.exit()).isEqualTo(exit);
        assertThat(failure.getMessage()).contains(sentence);
    }

    private List<String> inboxNames() throws IOException {
        try (Stream<Path> all = Files.list(inbox)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }

    @ParameterizedTest
    @EnumSource(Transports.Io.class)
    void aFileArrivesWhole(Transports.Io kind) throws Throwable {
        Requirements.loops(kind);
        io = kind;
        Path file = file(5_000_001);
        FileSender.Sent sent = send(file, null, listen());
        assertThat(inbox.resolve("file.bin")).hasSameBinaryContentAs(file);
        assertThat(heard.end(Sha256.class)).isEqualTo(sent.digest());
        assertThat(sent.bytes()).isEqualTo(5_000_001);
        assertThat(inboxNames()).containsExactly("file.bin");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65536, 65537})
    void anySizeArrivesWhole(int size) throws Throwable {
        Path file = file(size);
        send(file, "other name", listen());
        assertThat(inbox.resolve("other name")).hasSameBinaryContentAs(file);
    }

    @Test
    void severalFilesAtOnce() throws Throwable {
        HostAndPort target = listen();
        Path file = file(2_000_000);
        List<FileSender> senders = Stream.of("a", "b", "c")
                .map(name -> FileSender.start(io, file, name, target, LONG))
                .toList();
        for (FileSender sender : senders) {
            sender.outcome().get(60, TimeUnit.SECONDS);
            sender.close();
        }
        assertThat(inboxNames()).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(inbox.resolve("c")).hasSameBinaryContentAs(file);
    }

    @Test
    void theReceiverCanChooseTheName() throws Throwable {
        HostAndPort target = listen(Inbox.file(inbox.resolve("chosen"), false, true), true, LONG);
        send(file(10), "../../etc/passwd", target);
        assertThat(inboxNames()).containsExactly("chosen");
    }

    @Test
    void aNameThatLeavesTheFolderIsRefusedAtBothEnds() throws Throwable {
        assertSendFails(ExitCode.REFUSED, "not safe to write", file(10), "../escaped", listen());
        assertToldFailure(ExitCode.REFUSED, "not safe to write");
        assertThat(inboxNames()).isEmpty();
        assertThat(folder.resolve("escaped")).doesNotExist();
    }

    @Test
    void anExistingFileIsNotReplaced() throws Throwable {
        Files.writeString(inbox.resolve("file.bin"), "old");
        HostAndPort target = listen();
        assertSendFails(ExitCode.EXISTS, "The receiver says: file.bin is there already", file(10), null, target);
        assertToldFailure(ExitCode.EXISTS, "--force");
        assertThat(inbox.resolve("file.bin")).hasContent("old");
    }

    @Test
    void forceReplaces() throws Throwable {
        Files.writeString(inbox.resolve("file.bin"), "old");
        Path file = file(10);
        send(file, null, listen(Inbox.folder(inbox, true, true), false, LONG));
        assertThat(inbox.resolve("file.bin")).hasSameBinaryContentAs(file);
    }

    @Test
    void aDiskThatFillsUpIsToldAtBothEnds() throws Throwable {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")));
        Inbox full = new Inbox(inbox, null, false, true, TargetFileTest.FULL_DISK);
        assertSendFails(
                ExitCode.DISK_FULL,
                "The receiver says: The disk is full",
                file(20_000_000),
                null,
                listen(full, false, LONG));
        assertToldFailure(ExitCode.DISK_FULL, "The disk is full, so file.bin was not kept");
        assertThat(inboxNames()).isEmpty();
    }

    @Test
    void oneMeansOne() throws Throwable {
        HostAndPort target = listen(Inbox.folder(inbox, false, true), true, LONG);
        send(file(10), "first", target);
        heard.end(Sha256.class);
        assertSendFails(ExitCode.REFUSED, "takes one file only", file(10), "second", target);
        assertThat(heard.end(Heard.Rejected.class).failure().exit()).isEqualTo(ExitCode.REFUSED);
        assertThat(inboxNames()).containsExactly("first");
    }

    @Test
    void damageOnTheWayIsToldAtBothEnds() throws Exception {
        try (HandDrivenSender sender = new HandDrivenSender(io, listen())) {
            sender.offer("damaged", 5);
            sender.beginWhenAccepted();
            sender.bytes("hellO");
            sender.digest(TargetFileTest.digest("hello"));
            assertThat(sender.reply())
                    .isInstanceOfSatisfying(
                            Reply.Refused.class,
                            reply -> assertThat(reply.exit()).isEqualTo(ExitCode.INTEGRITY));
        }
        assertToldFailure(ExitCode.INTEGRITY, "damaged arrived damaged");
        assertThat(inboxNames()).isEmpty();
    }

    @Test
    void aSenderThatLeavesHalfwayLeavesNothingBehindWhereThatIsWanted() throws Exception {
        HostAndPort target = listen(Inbox.folder(inbox, false, false), false, LONG);
        try (HandDrivenSender sender = new HandDrivenSender(io, target)) {
            sender.offer("half", 1000);
            sender.beginWhenAccepted();
            sender.bytes("only this");
            assertThat(inboxNames()).singleElement().asString().endsWith(".part");
        }
        assertToldFailure(ExitCode.RESET, "so half was not kept");
        awaitEmptyInbox();
    }

    @Test
    void aSenderThatFallsSilentIsGivenUp() throws Exception {
        HostAndPort target = listen(Inbox.folder(inbox, false, true), false, SHORT);
        try (HandDrivenSender sender = new HandDrivenSender(io, target)) {
            sender.offer("silent", 1000);
            sender.beginWhenAccepted();
            assertToldFailure(ExitCode.REFUSED, "sent nothing for 3.00 s");
            sender.awaitClosed();
        }
        awaitEmptyInbox();
    }

    @Test
    void aSenderThatDoesNotWaitIsRefused() throws Exception {
        try (HandDrivenSender sender = new HandDrivenSender(io, listen())) {
            sender.offerAndBytes("eager", "hello");
            assertThat(sender.reply()).isInstanceOf(Reply.class);
        }
        awaitEmptyInbox();
    }

    @Test
    void strangersAreToldAndDoNotCount() throws Exception {
        try (HandDrivenSender stranger =
                new HandDrivenSender(io, listen(Inbox.folder(inbox, false, true), true, LONG))) {
            stranger.bytes("GET / HTTP/1.1\r\n\r\n");
            assertThat(stranger.reply()).isInstanceOf(Reply.Refused.class);
        }
        assertThat(heard.end(Heard.Rejected.class).failure().exit()).isEqualTo(ExitCode.REFUSED);
    }

    /** The temporary file is removed by the disk thread, a moment after the failure was told. */
    private void awaitEmptyInbox() throws Exception {
        receiver.close();
        CompletableFuture<Void> empty = CompletableFuture.runAsync(() -> {
            try {
                while (!inboxNames().isEmpty()) {
                    Thread.onSpinWait();
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        empty.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aReceiverThatLeavesIsToldToTheSender() throws Exception {
        // Too much for a receiver whose disk takes nothing, so it has not come when the receiver leaves, however late
        // that is.
        Path file = folder.resolve("huge.bin");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 29);
        }
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        Inbox held = new Inbox(
                inbox, null, false, true, temporary -> new HeldFile(TargetFile.ON_DISK.open(temporary), asked, free));
        HostAndPort target = listen(held, false, LONG);
        try (FileSender sender = FileSender.start(io, file, null, target, LONG)) {
            CompletableFuture<Boolean> moving = CompletableFuture.supplyAsync(() -> {
                while (sender.progress().moved() == 0) {
                    Thread.onSpinWait();
                }
                return true;
            });
            moving.get(30, TimeUnit.SECONDS);
            receiver.abort();
            assertThatThrownBy(() -> sender.outcome().get(60, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            Failure.class, failure -> assertThat(failure.exit()).isEqualTo(ExitCode.RESET))
                    .hasMessageContaining("the connection after")
                    .hasMessageContaining("send the file again");
        } finally {
            free.countDown();
        }
    }

    @Test
    void aFileThatShrinksMeanwhileIsNotSent() throws Exception {
        Path file = file(1000);
        SourceFile source = SourceFile.open(file);
        Files.write(file, "short".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> source.next(UnpooledByteBufAllocator.DEFAULT, 1000))
                .hasMessageContaining("became shorter");
        source.close();
    }
}
