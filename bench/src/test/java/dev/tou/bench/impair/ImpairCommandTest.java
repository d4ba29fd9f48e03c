// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ExitCode;
import dev.tou.bench.TouProcess;
import dev.tou.bench.Transports;
import dev.tou.bench.ping.PingServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The relay as a command: a real connection through it, and every way to get it wrong. */
@Timeout(120)
class ImpairCommandTest {

    private final CapturedConsole tou = new CapturedConsole();

    private static PingServer server() {
        return PingServer.listen(Transports.Io.preferred(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "needs a second loopback address")
    void aConnectionThroughABadLink() throws Exception {
        try (PingServer server = server()) {
            int port = server.address().getPort();
            try (TouProcess relay = TouProcess.start(
                    "impair",
                    "--listen",
                    "127.0.0.2:" + port,
                    "--to",
                    "127.0.0.1:" + port,
                    "--delay",
                    "5ms",
                    "--up",
                    "loss=2%",
                    "--seed",
                    "7",
                    "-J",
                    "-i",
                    "100ms")) {
                assertThat(relay.awaitPort()).isEqualTo(port);
                assertThat(tou.run("ping", "127.0.0.2:" + port, "-c", "100", "-r", "500", "--warmup", "0s", "-J"))
                        .isIn(0, ExitCode.INVALID_MEASUREMENT.code());
                String measured = tou.out()
                        .lines()
                        .filter(line -> line.contains("\"latencyNanos\""))
                        .reduce((first, last) -> last)
                        .orElseThrow(() -> new AssertionError(tou.out() + tou.err()));
                JsonNode latency = new ObjectMapper()
                        .readTree(measured)
                        .path("results")
                        .path(0)
                        .path("latencyNanos");
                assertThat(latency.path("min").asLong()).isGreaterThan(10_000_000);
                relay.awaitLine(line -> line.contains("\"interval\"") && line.contains("\"clients\":1"));
                relay.signal("TERM");
                assertThat(relay.awaitExit()).isEqualTo(143);
                assertThat(relay.output())
                        .contains("\"toServer\":\"5.0 ms, 2% lost\",\"toClient\":\"5.0 ms\",\"seed\":7")
                        .containsPattern("\"event\":\"impair\",\"clients\":1,\"toServer\":\\{\"entered\":[1-9]")
                        .endsWith("tou: Interrupted; no longer relaying.");
            }
        }
    }

    /** The TCP port of a connection is the UDP port that its client connects to, and a relay does not rewrite it. */
    @Test
    void anotherPortIsAnotherConnection() throws Exception {
        try (PingServer server = server();
                TouProcess relay = TouProcess.start(
                        "impair",
                        "--listen",
                        "127.0.0.1:0",
                        "--to",
                        "127.0.0.1:" + server.address().getPort(),
                        "-J")) {
            assertThat(tou.run("ping", "127.0.0.1:" + relay.awaitPort(), "--warmup", "0s"))
                    .isEqualTo(ExitCode.REFUSED.code());
        }
    }

    @Test
    void endsAfterItsTimeInATable() throws Exception {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            String to = "127.0.0.1:" + server.getLocalPort();
            assertThat(tou.run(
                            "impair",
                            "--listen",
                            "127.0.0.1:0",
                            "--to",
                            to,
                            "--duration",
                            "300ms",
                            "-i",
                            "100ms",
                            "--jitter",
                            "1ms",
                            "--reorder",
                            "3%",
                            "--reorder-by",
                            "4ms",
                            "--duplicate",
                            "1%",
                            "--rate",
                            "1mbit",
                            "--queue",
                            "10k",
                            "--mtu",
                            "1400",
                            "--seed",
                            "9"))
                    .as(tou.err())
                    .isZero();
            assertThat(tou.out())
                    .contains("seed 9")
                    .contains("  each way: 0 us to 1.0 ms, 3% reordered, 1% duplicated, 1.0 Mbit/s,\n"
                            + "            queue 10.0 KiB, MTU 1400\n")
                    .contains("Link, in datagrams     to the server   to the client");
            assertThat(tou.err())
                    .contains("A tou connection would need port " + server.getLocalPort() + " here, too")
                    .contains("0 clients   to server 0 passed, 0 dropped   to client 0 passed, 0 dropped");
            assertThat(tou.out().lines()).allMatch(line -> line.length() <= 80);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            USAGE         | --listen 7000                              | --to
            USAGE         | --to h:1                                   | --listen
            USAGE         | --listen x --to h:1                        | is not [ADDRESS:]PORT
            USAGE         | --listen 0 --to h                          | is not HOST:PORT
            USAGE         | --listen 0 --to h:1 --loss 200%            | more than 100%
            USAGE         | --listen 0 --to h:1 --delay soon           | write it like 5ms
            USAGE         | --listen 0 --to h:1 --mtu 12               | is not an MTU; give bytes from 68 to 65535
            USAGE         | --listen 0 --to h:1 --up fast              | is not NAME=VALUE
            USAGE         | --listen 0 --to h:1 --down colour=red      | A link has no "colour"
            USAGE         | --listen 0 --to h:1 --burst-loss 1%        | write it like 1%/8
            USAGE         | --listen 0 --to h:1 --profile ltr          | tou knows no link "ltr"; did you mean lte? It has lan, wifi
            USAGE         | --profile blackhole --netem                | netem does not drop by size
            UNREADABLE    | --netem --profile no-such-file:x           | There is no file no-such-file
            USAGE         | --listen 0 --to h:1 -i 0s                  | --interval is too short
            UNKNOWN_HOST  | --listen 0 --to no-such-host.invalid:1     | No host is called
            UNKNOWN_HOST  | --listen no-such.invalid:1 --to 127.0.0.1:1 | No host is called
            CANNOT_LISTEN | --listen 192.0.2.77:7000 --to 127.0.0.1:1  | not an address of this machine
            """)
    void whatIsWrongIsSaid(ExitCode exit, String args, String sentence) {
        assertThat(tou.run(("impair " + args).split(" +"))).as(tou.err()).isEqualTo(exit.code());
        assertThat(tou.err()).startsWith("tou: ").contains(sentence).hasLineCount(1);
    }

    @Test
    void aProfileIsTheLinkUntilAnOptionSaysOtherwise() throws Exception {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            String to = "127.0.0.1:" + server.getLocalPort();
            String command = "impair --listen 127.0.0.1:0 --duration 1ms --seed 1 --profile satellite --to " + to;
            assertThat(tou.run(command.split(" "))).isZero();
            assertThat(tou.out())
                    .contains("to the server: 280.0 ms to 290.0 ms, 0.1% lost in bursts of 8, 3.0 Mbit/s,")
                    .contains("to the client: 280.0 ms to 290.0 ms, 0.1% lost in bursts of 8, 20.0 Mbit/s,");
            assertThat(tou.run((command + " --delay 1ms --loss 2% --down rate=5mbit").split(" ")))
                    .isZero();
            assertThat(tou.out())
                    .contains(
                            "to the server: 1.0 ms to 11.0 ms, 2% lost, 0.1% lost in bursts of 8,\n                 3.0 Mbit/s,")
                    .contains(
                            "to the client: 1.0 ms to 11.0 ms, 2% lost, 0.1% lost in bursts of 8,\n                 5.0 Mbit/s,");
        }
    }

    @Test
    void listsTheLinksThatHaveAName() throws Exception {
        assertThat(tou.run("impair", "--profiles")).isZero();
        assertThat(tou.out().lines())
                .allMatch(line -> line.length() <= 100)
                .anyMatch(line -> line.matches(" +lte +a phone in a good cell"))
                .anyMatch(line -> line.endsWith("  delay 30ms, jitter 10ms, rate 12mbit, queue 512KiB"))
                .anyMatch(line -> line.contains("rate 1mbit | 16mbit, queue 256KiB | 2MiB"));
        assertThat(tou.run("impair", "--profiles", "-J")).isZero();
        String[] lines = tou.out().strip().split("\n");
        JsonNode last = new ObjectMapper().readTree(lines[lines.length - 1]);
        assertThat(last.path("event").asText()).isEqualTo("profile");
        assertThat(last.path("name").asText()).isEqualTo("blackhole");
        assertThat(last.path("toServer").path("mtu").asText()).isEqualTo("1400");
    }

    @Test
    void saysALinkInTheWordsOfNetem() {
        assertThat(tou.run("impair", "--profile", "satellite", "--netem")).isZero();
        assertThat(tou.out().lines())
                .containsExactly(
                        "up delay 285000us 5000us loss gemodel 0.0125125% 12.5% 100% 0% rate 3000000bit limit 248",
                        "down delay 285000us 5000us loss gemodel 0.0125125% 12.5% 100% 0% rate 20000000bit limit 1183");
    }
}
