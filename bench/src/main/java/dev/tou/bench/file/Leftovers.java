// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How much of broken transfers a folder keeps. Whoever reaches the port can break off as many files as they have names, so the
 * newest few are kept, and none for ever.
 *
 * @param most how many files that no transfer has
 * @param age for how long at most, since the last byte came
 */
record Leftovers(int most, Duration age) {

    static final int DEFAULT_MOST = 64;
    static final Leftovers DEFAULT = new Leftovers(DEFAULT_MOST, Duration.ofDays(7));

    private static final Pattern NAME =
            Pattern.compile(Pattern.quote(PartialFile.PREFIX) + "[0-9a-f]{16}" + Pattern.quote(PartialFile.SUFFIX));

    private record Idle(Path path, FileTime modified) {}

    /** Removes from {@code folder} what is too old or too many, the oldest first to go. Blocking. */
    void sweep(Path folder) {
        List<Idle> idle;
        try {
            idle = idle(folder);
        } catch (IOException | DirectoryIteratorException e) {
            return; // a folder that may be written to but not listed
        }
        idle.sort(Comparator.comparing(Idle::modified).reversed());
        FileTime oldest = FileTime.from(Instant.now().minus(age));
        for (int i = 0; i < idle.size(); i++) {
            Idle file = idle.get(i);
            if (i >= most || file.modified.compareTo(oldest) < 0) {
                PartialFile.removeIdle(file.path, file.modified);
            }
        }
    }

    private static List<Idle> idle(Path folder) throws IOException {
        List<Idle> idle = new ArrayList<>();
        try (DirectoryStream<Path> partial = Files.newDirectoryStream(folder, Leftovers::isPartial)) {
            for (Path path : partial) {
                BasicFileAttributes attributes = attributes(path);
                if (attributes != null && attributes.isRegularFile() && !PartialFile.isInUse(path)) {
                    idle.add(new Idle(path, attributes.lastModifiedTime()));
                }
            }
        }
        return idle;
    }

    private static boolean isPartial(Path path) {
        return NAME.matcher(path.getFileName().toString()).matches();
    }

    private static BasicFileAttributes attributes(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            return null; // it has just got its name
        }
    }
}
