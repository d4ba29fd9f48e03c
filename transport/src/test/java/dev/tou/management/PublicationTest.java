// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.management;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** The bean comes with the first channel of a process and goes with its last event loop; in a process of its own, as others open channels, too. */
@Timeout(120)
class PublicationTest {

    private static String run(boolean expected, String... options) throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath, Published.class.getName(), String.valueOf(expected)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
            assertThat(process.exitValue()).as(said).isZero();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void comesWithAChannelAndGoesWithTheLastLoop() throws Exception {
        assertThat(run(true)).contains("open", "closed");
    }

    @Test
    void canBeTurnedOff() throws Exception {
        assertThat(run(false, "-Ddev.tou.jmx=false")).contains("open", "closed");
    }

    /** As in an image that was linked without the module. */
    @Test
    void aRuntimeWithoutManagementHasNone() throws Exception {
        assertThat(run(false, "--limit-modules=java.base,java.logging,jdk.unsupported"))
                .contains("open", "closed")
                .doesNotContain("Exception", "Error");
    }
}
