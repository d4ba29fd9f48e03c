// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What the launcher script says when there is no Java that will do. */
@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {

    private static final Path SCRIPT = Path.of("..", "tou").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private String run(Path javaHome) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(SCRIPT.toString(), "--version")
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", javaHome.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(1);
        return said;
    }

    private Path javaThatSays(String version) throws IOException {
        Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"" + version + "\"' >&2\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        return folder.resolve("jdk");
    }

    @Test
    void noJavaThere() throws Exception {
        assertThat(run(folder)).startsWith("tou: There is no Java in JAVA_HOME").hasLineCount(1);
    }

    @Test
    void tooOldJava() throws Exception {
        assertThat(run(javaThatSays("1.8.0_402")))
                .contains("is Java 8; tou needs 17")
                .hasLineCount(1);
        assertThat(run(javaThatSays("11.0.2")))
                .contains("is Java 11; tou needs 17")
                .hasLineCount(1);
    }
}
