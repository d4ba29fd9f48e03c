// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TargetFileTest {

    /** The kernel's own full disk: opens anything, and every write fails with ENOSPC. */
    static final TargetFile.Opener FULL_DISK =
            temporary -> FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE);

    @TempDir
    Path folder;

    static Sha256 digest(String text) {
        MessageDigest digest = Sha256.start();
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return Sha256.finish(digest);
    }

    private TargetFile open(boolean replace) {
        return TargetFile.open(folder.resolve("file"), 5, replace, true, TargetFile.ON_DISK);
    }

    private static void write(TargetFile file, String text) {
        ByteBuf piece = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
        file.write(piece);
        piece.release();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static void assertFails(ExitCode exit, String sentence, ThrowingCallable work) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.exit()).isEqualTo(exit))
                .hasMessageContaining(sentence);
    }

    @Test
    void theNameAppearsOnlyAtTheEnd() throws IOException {
        TargetFile file = open(false);
        write(file, "he");
        assertThat(names()).singleElement().asString().matches("\\.tou-[0-9a-f]{16}\\.part");
        write(file, "llo");
        assertThat(file.commit(digest("hello"))).isEqualTo(digest("hello"));
        assertThat(names()).containsExactly("file");
        assertThat(folder.resolve("file")).hasContent("hello");
        file.discard();
        assertThat(folder.resolve("file")).hasContent("hello");
    }

    @Test
    void damagedBytesAreNotKept() throws IOException {
        TargetFile file = open(false);
        write(file, "hellO");
        assertFails(ExitCode.INTEGRITY, "arrived damaged", () -> file.commit(digest("hello")));
        assertThat(names()).isEmpty();
    }

    @Test
    void interruptedFilesAreNotKept() throws IOException {
        TargetFile file = open(false);
        write(file, "hel");
        file.discard();
        file.discard();
        assertThat(names()).isEmpty();
        assertFails(ExitCode.RESET, "given up", () -> file.commit(digest("hel")));
    }

    @Test
    void anExistingFileIsRefusedAtOnce() throws IOException {
        Files.writeString(folder.resolve("file"), "old");
        assertFails(ExitCode.EXISTS, "--force", () -> open(false));
        assertThat(names()).containsExactly("file");
    }

    @Test
    void aFileThatAppearsMeanwhileIsNotReplaced() throws IOException {
        TargetFile file = open(false);
        write(file, "hello");
        Files.writeString(folder.resolve("file"), "somebody else's");
        assertFails(ExitCode.EXISTS, "left as it is", () -> file.commit(digest("hello")));
        assertThat(names()).containsExactly("file");
        assertThat(folder.resolve("file")).hasContent("somebody else's");
    }

    @Test
    void forceReplacesInOneStep() throws IOException {
        Files.writeString(folder.resolve("file"), "old");
        TargetFile file = open(true);
        write(file, "hello");
        assertThat(folder.resolve("file")).hasContent("old");
        file.commit(digest("hello"));
        assertThat(names()).containsExactly("file");
        assertThat(folder.resolve("file")).hasContent("hello");
    }

    @Test
    void forceThatFailsLeavesTheOldFile() throws IOException {
        Files.writeString(folder.resolve("file"), "old");
        TargetFile file = open(true);
        write(file, "damaged");
        assertFails(ExitCode.INTEGRITY, "damaged", () -> file.commit(digest("hello")));
        assertThat(names()).containsExactly("file");
        assertThat(folder.resolve("file")).hasContent("old");
    }

    @Test
    void aLinkToNowhereCountsAsExisting() throws IOException {
        Files.createSymbolicLink(folder.resolve("file"), folder.resolve("nowhere"));
        assertFails(ExitCode.EXISTS, "is there already", () -> open(false));
    }

    @Test
    void aFullDiskIsToldAsSuch() throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")));
        TargetFile file = TargetFile.open(folder.resolve("file"), 5, false, true, FULL_DISK);
        assertFails(ExitCode.DISK_FULL, "The disk is full, so file was not kept", () -> write(file, "hello"));
        assertThat(names()).isEmpty();
    }

    @Test
    void tooLittleRoomIsToldBeforeAnyByte() throws IOException {
        assertFails(
                ExitCode.DISK_FULL,
                "too little for",
                () -> TargetFile.open(folder.resolve("file"), Long.MAX_VALUE, false, true, TargetFile.ON_DISK));
        assertThat(names()).isEmpty();
    }

    @Test
    void aFolderThatVanishedIsToldAsSuch() throws IOException {
        Path gone = folder.resolve("gone");
        assertFails(
                ExitCode.UNWRITABLE,
                "There is no folder",
                () -> TargetFile.open(gone.resolve("file"), 5, false, true, TargetFile.ON_DISK));
    }
}
