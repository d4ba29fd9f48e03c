// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import static org.assertj.core.api.Assertions.assertThat;

/** What goes wrong inside of the process that is looked into is told in a sentence. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD) // who reads what a process says is not to be interrupted
class BrokenBeanTest {

    @Test
    void whatTheOtherProcessThrowsIsNoErrorOfOurs() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokenBean.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("ready");
            CapturedConsole console = new CapturedConsole();
            int code = console.run("inspect", String.valueOf(process.pid()), "--over=0s");
            assertThat(console.err())
                    .contains("Process " + process.pid()
                            + " does not tell about its connections: on purpose, by a test.");
            assertThat(code).isEqualTo(ExitCode.NO_PROCESS.code());
        } finally {
            process.destroyForcibly();
        }
    }
}
