// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.io.IOException;

import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ClosedPort;
import dev.tou.bench.ExitCode;
import dev.tou.bench.TouProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The server of {@code tou perf -c}, as other commands write it, and as iperf3 does. */
@Timeout(120)
class PerfTargetTest {

    private final CapturedConsole tou = new CapturedConsole();

    @Test
    void thePortMayStandBehindTheHost() throws Exception {
        try (TouProcess server = TouProcess.start("perf", "-s", "-B", "127.0.0.1", "-p", "0", "-J")) {
            int port = server.awaitPort();
            assertThat(tou.run("perf", "-c", "127.0.0.1:" + port, "-n", "100K", "-i", "0"))
                    .as(tou.err())
                    .isZero();
            assertThat(tou.out()).contains("Connecting to 127.0.0.1:" + port);
            CapturedConsole twice = new CapturedConsole();
            String same = String.valueOf(port);
            assertThat(twice.run("perf", "-p", same, "-c", "127.0.0.1:" + same, "-n", "100K"))
                    .as(twice.err())
                    .isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:PORT, 127.0.0.1:PORT",
        "[::1]:PORT, [::1]:PORT",
        "::1 -p PORT, [::1]:PORT",
        "[::1] -p PORT, [::1]:PORT"
    })
    void whoIsNotThereIsNamedWithItsPort(String client, String named) throws IOException {
        try (ClosedPort nobody = ClosedPort.take()) {
            String port = String.valueOf(nobody.port());
            String[] args = ("perf -c " + client.replace("PORT", port)).split(" ");
            assertThat(tou.run(args)).as(tou.err()).isEqualTo(ExitCode.REFUSED.code());
            assertThat(tou.out()).contains("Connecting to " + named.replace("PORT", port) + ",");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            perf -c h:7000 -p 7001           | -c says port 7000 and -p says 7001; give one of them.
            perf -c h:7000 -p 5201           | -c says port 7000 and -p says 5201; give one of them.
            perf -c h:0                      | -c: "0" is not a port; give a number from 1 to 65535.
            perf -c h:http                   | -c: "http" is not a port
            perf -c :7000                    | -c: ":7000" is not HOST:PORT; write it like
            perf -s -B 127.0.0.1:7000        | -B takes an address alone; write -B 127.0.0.1 -p 7000.
            perf -c h -B 127.0.0.1:7000      | -B takes an address alone; write -B 127.0.0.1. Try
            perf -c h:7000 7001              | "7001" is one argument too many; try "tou perf --help".
            receive --bind 127.0.0.1:7000    | --bind takes an address alone; write --bind 127.0.0.1 --port 7000.
            """)
    void misuse(String args, String sentence) {
        assertThat(tou.run(args.split(" +"))).as(tou.err()).isEqualTo(ExitCode.USAGE.code());
        assertThat(tou.err()).startsWith("tou: ").contains(sentence).hasLineCount(1);
        assertThat(tou.out()).isEmpty();
    }

    @Test
    void anUnknownHostIsNamedWithoutThePort() {
        assertThat(tou.run("perf", "-c", "no-such-host.invalid:7000")).isEqualTo(ExitCode.UNKNOWN_HOST.code());
        assertThat(tou.err()).contains("No host is called \"no-such-host.invalid\"");
    }
}
