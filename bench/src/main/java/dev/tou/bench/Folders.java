// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Folders for what a command writes. */
public final class Folders {

    private Folders() {}

    /**
     * Makes {@code folder} and those above it, unless it is there, perhaps as a link to one, which {@code createDirectories} of
     * older builds of Java 17 and 19 takes for a file.
     *
     * @return it, absolute
     * @throws Failure if it cannot be made
     */
    public static Path make(Path folder) {
        Path whole = folder.toAbsolutePath().normalize();
        if (Files.isDirectory(whole)) {
            return whole;
        }
        try {
            return Files.createDirectories(whole);
        } catch (IOException e) {
            throw Failures.creating(whole, e);
        }
    }

    /** Removes {@code folder} if nothing is in it. */
    public static void removeIfEmpty(Path folder) {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            // something is in it, or somebody stands in it; it harms nobody
        }
    }
}
