// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.trace;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.SlowLink;
import dev.tou.bench.TouProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Commands that are told to write down their connections: both files are there, and agree. */
@Timeout(180)
class RecordingTest {

    private static final int SYN = 2;
    private static final int TCP = 6;

    @TempDir
    Path folder;

    private final CapturedConsole tou = new CapturedConsole();

    /** A segment of a capture. */
    private record Segment(long seq, int bits, int destination, int textBytes) {}

    private static List<Segment> segments(Path capture) throws IOException {
        List<Segment> segments = new ArrayList<>();
        try (PacketReader reader = new PacketReader(Files.newInputStream(capture))) {
            for (PacketReader.Packet packet = reader.next(); packet != null; packet = reader.next()) {
                ByteBuffer ip = ByteBuffer.wrap(packet.bytes());
                if (ip.get(9) == TCP) {
                    int headerBytes = (ip.get(32) & 0xF0) >> 2;
                    segments.add(new Segment(
                            Integer.toUnsignedLong(ip.getInt(24)),
                            ip.get(33),
                            Short.toUnsignedInt(ip.getShort(22)),
                            ip.limit() - 20 - headerBytes));
                }
            }
        }
        return segments;
    }

    /** The wire of a scenario has the lost segment, too, and says that it was lost. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "needs a second loopback address")
    void aSceneOfReplay() throws IOException {
        Path capture = folder.resolve("scenes.pcapng");
        assertThat(tou.run("replay", "handshake", "fast-retransmit", "--capture", capture.toString()))
                .as(tou.err())
                .isZero();
        assertThat(tou.out() + tou.err()).containsPattern("scenes\\.pcapng: \\d+ datagrams\n");
        List<Segment> all = segments(capture);
        assertThat(all.stream()
                        .filter(segment -> segment.bits() == SYN)
                        .map(Segment::seq)
                        .distinct())
                .as("of two connections; a busy machine may have one sent again")
                .hasSize(2);
        List<Segment> texts =
                all.stream().filter(segment -> segment.textBytes() > 0).toList();
        assertThat(texts.size()).as("eight segments, and one of them again").isGreaterThan((int)
                texts.stream().map(Segment::seq).distinct().count());
        assertThat(Files.readString(capture, StandardCharsets.ISO_8859_1))
                .contains("tou replay handshake: three segments", "tou replay fast-retransmit: ", "lost by the wire");
    }

    private static List<JsonNode> events(Path trace) throws IOException {
        List<JsonNode> events = new ArrayList<>();
        for (String line : Files.readAllLines(trace)) {
            events.add(new ObjectMapper().readTree(line));
        }
        assertThat(events.get(events.size() - 1).path("e").asText()).isEqualTo("end");
        assertThat(events.get(events.size() - 1).path("events").asInt()).isEqualTo(events.size() - 2);
        return events;
    }

    private static JsonNode first(List<JsonNode> events, String kind) {
        return events.stream()
                .filter(event -> event.path("e").asText().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private static long sum(List<JsonNode> events, String field) {
        return events.stream()
                .filter(event -> event.path("e").asText().matches("sent|retransmitted"))
                .filter(event -> event.path("textBytes").asInt() > 0)
                .mapToLong(event -> event.path(field).asLong())
                .sum();
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private TouProcess receiver(String... more) throws IOException {
        List<String> args = new ArrayList<>(
                List.of("receive", "--bind", "127.0.0.1", "--port", "0", "--dir", folder.toString(), "-J", "--once"));
        args.addAll(List.of(more));
        return TouProcess.start(args.toArray(String[]::new));
    }

    @Test
    void captureAndTraceOfATransferAgree() throws Exception {
        Path file = Files.write(folder.resolve("file.bin"), new byte[300_000]);
        int port;
        try (TouProcess receiver = receiver("--trace", path("receive.jsonl"), "--capture", path("receive.pcapng"))) {
            port = receiver.awaitPort();
            int exit = tou.run(
                    "send",
                    file.toString(),
                    "127.0.0.1:" + port,
                    "--name",
                    "copy.bin",
                    "--capture",
                    path("send.pcapng"),
                    "--trace",
                    path("send.jsonl"));
            assertThat(exit).as(tou.err()).isZero();
            assertThat(receiver.awaitExit()).as(receiver.output()).isZero();
            assertThat(receiver.output()).contains("\"captured\"").contains("\"traced\"");
        }
        assertThat(tou.err()).contains("send.pcapng: ").contains(" datagrams").contains("send.jsonl: ");
        List<JsonNode> sent = events(folder.resolve("send.jsonl"));
        List<JsonNode> received = events(folder.resolve("receive.jsonl"));
        assertThat(first(sent, "connection").path("passive").asBoolean()).isFalse();
        assertThat(first(received, "connection").path("passive").asBoolean()).isTrue();
        JsonNode established = first(sent, "established");
        assertThat(first(received, "established").path("irs")).isEqualTo(established.path("iss"));
        assertThat(first(received, "established").path("iss")).isEqualTo(established.path("irs"));
        for (String end : List.of("send", "receive")) {
            List<Segment> out = segments(folder.resolve(end + ".pcapng")).stream()
                    .filter(segment -> (segment.destination == port) == end.equals("send"))
                    .toList();
            List<JsonNode> events = end.equals("send") ? sent : received;
            assertThat(out.get(0).bits & SYN).isEqualTo(SYN);
            assertThat(out.get(0).seq)
                    .isEqualTo(first(events, "established").path("iss").asLong());
            assertThat(out.stream().mapToLong(Segment::textBytes).sum()).isEqualTo(sum(events, "textBytes"));
            assertThat(out.stream().filter(segment -> segment.textBytes > 0).count())
                    .isEqualTo(sum(events, "segments"));
        }
        assertThat(sum(sent, "textBytes")).isGreaterThan(300_000);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aKilledProcessLeavesFilesThatCanBeRead() throws Exception {
        Path big = folder.resolve("big.bin");
        try (RandomAccessFile sparse = new RandomAccessFile(big.toFile(), "rw")) {
            sparse.setLength(1L << 30);
        }
        try (TouProcess receiver = receiver();
                SlowLink link = SlowLink.to(receiver.awaitPort());
                TouProcess sender = TouProcess.start(
                        "send",
                        big.toString(),
                        link.target(),
                        "--name",
                        "copy.bin",
                        "-J",
                        "--snaplen",
                        "96",
                        "--capture",
                        path("killed.pcapng"),
                        "--trace",
                        path("killed.jsonl"))) {
            sender.awaitLine(line -> line.contains("\"progress\""));
            awaitSize("killed.pcapng", 60_000); // files are written by a thread of their own
            awaitSize("killed.jsonl", 5_000);
            sender.signal("KILL");
            sender.awaitExit();
        }
        assertThat(segments(folder.resolve("killed.pcapng"))).hasSizeGreaterThan(100);
        assertThat(Files.readAllLines(folder.resolve("killed.jsonl"))).hasSizeGreaterThan(20);
    }

    private void awaitSize(String name, long bytes) throws Exception {
        for (int i = 0; i < 6000 && Files.size(folder.resolve(name)) < bytes; i++) {
            Thread.sleep(10);
        }
        assertThat(folder.resolve(name).toFile().length()).as(name).isGreaterThanOrEqualTo(bytes);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aRelayInBetweenCaptures() throws Exception {
        Path file = Files.write(folder.resolve("file.bin"), new byte[100_000]);
        try (TouProcess receiver = receiver()) {
            int port = receiver.awaitPort();
            try (TouProcess relay = TouProcess.start(
                    "capture",
                    "--listen",
                    "127.0.0.2:" + port,
                    "--to",
                    "127.0.0.1:" + port,
                    "-w",
                    path("between.pcapng"),
                    "-J")) {
                relay.awaitPort();
                assertThat(tou.run("send", file.toString(), "127.0.0.2:" + port, "--name", "copy.bin"))
                        .as(tou.err())
                        .isZero();
                assertThat(receiver.awaitExit()).isZero();
                relay.signal("TERM");
                assertThat(relay.awaitExit()).isEqualTo(143);
                assertThat(relay.output()).contains("Interrupted; ").contains("between.pcapng: ");
            }
            assertThat(segments(folder.resolve("between.pcapng")).stream()
                            .filter(segment -> segment.destination == port)
                            .mapToLong(Segment::textBytes)
                            .sum())
                    .isGreaterThan(100_000);
        }
    }

    @Test
    void theDemoHasThemOfItsClient() throws Exception {
        int exit = tou.run(
                "demo",
                "--size",
                "100k",
                "--seed",
                "7",
                "--out",
                path("results"),
                "--capture",
                path("demo.pcapng"),
                "--trace",
                path("demo.jsonl"));
        assertThat(exit).as(tou.err()).isZero();
        assertThat(tou.out()).contains("demo.pcapng: ").contains("demo.jsonl: ");
        assertThat(events(folder.resolve("demo.jsonl")).stream()
                        .filter(event -> event.path("e").asText().equals("connection")))
                .as("the file's, and that of the requests")
                .hasSize(2);
        assertThat(segments(folder.resolve("demo.pcapng")).stream()
                        .mapToLong(Segment::textBytes)
                        .sum())
                .as("the file, and 1000 requests of 256 bytes, of which a busy machine sends several in a segment")
                .isGreaterThan(100_000 + 1000 * 256);
    }
}
