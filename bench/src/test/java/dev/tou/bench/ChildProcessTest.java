// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(120)
class ChildProcessTest {

    @TempDir
    Path folder;

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "reads the command line in /proc")
    void hasTheOptionsOfItsParent() throws IOException {
        String options = System.getenv("JAVA_OPTS");
        assertThat(options).as("JAVA_OPTS, which bench/pom.xml sets").isNotBlank();
        try (ChildProcess child = ChildProcess.start("server", folder.resolve("log"), List.of("replay-server"))) {
            child.await("listening", event -> {});
            String words = Files.readString(Path.of("/proc", String.valueOf(child.pid()), "cmdline"));
            assertThat(words.split("\0")).contains(options.split(" "));
        }
    }
}
