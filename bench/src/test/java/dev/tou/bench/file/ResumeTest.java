// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Transports;
import dev.tou.bench.trace.Recording;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A transfer that breaks off goes on where it stopped, if it still can; and never does a file get its name that is not right. */
@Timeout(120)
class ResumeTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int SIZE = 2_000_003;

    @TempDir
    Path folder;

    private final Heard heard = new Heard();
    private final Transports.Io io = Transports.Io.preferred();
    private Path inbox;
    private Path file;
    private byte[] content;
    private FileReceiver receiver;
    private HostAndPort target;

    @BeforeEach
    void makeFile() throws IOException {
        inbox = Files.createDirectory(folder.resolve("inbox"));
        content = new byte[SIZE];
        new SplittableRandom(1).nextBytes(content);
        file = Files.write(folder.resolve("file.bin"), content);
        listen(true);
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    private void listen(boolean resume) {
        listen(resume, Leftovers.DEFAULT);
    }

    private void listen(boolean resume, Leftovers leftovers) {
        Reception reception = new Reception(Inbox.folder(inbox, false, resume), false, LONG, leftovers, heard);
        receiver = FileReceiver.listen(
                io, new InetSocketAddress("127.0.0.1", 0), channel -> reception.install(channel.pipeline()));
        target = new HostAndPort("127.0.0.1", receiver.address().getPort());
    }

    private Path partial() {
        return PartialFile.of(inbox.resolve("file.bin"));
    }

    private List<String> inboxNames() throws IOException {
        try (Stream<Path> all = Files.list(inbox)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }

    /** Sends the first {@code bytes} bytes and leaves; returns when the receiver has let go of them. */
    private void breakOffAfter(int bytes) throws Exception {
        try (HandDrivenSender sender = new HandDrivenSender(io, target)) {
            sender.offer("file.bin", SIZE);
            sender.beginWhenAccepted();
            sender.bytes(Arrays.copyOf(content, bytes));
            sender.awaitDelivered();
        }
        assertThat(heard.next(Heard.Begun.class).offset()).isZero();
        assertThat(heard.next(Failure.class).exit()).isEqualTo(ExitCode.RESET);
        awaitRelease(bytes);
    }

    /** The disk thread lets go a moment after the failure was told; an offer in that moment would be refused. */
    private void awaitRelease(int bytes) throws Exception {
        for (int i = 0; i < 6000; i++) {
            boolean there = bytes == 0 ? Files.notExists(partial()) : Files.size(partial()) == bytes;
            if (there && tryClaim()) {
                return;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("still claimed, or not " + bytes + " bytes: " + inboxNames());
    }

    private boolean tryClaim() throws IOException {
        try {
            PartialFile claimed = PartialFile.claim(inbox.resolve("file.bin"), TargetFile.ON_DISK);
            boolean empty = Files.size(claimed.path()) == 0;
            if (empty) {
                Files.delete(claimed.path());
            }
            claimed.release();
            return true;
        } catch (Failure taken) {
            return false;
        }
    }

    private FileSender.Sent send(boolean anew) throws Throwable {
        try (FileSender sender = FileSender.start(io, file, null, target, LONG, anew, Recording.NONE)) {
            return sender.outcome().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }

    private void assertArrived(FileSender.Sent sent, long resumedAt) throws Exception {
        assertThat(sent.resumedAt()).isEqualTo(resumedAt);
        assertThat(heard.next(Heard.Begun.class).offset()).isEqualTo(resumedAt);
        assertThat(heard.next(Sha256.class)).isEqualTo(sent.digest());
        assertThat(inbox.resolve("file.bin")).hasSameBinaryContentAs(file);
        assertThat(inboxNames()).containsExactly("file.bin");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 1 << 20, SIZE - 1, SIZE})
    void itGoesOnWhereItStopped(int bytes) throws Throwable {
        breakOffAfter(bytes);
        assertArrived(send(false), bytes);
    }

    @Test
    void itMayBreakOffAsOftenAsItLikes() throws Throwable {
        breakOffAfter(100_000);
        for (int there = 100_000; there < 1_000_000; there += 300_000) {
            try (HandDrivenSender sender = new HandDrivenSender(io, target)) {
                sender.offer("file.bin", SIZE);
                assertThat(sender.reply()).isEqualTo(new Reply.Accepted(there, digest(Arrays.copyOf(content, there))));
                sender.begin(there);
                sender.bytes(Arrays.copyOfRange(content, there, there + 300_000));
                sender.awaitDelivered();
            }
            assertThat(heard.next(Heard.Begun.class).offset()).isEqualTo(there);
            assertThat(heard.next(Failure.class).getMessage())
                    .contains("what has come of file.bin is kept, and the next \"tou send\" of it goes on there.");
            awaitRelease(there + 300_000);
        }
        assertArrived(send(false), 1_000_000);
    }

    private static Sha256 digest(byte[] bytes) {
        java.security.MessageDigest digest = Sha256.start();
        digest.update(bytes);
        return Sha256.finish(digest);
    }

    @Test
    void aSourceThatHasChangedBeginsAnew() throws Throwable {
        breakOffAfter(1_000_000);
        content[5] ^= 1;
        Files.write(file, content);
        assertArrived(send(false), 0);
    }

    @Test
    void aSourceThatHasBecomeShorterBeginsAnew() throws Throwable {
        breakOffAfter(1_000_000);
        content = Arrays.copyOf(content, 999_999);
        Files.write(file, content);
        assertArrived(send(false), 0);
    }

    /** What is equal need not come again, whatever follows it. */
    @Test
    void aSourceThatHasGrownGoesOn() throws Throwable {
        breakOffAfter(1_000_000);
        content = Arrays.copyOf(content, SIZE + 5);
        Files.write(file, content);
        assertArrived(send(false), 1_000_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 500_000, 999_999})
    void aPartialFileThatIsDamagedBeginsAnew(int place) throws Throwable {
        breakOffAfter(1_000_000);
        try (RandomAccessFile partial = new RandomAccessFile(partial().toFile(), "rw")) {
            partial.seek(place);
            partial.write(content[place] ^ 1);
        }
        assertArrived(send(false), 0);
    }

    @Test
    void aPartialFileThatWasCutGoesOnSooner() throws Throwable {
        breakOffAfter(1_000_000);
        try (RandomAccessFile partial = new RandomAccessFile(partial().toFile(), "rw")) {
            partial.setLength(777);
        }
        assertArrived(send(false), 777);
    }

    @Test
    void theSenderMayWantToBeginAnew() throws Throwable {
        breakOffAfter(1_000_000);
        assertArrived(send(true), 0);
    }

    @Test
    void theReceiverMayWantToBeginAnew() throws Throwable {
        breakOffAfter(1_000_000);
        receiver.close();
        listen(false);
        FileSender.Sent sent = send(false);
        assertThat(sent.resumedAt()).isZero();
        assertThat(inbox.resolve("file.bin")).hasSameBinaryContentAs(file);
    }

    /** As after a crash between the two steps in which a file gets its name: the finished file must not be written to. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aSecondNameOfAFinishedFileIsNoPartialFile() throws Throwable {
        Path finished = Files.write(inbox.resolve("finished"), Arrays.copyOf(content, 1000));
        Files.createLink(partial(), finished);
        assertThat(send(false).resumedAt()).isZero();
        assertThat(finished).hasBinaryContent(Arrays.copyOf(content, 1000));
        assertThat(inbox.resolve("file.bin")).hasSameBinaryContentAs(file);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aLinkIsNoPartialFile() throws Throwable {
        Path elsewhere = Files.write(folder.resolve("elsewhere"), Arrays.copyOf(content, 1000));
        Files.createSymbolicLink(partial(), elsewhere);
        assertThat(send(false).resumedAt()).isZero();
        assertThat(elsewhere).hasBinaryContent(Arrays.copyOf(content, 1000));
        assertThat(inbox.resolve("file.bin")).isRegularFile().hasSameBinaryContentAs(file);
    }

    @Test
    void twoSendersOfOneNameDoNotMix() throws Throwable {
        try (HandDrivenSender first = new HandDrivenSender(io, target)) {
            first.offer("file.bin", SIZE);
            first.beginWhenAccepted();
            first.bytes(Arrays.copyOf(content, 1000));
            assertThat(heard.next(Heard.Begun.class).offset()).isZero();
            assertThatThrownBy(() -> send(false))
                    .isInstanceOfSatisfying(
                            Failure.class, failure -> assertThat(failure.exit()).isEqualTo(ExitCode.REFUSED))
                    .hasMessageContaining("The receiver says: file.bin is just being received from another sender");
            assertThat(heard.next(Failure.class).exit()).isEqualTo(ExitCode.REFUSED);
            first.bytes(Arrays.copyOfRange(content, 1000, SIZE));
            first.digest(digest(content));
            assertThat(first.reply()).isEqualTo(new Reply.Kept(digest(content)));
        }
        assertThat(inbox.resolve("file.bin")).hasSameBinaryContentAs(file);
    }

    @Test
    void aStartThatWasNotAskedForIsRefused() throws Exception {
        breakOffAfter(1000);
        try (HandDrivenSender sender = new HandDrivenSender(io, target)) {
            sender.offer("file.bin", SIZE);
            assertThat(sender.reply()).isInstanceOf(Reply.Accepted.class);
            sender.begin(999);
            assertThat(sender.reply())
                    .isInstanceOfSatisfying(
                            Reply.Refused.class,
                            reply -> assertThat(reply.sentence()).contains("begins where it was not asked to"));
        }
        assertThat(heard.next(Failure.class).exit()).isEqualTo(ExitCode.REFUSED);
        awaitRelease(1000);
    }

    /** What is there is not the sender's to lose before it has said that it sends something better. */
    @Test
    void anOfferAloneTakesNothingAway() throws Exception {
        breakOffAfter(1000);
        try (HandDrivenSender sender = new HandDrivenSender(io, target)) {
            sender.offer("file.bin", SIZE);
            assertThat(sender.reply()).isInstanceOf(Reply.Accepted.class);
        }
        assertThat(heard.next(Failure.class).getMessage()).contains("before its file was accepted");
        awaitRelease(1000);
    }

    @Test
    void aDigestThatIsWrongAfterResumingKeepsNothing() throws Exception {
        breakOffAfter(1000);
        try (HandDrivenSender sender = new HandDrivenSender(io, target)) {
            sender.offer("file.bin", SIZE);
            assertThat(sender.reply()).isInstanceOf(Reply.Accepted.class);
            sender.begin(1000);
            byte[] rest = Arrays.copyOfRange(content, 1000, SIZE);
            rest[7] ^= 1;
            sender.bytes(rest);
            sender.digest(digest(content));
            assertThat(sender.reply())
                    .isInstanceOfSatisfying(
                            Reply.Refused.class,
                            reply -> assertThat(reply.exit()).isEqualTo(ExitCode.INTEGRITY));
        }
        assertThat(inboxNames()).isEmpty();
    }

    @Test
    void aTransferRemovesWhatOthersHaveLeftTooMuchOf() throws Throwable {
        receiver.close();
        listen(true, new Leftovers(1, Duration.ofDays(7)));
        breakOffAfter(100_000);
        for (int i = 0; i < 3; i++) {
            Path other = Files.write(PartialFile.of(inbox.resolve("other-" + i)), new byte[10]);
            Files.setLastModifiedTime(other, FileTime.from(Instant.now().minusSeconds(60 + i)));
        }
        assertThat(send(false).resumedAt()).isEqualTo(100_000);
        assertThat(inboxNames())
                .containsExactlyInAnyOrder(
                        "file.bin",
                        PartialFile.of(inbox.resolve("other-0")).getFileName().toString());
    }

    @Test
    void aNameOfAPartialFileIsNotSafe() {
        assertThatThrownBy(() -> FileNames.requireSafe(partial().getFileName().toString()))
                .hasMessageContaining("not safe to write");
    }
}
