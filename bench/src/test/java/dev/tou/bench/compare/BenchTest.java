// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The comparison from end to end, as short as it can be. What it measures is not looked at, only that it does. */
@Timeout(180)
class BenchTest {

    @TempDir
    Path folder;

    private final CapturedConsole tou = new CapturedConsole();

    private int bench(String... more) {
        List<String> arguments = new ArrayList<>(List.of("bench", "--rounds=1", "--duration=100ms", "--warmup=0ms"));
        arguments.addAll(List.of(more));
        return tou.run(arguments.toArray(String[]::new));
    }

    @Test
    void everyWorkloadOverEveryTransport() throws Exception {
        Path results = folder.resolve("results");
        int exit = bench("--transports=tcp,tou,tou-65535,quic", "--clients=2", "--pin", "-J", "--output=" + results);
        assertThat(exit).as(tou.err()).isZero();

        JsonNode printed = new ObjectMapper().readTree(tou.out());
        assertThat(printed.path("event").asText()).isEqualTo("bench");
        JsonNode written =
                new ObjectMapper().readTree(results.resolve("results.json").toFile());
        assertThat(written.path("schema").asInt()).isEqualTo(1);
        assertThat(written.path("workloads")).isEqualTo(printed.path("workloads"));
        assertThat(written.path("environment").path("kernel").asText()).isNotEmpty();
        assertThat(written.path("workloads"))
                .extracting(each -> each.path("workload").asText())
                .containsExactly("bulk", "pingpong", "connect");

        boolean quic = !tou.err().contains("quic: not available here");
        for (JsonNode workload : written.path("workloads")) {
            JsonNode byTransport = workload.path("results");
            assertThat(workload.path("orders")).hasSize(1);
            assertThat(workload.path("orders").path(0)).hasSameSizeAs(byTransport);
            assertThat(byTransport.fieldNames())
                    .toIterable()
                    .containsExactlyElementsOf(
                            quic ? List.of("tcp", "tou", "tou-65535", "quic") : List.of("tcp", "tou", "tou-65535"));
            for (JsonNode transport : byTransport) {
                assertThat(transport.path("rounds")).hasSize(1);
                assertThat(transport.path("value").path("median").asDouble()).isPositive();
                assertThat(transport.path("ratioToTcp").path("median").asDouble())
                        .isPositive();
                assertThat(transport.path("bestToTcp").asDouble()).isPositive();
                assertThat(transport.path("rounds").path(0).path("failures")).isEmpty();
            }
        }
        assertThat(Files.readString(results.resolve("report.md")))
                .contains("**bulk**", "**pingpong**", "**connect**", "most/tcp", "least/tcp", "loopback MTU");
    }

    @Test
    void reverseOnNio() {
        int exit = bench("bulk", "--reverse", "--io=nio", "--transports=tcp,tou");
        assertThat(exit).as(tou.err()).isZero();
        assertThat(tou.out())
                .contains("**bulk**")
                .doesNotContain("**pingpong**")
                .contains("NioSocketChannel");
    }

    @Test
    void recordsBothProcesses() {
        int exit = bench("bulk", "--transports=tou", "--jfr=" + folder.resolve("run.jfr"));
        assertThat(exit).as(tou.err()).isZero();
        for (String process : List.of("client", "server")) {
            CapturedConsole reader = new CapturedConsole();
            String file = folder.resolve("run-" + process + ".jfr").toString();
            assertThat(reader.run("bench", "--allocations=" + file)).isZero();
            assertThat(reader.out()).contains("**bulk tou**");
        }
    }

    @Test
    void wrongArguments() {
        assertThat(bench("sprint")).isEqualTo(ExitCode.USAGE.code());
        assertThat(bench("--transports=carrier-pigeon")).isEqualTo(ExitCode.USAGE.code());
        assertThat(bench("--path-mtu=100")).isEqualTo(ExitCode.USAGE.code());
        assertThat(bench("--rcvbuf=large")).isEqualTo(ExitCode.USAGE.code());
        assertThat(bench("--clients=0")).isEqualTo(ExitCode.USAGE.code());
        assertThat(tou.out()).isEmpty();
    }

    @Test
    void anUnreadableRecording() {
        assertThat(bench("--allocations=" + folder.resolve("none.jfr"))).isEqualTo(ExitCode.UNREADABLE.code());
    }
}
