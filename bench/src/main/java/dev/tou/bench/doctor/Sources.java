// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.doctor;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.zip.GZIPInputStream;

/**
 * What the kernel tells in files.
 *
 * @param root the folder that has {@code proc}, {@code sys} and {@code lib}
 */
record Sources(Path root) {

    /** {@return the files of this machine} */
    static Sources ofThisMachine() {
        return new Sources(Path.of("/"));
    }

    boolean exists(String file) {
        return Files.exists(root.resolve(file));
    }

    /** {@return what stands in {@code file}, without the white space around it, or null if it cannot be read} */
    String read(String file) {
        // In one large read: what the kernel shows under /proc/sys ends where a second read would begin.
        try (InputStream in = new BufferedInputStream(Files.newInputStream(root.resolve(file)))) {
            InputStream plain = file.endsWith(".gz") ? new GZIPInputStream(in) : in;
            return new String(plain.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException | UncheckedIOException e) {
            return null;
        }
    }

    /** {@return the number at the beginning of {@code file}, or nothing} */
    OptionalLong number(String file) {
        return number(read(file), 0);
    }

    /** {@return word {@code index} of a text as a number, or nothing} */
    static OptionalLong number(String text, int index) {
        String[] words = text == null ? new String[0] : text.strip().split("\\s+");
        try {
            return index < words.length ? OptionalLong.of(Long.parseLong(words[index])) : OptionalLong.empty();
        } catch (NumberFormatException e) {
            return OptionalLong.empty(); // such as "max"
        }
    }
}
