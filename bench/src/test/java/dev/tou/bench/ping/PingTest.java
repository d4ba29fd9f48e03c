// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ClosedPort;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Requirements;
import dev.tou.bench.TouProcess;
import dev.tou.bench.Transports;
import dev.tou.bench.file.FileReceiver;
import dev.tou.bench.file.Heard;
import dev.tou.bench.file.Reception;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.util.ReferenceCountUtil;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The command from end to end: what it prints, what it writes, and how it ends. */
@Timeout(120)
class PingTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final long MANY = 500;

    @TempDir
    Path folder;

    private final CapturedConsole tou = new CapturedConsole();

    private static PingServer server(Transports.Io io) {
        Requirements.loops(io);
        return PingServer.listen(io, new InetSocketAddress(LOOPBACK, 0));
    }

    private static String target(PingServer server) {
        return "127.0.0.1:" + server.address().getPort();
    }

    private void fails(ExitCode expected, String sentence, String... args) {
        assertThat(tou.run(args)).as(tou.err()).isEqualTo(expected.code());
        assertThat(tou.err()).startsWith("tou: ").contains(sentence).hasLineCount(1);
    }

    /** A busy machine may not keep the rate; everything else must be as it should. */
    private void measures(String... args) {
        assertThat(tou.run(args)).as(tou.err()).isIn(0, ExitCode.INVALID_MEASUREMENT.code());
        if (!tou.err().contains("could not keep the rate")) {
            assertThat(tou.err()).doesNotContain("tou: ");
        }
    }

    private List<JsonNode> events() throws IOException {
        List<JsonNode> events = new ArrayList<>();
        for (String line : tou.out().split("\n")) {
            events.add(new ObjectMapper().readTree(line));
        }
        return events;
    }

    @ParameterizedTest
    @EnumSource(Transports.Io.class)
    void measuresAndPrintsATable(Transports.Io io) {
        try (PingServer server = server(io)) {
            measures("ping", target(server), "-c", "200", "-r", "1000", "--warmup", "50ms", "--io", io.name());
            assertThat(tou.out())
                    .contains("tou ping 127.0.0.1:")
                    .contains("200 requests of 64 bytes, 1 000 a second")
                    .contains("from the intended send time")
                    .containsPattern("p90 +\\d")
                    .containsPattern("p99 +~ ")
                    .containsPattern("p99\\.9 +-")
                    .contains("tou: 200 of 200 answered; sender late by");
            assertThat(tou.err()).contains("200 of     200 answered   p50");
        }
    }

    @ParameterizedTest
    @EnumSource(Transports.Io.class)
    void measuresTheKernelsTcpInTurns(Transports.Io io) throws IOException {
        Path hlog = folder.resolve("ping.hlog");
        try (PingServer server = server(io)) {
            measures(
                    "ping",
                    target(server),
                    "-c",
                    "300",
                    "-r",
                    "2000",
                    "--size",
                    "1k",
                    "--warmup",
                    "10ms",
                    "--baseline",
                    "tcp",
                    "--rounds",
                    "3",
                    "-J",
                    "--hlog",
                    hlog.toString(),
                    "--io",
                    io.name());
        }
        List<JsonNode> events = events();
        assertThat(events).extracting(event -> event.path("schema").asInt()).containsOnly(1);
        assertThat(events.subList(0, 6))
                .extracting(event -> event.path("transport").asText())
                .containsExactly("tou", "tcp", "tou", "tcp", "tou", "tcp");
        JsonNode result = events.get(6);
        assertThat(result.path("event").asText()).isEqualTo("ping");
        assertThat(result.path("bytes").asInt()).isEqualTo(1024);
        for (int i = 0; i < 2; i++) {
            JsonNode one = result.path("results").get(i);
            assertThat(one.path("transport").asText()).isEqualTo(i == 0 ? "tou" : "tcp");
            assertThat(one.path("answered").asInt()).isEqualTo(300);
            assertThat(one.path("rounds")).hasSize(3);
            assertThat(one.path("latencyNanos").path("p50").asLong())
                    .isGreaterThanOrEqualTo(one.path("serviceNanos").path("p50").asLong());
            assertThat(counted(hlog, i == 0 ? "tou" : "tcp")).isEqualTo(300);
        }
        JsonNode connection = result.path("results").get(0).path("connection");
        assertThat(connection.path("transport").asText()).isEqualTo("TouSocketChannel");
    }

    private static long counted(Path hlog, String tag) throws IOException {
        long count = 0;
        try (HistogramLogReader log = new HistogramLogReader(hlog.toFile())) {
            while (log.hasNext()) {
                Histogram interval = (Histogram) log.nextIntervalHistogram();
                if (interval != null && java.util.Objects.equals(tag, interval.getTag())) {
                    count += interval.getTotalCount();
                    assertThat(interval.getStartTimeStamp()).isPositive();
                }
            }
        }
        return count;
    }

    @Test
    void quietPrintsTheResultOnly() {
        try (PingServer server = server(Transports.Io.NIO)) {
            measures("ping", target(server), "-d", "100ms", "--warmup", "0s", "-q");
            assertThat(tou.err()).doesNotContain("answered   p50");
            assertThat(tou.out()).contains("tou: 100 of 100 answered");
        }
    }

    @Test
    void theLogOfOneTransportHasNoTags() throws IOException {
        Path hlog = folder.resolve("ping.hlog");
        try (PingServer server = server(Transports.Io.NIO)) {
            measures("ping", target(server), "-c", "50", "--warmup", "0s", "--hlog", hlog.toString());
        }
        assertThat(counted(hlog, null)).isEqualTo(50);
        assertThat(Files.readString(hlog)).contains("#[StartTime: ").contains("Interval_Compressed_Histogram");
    }

    @Test
    void waitsForAServerThatComesLater() throws IOException {
        ClosedPort before = ClosedPort.take();
        InetSocketAddress address = new InetSocketAddress(LOOPBACK, before.port());
        CompletableFuture<PingServer> later = CompletableFuture.supplyAsync(
                () -> {
                    closed(before);
                    return PingServer.listen(Transports.Io.NIO, address);
                },
                CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS)); // so that the first tries are refused
        measures("ping", before.target(), "-c", "20", "--warmup", "0s", "--wait", "60s");
        assertThat(tou.out()).contains("20 of 20 answered");
        later.join().close();
    }

    private static void closed(ClosedPort port) {
        try {
            port.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void nobodyThere() throws IOException {
        try (ClosedPort nobody = ClosedPort.take()) {
            fails(ExitCode.REFUSED, "refused the connection; is \"tou ping --serve\" running", "ping", nobody.target());
        }
    }

    @Test
    void aServerThatNeverAnswersTheHandshake() throws IOException {
        try (java.net.DatagramSocket silent = new java.net.DatagramSocket(0, LOOPBACK)) {
            String target = "127.0.0.1:" + silent.getLocalPort();
            fails(ExitCode.REFUSED, "did not answer in time", "ping", target, "--timeout", "300ms");
        }
    }

    @Test
    void unknownHost() {
        fails(ExitCode.UNKNOWN_HOST, "No host is called", "ping", "no-such-host.invalid:7000", "--wait", "1m");
    }

    /** A listener over tou that does to each connection what {@code handler} does. */
    private void against(ChannelInboundHandlerAdapter handler, java.util.function.Consumer<String> test) {
        EventLoopGroup group = Transports.group(Transports.Io.NIO, 1, "bad-server");
        Channel listener = new ServerBootstrap()
                .group(group)
                .channel(Transports.serverSocketChannel())
                .childOption(ChannelOption.SO_LINGER, 0)
                .childHandler(handler)
                .bind(new InetSocketAddress(LOOPBACK, 0))
                .syncUninterruptibly()
                .channel();
        try {
            test.accept("127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort());
        } finally {
            Transports.shutdown(group, listener);
        }
    }

    @Test
    void aServerThatResets() {
        ChannelInboundHandlerAdapter resets = new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ReferenceCountUtil.release(message);
                ctx.close(); // with SO_LINGER 0 a reset
            }
        };
        against(resets, target -> {
            assertThat(tou.run("ping", target, "-c", "10", "--warmup", "0s")).isEqualTo(ExitCode.RESET.code());
            assertThat(tou.err()).contains("tou: The connection broke with ").contains(" unanswered");
            assertThat(tou.out()).as("what has been measured").contains("tou: 0 of 10 answered");
        });
    }

    @Test
    void aServerThatTakesEverythingAndAnswersNothing() {
        ChannelInboundHandlerAdapter swallows = new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ReferenceCountUtil.release(message);
            }
        };
        against(swallows, target -> {
            // The handshake has no longer than that either.
            int exit = tou.run("ping", target, "-c", "10", "--warmup", "0s", "--timeout", "3s");
            assertThat(exit).as(tou.err()).isEqualTo(ExitCode.INVALID_MEASUREMENT.code());
            assertThat(tou.err())
                    .contains("still unanswered 3.00 s after the last was due; is \"tou ping --serve\" at the");
            assertThat(tou.out()).contains("Not to be trusted: 10 of 10 requests over tou were not answered.");
            assertThat(tou.run("ping", target, "-c", "10", "--warmup", "10ms", "--timeout", "3s"))
                    .isEqualTo(ExitCode.INVALID_MEASUREMENT.code());
            assertThat(tou.err()).contains("tou: Requests of the warm-up over tou are still unanswered 3.00 s after");
        });
    }

    @Test
    void aServerWithoutKernelTcp() {
        against(
                new EchoHandler(),
                target -> fails(
                        ExitCode.REFUSED,
                        "takes no kernel TCP",
                        "ping",
                        target,
                        "--baseline",
                        "tcp",
                        "--warmup",
                        "0s"));
    }

    @Test
    void aServerOfSomethingElse() {
        ChannelInboundHandlerAdapter greets = new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext ctx) {
                ctx.writeAndFlush(ctx.alloc().buffer().writeZero(64));
            }
        };
        against(greets, target -> {
            assertThat(tou.run("ping", target, "--warmup", "0s")).isEqualTo(ExitCode.REFUSED.code());
            assertThat(tou.err()).contains("The other end does not speak the protocol of \"tou ping --serve\"");
            assertThat(tou.out()).as("no table, where nothing was measured").hasLineCount(1);
        });
    }

    /** It says why it does not take the file, which is less than an answer is long, and waits until we go. */
    @Test
    void aServerForFiles() throws Exception {
        Reception reception = Reception.into(folder, Duration.ofMinutes(10), new Heard());
        try (FileReceiver receiver = FileReceiver.listen(
                Transports.Io.NIO,
                new InetSocketAddress(LOOPBACK, 0),
                channel -> reception.install(channel.pipeline()))) {
            String target = "127.0.0.1:" + receiver.address().getPort();
            assertThat(tou.run("ping", target, "--size", "1k", "--timeout", "10m"))
                    .isEqualTo(ExitCode.REFUSED.code());
            assertThat(tou.err())
                    .isEqualTo("tou: The other end does not speak the protocol of \"tou ping --serve\"; is that running"
                            + " there, on that port?\n");
        }
    }

    @Test
    void aRateThatCannotBeKeptIsInvalid() {
        try (PingServer server = server(Transports.Io.NIO)) {
            int exit = tou.run(
                    "ping",
                    target(server),
                    "-r",
                    "1000000",
                    "-c",
                    "500000",
                    "--size",
                    "4k",
                    "--warmup",
                    "0s",
                    "--timeout",
                    "3s");
            assertThat(exit).as(tou.out()).isEqualTo(ExitCode.INVALID_MEASUREMENT.code());
            assertThat(tou.out()).contains("Not to be trusted: ");
        }
    }

    @Test
    void wrongUsage() {
        fails(ExitCode.USAGE, "Give either HOST:PORT", "ping");
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.CsvSource(delimiter = '|', textBlock = """
            h:1 --serve 7000            | Give either HOST:PORT to measure, or --serve
            h:1 -r 0                    | --rate is 0; give a number from 1 to 1000000
            h:1 -r 1000001              | --rate is 1000001
            h:1 --rounds 0              | --rounds is 0; give a number from 1 to 100
            h:1 --size 15               | --size is 15; give a number from 16 to 1048576
            h:1 --size big              | write it like 32MiB
            h:1 -c 0                    | --count is 0
            h:1 -c 5 -d 5s              | not both
            h:1 -d 0s                   | requests in --duration is 0
            h:1 -d 9999h -r 1000000     | requests in --duration is
            h:1 --warmup 9999h -r 9999  | requests in --warmup is
            h:1 --baseline udp          | --baseline
            h:1 --hlog /none/x.hlog     | There is no folder /none
            --serve 1:2:3               | HOST:PORT
            --serve 70000               | is not a port; give a number from 0 to 65535
            """)
    void valuesOutOfRange(String args, String sentence) {
        String[] words = ("ping " + args).split(" +");
        assertThat(tou.run(words)).isIn(ExitCode.USAGE.code(), ExitCode.UNWRITABLE.code());
        assertThat(tou.err()).startsWith("tou: ").contains(sentence).hasLineCount(1);
    }

    @Test
    void thePortIsTakenForUdp() {
        try (PingServer server = server(Transports.Io.NIO)) {
            fails(ExitCode.CANNOT_LISTEN, "is in use", "ping", "--serve", target(server));
        }
    }

    @Test
    void thePortIsTakenForTcp() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, LOOPBACK)) {
            String address = "127.0.0.1:" + other.getLocalPort();
            fails(ExitCode.CANNOT_LISTEN, "Kernel TCP, for --baseline: Port", "ping", "--serve", address);
        }
    }

    @Test
    void anAddressOfAnotherMachine() {
        fails(ExitCode.CANNOT_LISTEN, "not an address of this machine", "ping", "--serve", "192.0.2.77:7000");
        assertThat(new CapturedConsole().run("ping", "--serve", "no-such-host.invalid:7000"))
                .isEqualTo(ExitCode.UNKNOWN_HOST.code());
    }

    /** "800 of 600 000 answered": a rate of 1000 has that soon, a busy machine a little later. */
    private static boolean hasManyAnswers(String line) {
        Matcher answered =
                Pattern.compile("([\\d ]+) of +[\\d ]+ answered   p50").matcher(line);
        return answered.find() && Long.parseLong(answered.group(1).replace(" ", "")) > MANY;
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void twoProcessesAndCtrlC() throws Exception {
        Path hlog = folder.resolve("ping.hlog");
        try (TouProcess server = TouProcess.start("ping", "--serve", "127.0.0.1:0", "-J")) {
            String target = "127.0.0.1:" + server.awaitPort();
            try (TouProcess ping = TouProcess.start("ping", target, "-d", "10m", "--hlog", hlog.toString())) {
                ping.awaitLine(PingTest::hasManyAnswers);
                ping.signal("INT");
                assertThat(ping.awaitExit()).isEqualTo(130);
                assertThat(ping.output())
                        .contains("from the intended send time")
                        .containsPattern("p50 +\\d")
                        .endsWith("tou: Interrupted; the measurement is not complete.");
                assertThat(counted(hlog, null)).isGreaterThan(MANY);
            }
            try (Socket kernel = new Socket("127.0.0.1", Integer.parseInt(target.split(":")[1]))) {
                assertThat(kernel.isConnected()).isTrue();
            }
            server.signal("INT");
            assertThat(server.awaitExit()).isEqualTo(130);
            assertThat(server.output()).endsWith("tou: Interrupted; no longer listening.");
        }
    }
}
