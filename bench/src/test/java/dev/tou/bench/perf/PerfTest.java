// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ClosedPort;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Requirements;
import dev.tou.bench.TouProcess;
import dev.tou.bench.Transports;
import dev.tou.bench.ping.PingServer;
import dev.tou.bench.trace.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The command from end to end: what it prints, and how it ends. Nothing here says how fast it must be. */
@Timeout(120)
class PerfTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final long BYTES = 3 << 20;

    /** Longer than anybody waits here. */
    private static final String LONG = "600";

    private final CapturedConsole tou = new CapturedConsole();
    private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

    /** What the server tells, for the test to wait for. */
    private final PerfServer.Listener server = new PerfServer.Listener() {
        @Override
        public void onBegin(
                HostAndPort client, Carrier carrier, TestPlan plan, List<ClientConnections.Opened> streams) {
            told.add(streams);
        }

        @Override
        public void onInterval(Interval interval) {
            // its own view of the same; the tests of columns have it
        }

        @Override
        public void onOutcome(Outcome outcome) {
            told.add(outcome);
        }

        @Override
        public void onFailed(HostAndPort client, boolean test, Failure failure) {
            told.add(failure);
        }
    };

    private PerfServer listen(Transports.Io io) throws InterruptedException {
        Requirements.loops(io);
        InetSocketAddress any = new InetSocketAddress(LOOPBACK, 0);
        return PerfServer.listen(new PerfServer.Setup(io, any, 0, Duration.ofSeconds(60), 0, Recording.NONE), server);
    }

    private PerfServer listen() throws InterruptedException {
        return listen(Transports.Io.preferred());
    }

    private <T> T awaitTold(Class<T> type) throws InterruptedException {
        while (true) {
            Object next = told.poll(60, TimeUnit.SECONDS);
            assertThat(next).as("what the server tells").isNotNull();
            if (type.isInstance(next)) {
                return type.cast(next);
            }
        }
    }

    private int perf(PerfServer to, String... args) {
        List<String> all = new ArrayList<>(List.of(
                "perf", "-c", "127.0.0.1", "-p", String.valueOf(to.address().getPort())));
        all.addAll(List.of(args));
        return tou.run(all.toArray(String[]::new));
    }

    private List<JsonNode> documents() throws IOException {
        List<JsonNode> documents = new ArrayList<>();
        for (String line : tou.out().split("\n")) {
            documents.add(new ObjectMapper().readTree(line));
        }
        return documents;
    }

    private void fails(int exit, ExitCode expected, String sentence) {
        assertThat(exit).as(tou.err()).isEqualTo(expected.code());
        assertThat(tou.err()).startsWith("tou: ").contains(sentence).hasLineCount(1);
    }

    @ParameterizedTest
    @EnumSource(Transports.Io.class)
    void sendsSoManyBytes(Transports.Io io) throws InterruptedException {
        try (PerfServer to = listen(io)) {
            assertThat(perf(to, "-n", "3M", "--io", io.name())).as(tou.err()).isZero();
            assertThat(awaitTold(Outcome.class).streams())
                    .singleElement()
                    .satisfies(stream -> assertThat(stream.received().bytes()).isEqualTo(BYTES));
        }
        assertThat(tou.out())
                .contains("Connecting to 127.0.0.1:")
                .contains("[  1] local 127.0.0.1:")
                .contains("[ ID] Interval           Transfer     Bitrate         Retr  Cwnd         RTT\n")
                .containsPattern("\n\\[  1]   0\\.00-\\d+\\.\\d\\d +sec  3\\.00 MBytes .*bits/sec +\\d+ +sender\n")
                .containsPattern("\n\\[  1]   0\\.00-\\d+\\.\\d\\d +sec  3\\.00 MBytes .*bits/sec +receiver\n");
        assertThat(tou.err()).isEmpty();
    }

    @Test
    void theServerSends() throws Exception {
        try (PerfServer to = listen()) {
            assertThat(perf(to, "-R", "-n", "3M", "-J", "-C", "reno"))
                    .as(tou.err())
                    .isZero();
            assertThat(awaitTold(Outcome.class).streams().get(0).sent().bytes()).isEqualTo(BYTES);
        }
        JsonNode test = documents().get(0);
        assertThat(test.path("start").path("test_start").path("reverse").asInt())
                .isOne();
        JsonNode end = test.path("end");
        assertThat(end.path("complete").asBoolean()).isTrue();
        assertThat(end.path("sum_sent").path("bytes").asLong()).isEqualTo(BYTES);
        assertThat(end.path("sum_sent").path("retransmits").isIntegralNumber()).isTrue();
        assertThat(end.path("sum_received").path("bytes").asLong()).isEqualTo(BYTES);
        assertThat(end.path("sender_tcp_congestion").asText()).isEqualTo("newreno");
        assertThat(end.path("receiver_tcp_congestion").asText()).isEqualTo("newreno");
        JsonNode interval = test.path("intervals").get(0).path("streams").get(0);
        assertThat(interval.path("sender").asBoolean()).isFalse();
        assertThat(interval.path("snd_cwnd").asLong()).as("the server tells it").isPositive();
        assertThat(interval.path("rtt").asLong()).isPositive();
    }

    @Test
    void fourStreamsShareTheBytes() throws Exception {
        try (PerfServer to = listen()) {
            assertThat(perf(to, "-P", "4", "-n", "3M", "-l", "10000"))
                    .as(tou.err())
                    .isZero();
            assertThat(awaitTold(Outcome.class).streams()).hasSize(4);
        }
        assertThat(tou.out())
                .contains("[  1] local", "[  4] local")
                .containsPattern("\n\\[SUM] .* 3\\.00 MBytes .*sender\n")
                .containsPattern("\n\\[SUM] .* 3\\.00 MBytes .*receiver\n")
                .containsPattern("\n(- )+-\n");
    }

    @Test
    void bothSend() throws Exception {
        try (PerfServer to = listen()) {
            assertThat(perf(to, "--bidir", "-P", "2", "-n", "1M", "-J"))
                    .as(tou.err())
                    .isZero();
            assertThat(perf(to, "--bidir", "-n", "1M")).as(tou.err()).isZero();
        }
        String[] lines = tou.out().split("\n", 2);
        JsonNode end = new ObjectMapper().readTree(lines[0]).path("end");
        for (String sum : List.of("sum_sent", "sum_received", "sum_sent_bidir_reverse", "sum_received_bidir_reverse")) {
            assertThat(end.path(sum).path("bytes").asLong()).as(sum).isEqualTo(1 << 20);
        }
        assertThat(end.path("streams")).hasSize(4);
        assertThat(lines[1])
                .contains("[ ID][Role] Interval")
                .containsPattern("\\[  1]\\[TX-C] .* sender")
                .containsPattern("\\[  1]\\[TX-C] .* receiver")
                .containsPattern("\\[  2]\\[RX-C] .* sender")
                .containsPattern("\\[  2]\\[RX-C] .* receiver");
    }

    @Test
    void whatIsOmittedIsMarkedAndNotCounted() throws Exception {
        try (PerfServer to = listen()) {
            assertThat(perf(to, "-t", "0.3", "-O", "0.2", "-i", "0.1", "-J", "--json-stream"))
                    .as(tou.err())
                    .isZero();
            assertThat(perf(to, "-t", "0.3", "-O", "0.2", "-i", "0.1"))
                    .as(tou.err())
                    .isZero();
        }
        List<JsonNode> events = new ArrayList<>();
        StringBuilder rest = new StringBuilder();
        for (String line : tou.out().split("\n")) {
            if (line.startsWith("{")) {
                events.add(new ObjectMapper().readTree(line));
            } else {
                rest.append(line).append('\n');
            }
        }
        assertThat(events).extracting(event -> event.path("schema").asInt()).containsOnly(1);
        assertThat(events.get(0).path("event").asText()).isEqualTo("start");
        assertThat(events.get(events.size() - 1).path("event").asText()).isEqualTo("end");
        List<JsonNode> intervals = events.subList(1, events.size() - 1);
        assertThat(intervals)
                .allSatisfy(event -> assertThat(event.path("event").asText()).isEqualTo("interval"));
        assertThat(intervals.get(0).path("sum").path("omitted").asBoolean()).isTrue();
        long counted = intervals.stream()
                .map(event -> event.path("sum"))
                .filter(sum -> !sum.path("omitted").asBoolean())
                .mapToLong(sum -> sum.path("bytes").asLong())
                .sum();
        long all = intervals.stream()
                .mapToLong(event -> event.path("sum").path("bytes").asLong())
                .sum();
        long sent = events.get(events.size() - 1).path("sum_sent").path("bytes").asLong();
        assertThat(sent).isBetween(counted, all - 1);
        assertThat(rest.toString())
                .contains("  (omitted)\n")
                .contains(" sender\n")
                .contains(" receiver\n");
    }

    @Test
    void theKernelsTcpBesideIt() throws Exception {
        try (PerfServer to = listen(Transports.Io.NIO)) {
            assertThat(perf(to, "-n", "1M", "--baseline", "tcp", "--io", "nio"))
                    .as(tou.err())
                    .isZero();
            assertThat(perf(to, "-n", "1M", "--baseline", "tcp", "--io", "nio", "-J"))
                    .as(tou.err())
                    .isZero();
        }
        assertThat(tou.out())
                .containsPattern("\ntou / kernel TCP: \\d+\\.\\d\\d  \\(.*bits/sec / .*bits/sec, received\\)\n");
        String[] lines = tou.out().split("\n");
        JsonNode ratio = new ObjectMapper().readTree(lines[lines.length - 1]);
        assertThat(ratio.path("event").asText()).isEqualTo("baseline");
        assertThat(ratio.path("ratio").asDouble()).isPositive();
        JsonNode tcp = new ObjectMapper().readTree(lines[lines.length - 2]);
        assertThat(tcp.path("start").path("test_start").path("protocol").asText())
                .isEqualTo("TCP");
    }

    @Test
    void oneTestAfterAnother() throws Exception {
        try (PerfServer to = listen()) {
            for (int i = 0; i < 3; i++) {
                assertThat(perf(to, "-n", "100K")).as(tou.err()).isZero();
                awaitTold(Outcome.class);
            }
        }
    }

    @Test
    void flagsOfTheConnection() throws Exception {
        try (PerfServer to = listen()) {
            assertThat(perf(to, "-n", "1M", "-w", "64K", "-M", "1000", "-B", "127.0.0.1", "-4", "-f", "K", "-J"))
                    .as(tou.err())
                    .isZero();
        }
        JsonNode last =
                documents().get(0).path("intervals").get(0).path("streams").get(0);
        assertThat(last.path("pmtu").asInt()).isEqualTo(StreamSettings.pathMtu(1000, LOOPBACK));
    }

    @Test
    void tracesAndCaptures(@TempDir Path folder) throws Exception {
        Path trace = folder.resolve("perf.jsonl");
        Path capture = folder.resolve("perf.pcapng");
        try (PerfServer to = listen()) {
            assertThat(perf(to, "-n", "100K", "-P", "2", "--trace", trace.toString(), "--capture", capture.toString()))
                    .as(tou.err())
                    .isZero();
        }
        assertThat(Files.readAllLines(trace).stream().filter(line -> line.contains("\"e\":\"connection\"")))
                .as("one for control, two for streams")
                .hasSize(3);
        assertThat(Files.size(capture)).isGreaterThan(100 << 10);
    }

    // --- what goes wrong ---

    @Test
    void nobodyThere() throws IOException {
        try (ClosedPort nobody = ClosedPort.take()) {
            int exit = tou.run("perf", "-c", "127.0.0.1", "-p", String.valueOf(nobody.port()), "-J");
            assertThat(exit).isEqualTo(ExitCode.REFUSED.code());
        }
        assertThat(tou.err()).contains("refused the connection; is \"tou perf -s\" running");
        assertThat(tou.out()).contains("\"event\":\"failed\",\"exit\":3");
    }

    @Test
    void aServerOfSomethingElse() {
        try (PingServer echo = PingServer.listen(Transports.Io.NIO, new InetSocketAddress(LOOPBACK, 0))) {
            int exit = tou.run(
                    "perf",
                    "-c",
                    "127.0.0.1",
                    "-p",
                    String.valueOf(echo.address().getPort()));
            assertThat(exit).isEqualTo(ExitCode.REFUSED.code());
            assertThat(tou.err()).contains("does not answer like \"tou perf -s\"");
        }
    }

    @Test
    void aServerThatSaysNothing() throws IOException {
        try (java.net.DatagramSocket silent = new java.net.DatagramSocket(0, LOOPBACK)) {
            int exit = tou.run(
                    "perf", "-c", "127.0.0.1", "-p", String.valueOf(silent.getLocalPort()), "--timeout", "300ms");
            assertThat(exit).isEqualTo(ExitCode.REFUSED.code());
            assertThat(tou.err()).contains("did not answer in time");
        }
    }

    @Test
    void anUnknownCongestionControl() throws Exception {
        try (PerfServer to = listen()) {
            int exit = perf(to, "-C", "warp");
            assertThat(exit).isEqualTo(ExitCode.USAGE.code());
            assertThat(tou.err()).contains("tou has no congestion control \"warp\"; it has cubic and reno.");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            perf                                | Give either -s to be the server, or -c HOST to measure.
            perf -s -c h                        | Give either -s to be the server, or -c HOST to measure.
            perf -c h -4 -6                     | not both
            perf -c h -t 5 -n 1M                | Give either -t or -n, not both
            perf -c h -R --bidir                | Give either -R or --bidir, not both
            perf -c h -t 0                      | -t is 0; give a time, or bytes with -n
            perf -c h -t 90000                  | -t is 90000; give a number from 0 to 86400 seconds
            perf -c h -t soon                   | -t: "soon" is no time; write it like 10, 0.5 or 500ms
            perf -c h -n many                   | write it like 32MiB
            perf -c h -P 0                      | -P is 0; give a number from 1 to 128
            perf -c h -P 129                    | -P is 129
            perf -c h -l 2M                     | -l is 2097152; give a number from 1 to 1048576
            perf -c h -l 0                      | -l is 0
            perf -c h -w 2G                     | -w is 2147483647
            perf -c h -O 601                    | -O is 601; give a number from 0 to 600 seconds
            perf -c h -i 0.01                   | -i is 0.01; give seconds from 0.1 to 60, or 0
            perf -c h -i 61                     | -i is 61
            perf -c h -p 0                      | -p: 0 is not a port
            perf -c h -p 65536                  | -p: 65536 is not a port
            perf -c h -f x                      | -f: "x" is none of k, m, g, t, K, M, G and T
            perf -c h -M 100                    | -M is 100; give a number from 528 to 65467
            perf -c h -M 1400 -R                | -M is for whoever sends to say; give it to "tou perf -s"
            perf -c h -1                        | -1 is for the server to say; give it to "tou perf -s"
            perf -c h -C CUBIC!                 | -C is no name of a congestion control
            perf -c h --baseline udp            | none of these: tcp
            perf -s -R                          | -R is for the client to say; give it to "tou perf -c"
            perf -s -t 5                        | -t is for the client to say
            perf -c h --timeout 0s              | --timeout is 0; give a time
            perf -s --timeout 2s                | --timeout of a server is less than 3s; clients speak once a second
            """)
    void wrongUsage(String args, String sentence) {
        fails(tou.run(args.split(" +")), ExitCode.USAGE, sentence);
    }

    @Test
    void namesWithoutAddresses() {
        assertThat(tou.run("perf", "-c", "no-such-host.invalid")).isEqualTo(ExitCode.UNKNOWN_HOST.code());
        assertThat(tou.run("perf", "-c", "127.0.0.1", "-6")).isEqualTo(ExitCode.UNKNOWN_HOST.code());
        assertThat(tou.run("perf", "-s", "-B", "no-such-host.invalid")).isEqualTo(ExitCode.UNKNOWN_HOST.code());
        assertThat(tou.err())
                .contains("No host is called \"no-such-host.invalid\"")
                .contains("127.0.0.1 has no IPv6 address; leave out -6.")
                .contains("give an address of this machine");
        assertThat(tou.run("perf", "-s", "-B", "192.0.2.77")).isEqualTo(ExitCode.CANNOT_LISTEN.code());
        assertThat(tou.err()).contains("192.0.2.77 is not an address of this machine");
    }

    @Test
    void thePortIsTaken() throws Exception {
        try (PerfServer to = listen()) {
            String port = String.valueOf(to.address().getPort());
            int exit = tou.run("perf", "-s", "-B", "127.0.0.1", "-p", port);
            fails(exit, ExitCode.CANNOT_LISTEN, "Port " + port + " is in use");
        }
    }

    // --- processes ---

    @Test
    void aServerForOneTest() throws Exception {
        try (TouProcess process = TouProcess.start("perf", "-s", "-B", "127.0.0.1", "-p", "0", "-1", "-J")) {
            String port = String.valueOf(process.awaitPort());
            assertThat(tou.run("perf", "-c", "127.0.0.1", "-p", port, "-n", "3M"))
                    .as(tou.err())
                    .isZero();
            assertThat(process.awaitExit()).isZero();
            String[] lines = process.output().split("\n");
            JsonNode test = new ObjectMapper().readTree(lines[lines.length - 1]);
            assertThat(test.path("event").asText()).isEqualTo("perf");
            assertThat(test.path("start")
                            .path("accepted_connection")
                            .path("host")
                            .asText())
                    .isEqualTo("127.0.0.1");
            assertThat(test.path("end").path("sum_received").path("bytes").asLong())
                    .isEqualTo(BYTES);
            assertThat(test.path("end").has("sum_sent"))
                    .as("only the client knows")
                    .isFalse();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void ctrlCShowsWhatWasDone() throws Exception {
        try (PerfServer to = listen();
                TouProcess client = TouProcess.start(
                        "perf",
                        "-c",
                        "127.0.0.1",
                        "-p",
                        String.valueOf(to.address().getPort()),
                        "-t",
                        LONG,
                        "-i",
                        "0.1")) {
            client.awaitLine(line -> line.startsWith("[  1]   ") && line.contains(" sec "));
            client.signal("INT");
            assertThat(client.awaitExit()).isEqualTo(130);
            assertThat(client.output()).contains(" sender\n").endsWith("tou: Interrupted; the test is not complete.");
            assertThat(awaitTold(Failure.class).exit()).isEqualTo(ExitCode.RESET);
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aClientThatIsKilledLeavesTheServerFree() throws Exception {
        InetSocketAddress any = new InetSocketAddress(LOOPBACK, 0);
        PerfServer.Setup impatient =
                new PerfServer.Setup(Transports.Io.preferred(), any, 0, Duration.ofSeconds(4), 0, Recording.NONE);
        try (PerfServer to = PerfServer.listen(impatient, server)) {
            try (TouProcess client = TouProcess.start(
                    "perf", "-c", "127.0.0.1", "-p", String.valueOf(to.address().getPort()), "-t", LONG, "-i", "0.1")) {
                client.awaitLine(line -> line.startsWith("[  1]   ") && line.contains(" sec "));
                client.signal("KILL");
                assertThat(client.awaitExit()).isEqualTo(137);
            }
            assertThat(awaitTold(Failure.class).exit()).isEqualTo(ExitCode.RESET);
            assertThat(perf(to, "-n", "100K")).as(tou.err()).isZero();
        }
    }
}
