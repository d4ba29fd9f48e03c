// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.Requirements;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code bench/lossy-link.sh} as it is used, as short as can be: that it measures and tidies up, not what it measures. */
@Tag("full")
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD) // for one that reads a pipe
class LossyLinkTest {

    private static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();

    @TempDir
    private Path folder;

    @BeforeAll
    static void needed() {
        Requirements.lab("ip", "ss", "cc", "iperf3");
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(REPOSITORY.resolve("bench/lossy-link.sh").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--runs", "1", "--seconds", "1", "--output", folder.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("TOU_CLASS_PATH", System.getProperty("java.class.path"));
        return builder.start();
    }

    private static String said(Process process) throws IOException, InterruptedException {
        String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(words).isZero();
        return words;
    }

    private static void assertNothingIsLeftOf(Process process) {
        assertThat(Lab.output(List.of("ip", "netns")))
                .doesNotContain("tou-a-" + process.pid(), "tou-b-" + process.pid());
        assertThat(Lab.output(List.of("ps", "ax", "-o", "args"))).doesNotContain("tou-a-" + process.pid() + ",");
    }

    private JsonNode report() throws IOException {
        // It has the date of its beginning in its name.
        try (DirectoryStream<Path> reports = Files.newDirectoryStream(folder, "*-lossy-link.json")) {
            return new ObjectMapper()
                    .readTree(reports.iterator().next().toFile())
                    .path("parts");
        }
    }

    @Test
    void measuresGoodput() throws Exception {
        Process process = start("goodput", "--loss", "1");
        assertThat(said(process)).contains("loss 1.0 %, pair 1: kernel ");
        assertNothingIsLeftOf(process);
        JsonNode run = report().path("GOODPUT").path("runs").path(0);
        for (String side : new String[] {"kernel", "tou"}) {
            assertThat(run.path(side).path("bitsPerSecond").asDouble()).as(side).isPositive();
            JsonNode data = run.path(side).path("link").path("aToB");
            assertThat(data.path("offeredBytes").asLong())
                    .as(side + " " + data)
                    .isGreaterThan(data.path("offeredPackets").asLong() * 40);
        }
    }

    @Test
    void measuresRequests() throws Exception {
        said(start("rpc", "--loss", "0"));
        JsonNode runs = report().path("RPC").path("runs");
        assertThat(runs).hasSize(2);
        assertThat(runs.path(0).path("tou").path("requests").asInt()).isEqualTo(1000);
        assertThat(runs.path(1).path("kernel").path("requests").asInt()).isEqualTo(20);
        // The link's round trip is a bound from below, whatever the machine does.
        for (String transport : List.of("kernel", "tou", "plain UDP")) {
            assertThat(runs.path(1).path(transport).path("p50.0Millis").asDouble())
                    .as(transport)
                    .isGreaterThanOrEqualTo(20);
        }
    }

    @Test
    void leavesNothingBehindWhenItIsEnded() throws Exception {
        Process process = start("goodput", "--loss", "0,0,0,0,0,0,0,0,0");
        var lines = process.inputReader();
        for (int pairs = 0; pairs < 2; ) { // by the second, the row of the first is written
            String line = lines.readLine();
            assertThat(line).as("it goes on").isNotNull();
            pairs += line.contains("pair 1: kernel") ? 1 : 0;
        }
        process.toHandle().destroy();
        assertThat(process.waitFor()).isEqualTo(143);
        assertNothingIsLeftOf(process);
        assertThat(Files.list(folder)).as("rows that were finished are kept").isNotEmpty();
    }
}
