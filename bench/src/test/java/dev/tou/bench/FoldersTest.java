// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Where commands write: made if missing, taken as it is if there. */
@Timeout(60)
class FoldersTest {

    @TempDir
    Path folder;

    @Test
    void whatIsMissingIsMadeWithThoseAboveIt() {
        Path made = Folders.make(folder.resolve("a/./b"));
        assertThat(made).isEqualTo(folder.toAbsolutePath().resolve("a/b")).isEmptyDirectory();
        assertThat(Folders.make(made)).isEqualTo(made);
    }

    @Test
    void onlyAnEmptyOneIsRemoved() throws IOException {
        Path file = Files.createFile(Folders.make(folder.resolve("full")).resolve("file"));
        Folders.removeIfEmpty(file.getParent());
        assertThat(file).exists();
        Path empty = Folders.make(folder.resolve("empty"));
        Folders.removeIfEmpty(empty);
        assertThat(empty).doesNotExist();
        Folders.removeIfEmpty(empty);
    }

    /** /tmp is one on macOS. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs privileges to make a link")
    void aLinkToAFolderIsAFolder() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Files.createDirectory(folder.resolve("inbox")));
        assertThat(Folders.make(link)).isEqualTo(link.toAbsolutePath());
        CapturedConsole tou = new CapturedConsole();
        int exit = tou.run("receive", "--bind", "no-such-host.invalid", "--dir", link.toString());
        assertThat(exit).as(tou.err()).isEqualTo(ExitCode.UNKNOWN_HOST.code());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs privileges to make a link")
    void aLinkToNothingIsNone() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
        assertThatThrownBy(() -> Folders.make(link))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exit()).isEqualTo(ExitCode.UNWRITABLE));
    }

    @Test
    void aFileIsNoFolder() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> Folders.make(file))
                .hasMessageContaining("is a file and no folder; choose another one.");
    }
}
