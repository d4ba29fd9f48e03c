// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ConsoleTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void terminalGetsOneLineThatIsRedrawn() {
        Console console = new Console(out, err, true, true, true);
        ProgressLine line = new ProgressLine(console, "a-rather-long-file-name.tar.gz", 1000);
        console.progress(line.at(0, 0, null));
        console.progress(line.at(500, 1_000_000_000L, 12L));
        console.say("done");
        assertThat(err())
                .contains("\r\033[K")
                .contains(" 50 %")
                .contains("ETA 0:01")
                .contains("12 resent")
                .doesNotContain("\n");
        assertThat(err()).endsWith("\r\033[K");
    }

    @Test
    void progressFitsAnOrdinaryTerminal() {
        Console console = new Console(out, err, true, false, true);
        ProgressLine line = new ProgressLine(console, "a-rather-long-file-name.tar.gz", 5L << 40);
        line.at(0, 0, null);
        assertThat(line.at(3L << 40, 1_000_000_000L, 999L).length()).isLessThan(100);
        assertThat(line.at(3L << 40, 2_000_000_000L, 999L)).contains("...");
    }

    @Test
    void elsewhereThereAreNeitherColoursNorControlCharacters() {
        Console console = new Console(out, err, false, false, false);
        console.progress("never shown");
        console.note(new ProgressLine(console, "file", 10).at(5, 1, null));
        console.say(console.bold("x") + console.symbol("✔", "ok"));
        console.error("It failed.");
        assertThat(err())
                .doesNotContain("\033", "\r")
                .doesNotContain("never shown")
                .endsWith("tou: It failed.\n");
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("xok\n");
    }

    @Test
    void nothingFollowsTheLastWord() {
        Console console = new Console(out, err, false, false, true);
        console.lastWord("Interrupted.");
        console.error("The connection broke.");
        console.say("done");
        assertThat(err()).isEqualTo("tou: Interrupted.\n");
        assertThat(out.size()).isZero();
    }
}
