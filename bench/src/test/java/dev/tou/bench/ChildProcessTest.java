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

    /** A second process would find the port taken, or write into the file of the first. */
    @Test
    void hasNothingThatOnlyOneProcessCanHave() {
        assertThat(ChildProcess.options("-Xmx1g -agentlib:jdwp=transport=dt_socket,server=y,address=5005"
                        + " -agentpath:/lib/profiler.so=file=a -javaagent:agent.jar=9404  -Xrunjdwp:address=5005"
                        + " -Dcom.sun.management.jmxremote.port=9010 -Dio.netty.leakDetection.level=simple"
                        + " -XX:StartFlightRecording=filename=a.jfr -Xlog:gc*:file=gc.log -Xloggc:gc.log"
                        + " -XX:LogFile=vm.log -XX:ArchiveClassesAtExit=a.jsa -XX:+UseParallelGC"))
                .containsExactly("-Xmx1g", "-Dio.netty.leakDetection.level=simple", "-XX:+UseParallelGC");
        assertThat(ChildProcess.options(null)).isEmpty();
        assertThat(ChildProcess.options("  ")).isEmpty();
    }

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
