// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class JsonLinesTest {

    private static final String NAME = "\u00fcml\u00e4ut \u2714.txt";

    /** Where the locale has but ASCII, a program gets the same letters, escaped. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noLetterIsLost(boolean unicode) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console = new Console(out, OutputStream.nullOutputStream(), false, false, unicode);
        new JsonLines(console, true).emit("sent", JsonLines.fields("name", NAME));
        String line = out.toString(StandardCharsets.UTF_8);
        assertThat(new ObjectMapper().readTree(line).path("name").asText()).isEqualTo(NAME);
        assertThat(line.contains(NAME)).isEqualTo(unicode);
    }
}
