// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What strangers leave is bounded, in number and in time, and nothing that is in use is touched. */
class LeftoversTest {

    @TempDir
    Path folder;

    private Path leftover(String target, Duration old) throws IOException {
        Path file = PartialFile.of(folder.resolve(target));
        Files.writeString(file, "what came of " + target);
        return age(file, old);
    }

    private static Path age(Path file, Duration old) throws IOException {
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(old)));
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    @Test
    void theOldestGo() throws IOException {
        List<Path> files = IntStream.range(0, 5)
                .mapToObj(i -> {
                    try {
                        return leftover("file-" + i, Duration.ofMinutes(1 + i));
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
        new Leftovers(3, Duration.ofDays(7)).sweep(folder);
        assertThat(left()).containsExactlyInAnyOrderElementsOf(files.subList(0, 3));
    }

    @Test
    void noneIsKeptForEver() throws IOException {
        Path young = leftover("young", Duration.ofDays(6));
        leftover("old", Duration.ofDays(8));
        Leftovers.DEFAULT.sweep(folder);
        assertThat(left()).containsExactly(young);
    }

    @Test
    void whatIsInUseStays() throws IOException {
        PartialFile claimed = PartialFile.claim(folder.resolve("coming"), TargetFile.ON_DISK);
        PartialFile fresh = PartialFile.fresh(folder.resolve("coming too"), TargetFile.ON_DISK);
        age(claimed.path(), Duration.ofDays(30));
        age(fresh.path(), Duration.ofDays(30));
        Leftovers none = new Leftovers(0, Duration.ofDays(7));
        none.sweep(folder);
        assertThat(left()).containsExactlyInAnyOrder(claimed.path(), fresh.path());
        claimed.release();
        fresh.release();
        none.sweep(folder);
        assertThat(left()).isEmpty();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatIsNoLeftoverStays() throws IOException {
        Path other = Files.writeString(folder.resolve(".tou-notes.part"), "somebody's");
        Path directory = Files.createDirectory(folder.resolve(".tou-0123456789abcdef.part"));
        Path target = Files.writeString(folder.resolve("target"), "whole");
        Path link = folder.resolve(".tou-0123456789abcdee.part");
        Files.createSymbolicLink(link, target);
        new Leftovers(0, Duration.ZERO).sweep(folder);
        assertThat(left()).containsExactlyInAnyOrder(other, directory, target, link);
    }
}
