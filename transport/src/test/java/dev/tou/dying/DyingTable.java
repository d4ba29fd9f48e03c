// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.dying;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rows of {@code docs/DYING.md}: what happened, what the application sees, after how long. A test hands in what it has seen;
 * the document must say the same. With {@code -Dtou.dying.write=true} it is made to.
 */
public final class DyingTable {

    private static final Path DOCUMENT = Path.of("../docs/DYING.md");
    private static final boolean WRITES = Boolean.getBoolean("tou.dying.write");

    private DyingTable() {}

    /** In virtual time: to the digit. */
    public static void exactly(String happened, String seen, double seconds) {
        check(happened, seen, seconds(seconds), true);
    }

    /** In real time: the same words, with other numbers and addresses in them; the time is the test's own to judge. */
    public static void about(String happened, String seen, double seconds) {
        check(happened, seen, seconds(seconds), false);
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, seconds < 10 ? "%.2f s" : "%.1f s", seconds);
    }

    private static synchronized void check(String happened, String seen, String after, boolean exactly) {
        System.out.println("| " + happened + " | " + seen + " | " + after + " |");
        try {
            List<String> lines = Files.readAllLines(DOCUMENT);
            int at = lines.indexOf(lines.stream()
                    .filter(line -> line.startsWith("| " + happened + " |"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("docs/DYING.md has no row of: " + happened)));
            String[] cells = Arrays.stream(lines.get(at).split("\\|", -1))
                    .map(String::strip)
                    .toArray(String[]::new);
            if (WRITES) {
                lines.set(at, "| " + happened + " | " + seen + " | " + after + " | " + cells[4] + " |");
                Files.write(DOCUMENT, lines);
            } else {
                assertThat(exactly ? cells[2] : masked(cells[2]))
                        .as("docs/DYING.md: %s", happened)
                        .isEqualTo(exactly ? seen : masked(seen));
                assertThat(exactly ? cells[3] : masked(cells[3]))
                        .as("docs/DYING.md: %s", happened)
                        .isEqualTo(exactly ? after : masked(after));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String masked(String words) {
        return words.replaceAll("\\d+(\\.\\d+)*", "N");
    }
}
