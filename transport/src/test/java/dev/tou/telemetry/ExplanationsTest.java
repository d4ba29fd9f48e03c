// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.tou.state.TcpState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What explains itself at run time says what its Javadoc says. */
class ExplanationsTest {

    private static Matcher constants(String source) throws IOException {
        String text = Files.readString(Path.of("src/main/java/dev/tou", source));
        return Pattern.compile("/\\*\\* ([^*]+) \\*/\\s+([A-Z_0-9]+)\\(\\s*\"([^\"]+)\"\\)")
                .matcher(text);
    }

    private static void expect(Matcher constants, String name, String explanation) {
        assertThat(constants.find()).as(name).isTrue();
        assertThat(constants.group(2)).isEqualTo(name);
        assertThat(constants.group(1)).isEqualTo(explanation);
        assertThat(explanation).endsWith(".");
    }

    @Test
    void ofDrops() throws IOException {
        Matcher constants = constants("telemetry/DropReason.java");
        for (DropReason reason : DropReason.values()) {
            expect(constants, reason.name(), reason.explanation());
        }
    }

    @Test
    void ofStates() throws IOException {
        Matcher constants = constants("state/TcpState.java");
        for (TcpState state : TcpState.values()) {
            expect(constants, state.name(), state.explanation());
        }
    }
}
