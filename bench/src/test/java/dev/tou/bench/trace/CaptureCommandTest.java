// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.trace;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ExitCode;
import dev.tou.capture.DatagramWriter;
import dev.tou.capture.Direction;
import dev.tou.capture.PcapNgWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Captures that others have written, in all shapes, become captures of TCP. */
@Timeout(120)
class CaptureCommandTest {

    private static final long NOW = 1_700_000_000_123_456_000L;
    private static final int PORT = 9700;

    @TempDir
    Path folder;

    private final CapturedConsole tou = new CapturedConsole();

    /** A segment from a client's TCP port that is not its UDP port. */
    private static byte[] segment(int seq, int text) {
        byte[] bytes = new byte[32 + text];
        new Random(seq).nextBytes(bytes);
        ByteBuffer header = ByteBuffer.wrap(bytes);
        header.putShort((short) 50_000).putShort((short) PORT).putInt(seq).putInt(77);
        header.putShort((short) 0x8010).putShort((short) 1000).putInt(0);
        return bytes;
    }

    private static byte[] together(byte[]... segments) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] segment : segments) {
            all.writeBytes(segment);
        }
        return all.toByteArray();
    }

    /** {@return the IP packet of a datagram, taken from a capture of our own} */
    private static byte[] ipPacket(String from, String to, int port, byte[] payload) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DatagramWriter writer = new DatagramWriter(out, "a test", "", PcapNgWriter.WHOLE_PACKETS)) {
            writer.write(
                    NOW,
                    Direction.UNKNOWN,
                    new InetSocketAddress(from, 40_000),
                    new InetSocketAddress(to, port),
                    payload,
                    0,
                    payload.length,
                    null);
        }
        try (PacketReader reader = new PacketReader(new ByteArrayInputStream(out.toByteArray()))) {
            return reader.next().bytes();
        }
    }

    /** A pcap file. */
    private Path pcap(int magic, ByteOrder order, int linkType, byte[]... packets) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(1 << 20).order(order);
        file.putInt(magic)
                .putShort((short) 2)
                .putShort((short) 4)
                .putLong(0)
                .putInt(262_144)
                .putInt(linkType);
        boolean nanos = magic == 0xA1B23C4D;
        for (byte[] packet : packets) {
            file.putInt((int) (NOW / 1_000_000_000)).putInt((int) (NOW % 1_000_000_000 / (nanos ? 1 : 1000)));
            file.putInt(packet.length).putInt(packet.length).put(packet);
        }
        byte[] bytes = new byte[file.position()];
        file.flip().get(bytes);
        return Files.write(folder.resolve("dump.pcap"), bytes);
    }

    private Path raw(byte[]... packets) throws IOException {
        return pcap(0xA1B2C3D4, ByteOrder.LITTLE_ENDIAN, 101, packets);
    }

    private static byte[] behind(String hexHeader, byte[] packet) {
        return together(HexFormat.of().parseHex(hexHeader), packet);
    }

    /** {@return the segments on interface 1 of what the command has written} */
    private List<byte[]> segments(Path from, String... more) throws IOException {
        Path to = folder.resolve("tcp.pcapng");
        List<String> args = new ArrayList<>(List.of("capture", "-r", from.toString(), "-w", to.toString()));
        args.addAll(List.of(more));
        assertThat(tou.run(args.toArray(String[]::new))).as(tou.err()).isZero();
        List<byte[]> segments = new ArrayList<>();
        try (PacketReader reader = new PacketReader(Files.newInputStream(to))) {
            for (PacketReader.Packet packet = reader.next(); packet != null; packet = reader.next()) {
                assertThat(packet.epochNanos()).isEqualTo(NOW);
                boolean ipv4 = packet.bytes()[0] >> 4 == 4;
                if (packet.bytes()[ipv4 ? 9 : 6] == 6) {
                    byte[] segment = Arrays.copyOfRange(packet.bytes(), ipv4 ? 20 : 40, packet.bytes().length);
                    assertThat(segment[16] | segment[17]).as("a checksum").isNotZero();
                    segment[16] = 0;
                    segment[17] = 0;
                    segments.add(segment);
                }
            }
        }
        return segments;
    }

    @ParameterizedTest
    @CsvSource({
        "A1B2C3D4, true, 101, ''",
        "A1B23C4D, false, 101, ''",
        "A1B2C3D4, false, 1, 0102030405060708090a0b0c0800",
        "A1B23C4D, true, 1, 0102030405060708090a0b0c810000050800",
        "A1B2C3D4, true, 1, 0102030405060708090a0b0c88a80001810000050800",
        "A1B2C3D4, true, 0, 02000000",
        "A1B2C3D4, true, 113, 00000304000600000000000000000800",
        "A1B2C3D4, true, 276, 0800000000000001000100060000000000000000"
    })
    void everyKindOfFileAndLink(String magic, boolean little, int linkType, String header) throws IOException {
        byte[] segment = segment(1000, 100);
        for (String[] ends : new String[][] {{"10.0.0.1", "10.0.0.2"}, {"2001:db8::1", "2001:db8::2"}}) {
            Path dump = pcap(
                    (int) Long.parseLong(magic, 16),
                    little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN,
                    linkType,
                    behind(header, ipPacket(ends[0], ends[1], PORT, segment)));
            assertThat(segments(dump)).containsExactly(segment);
        }
    }

    @Test
    void ourOwnCapturesAreReadToo() throws IOException {
        Path own = folder.resolve("own.pcapng");
        byte[] segment = segment(5, 10);
        try (DatagramWriter writer =
                new DatagramWriter(Files.newOutputStream(own), "a test", "", PcapNgWriter.WHOLE_PACKETS)) {
            writer.write(
                    NOW,
                    Direction.INBOUND,
                    new InetSocketAddress("10.0.0.1", 1),
                    new InetSocketAddress("10.0.0.2", PORT),
                    segment,
                    0,
                    segment.length,
                    "remark");
            writer.end(0);
        }
        assertThat(segments(own)).as("what is TCP already is left out").containsExactly(segment);
    }

    /** What a kernel cuts up, or has put together, is one packet to tcpdump. */
    @Test
    void trainsBecomeSegments() throws IOException {
        byte[] first = segment(-1000, 600);
        byte[] second = segment(-400, 600);
        byte[] third = segment(200, 600);
        byte[] last = segment(800, 3);
        byte[] train = together(first, second, third, last);
        assertThat(Trains.stride(train, 0, train.length)).isEqualTo(632);
        assertThat(Trains.stride(first, 0, first.length)).isEqualTo(632);
        byte[] unrelated = together(first, second, segment(12_345, 600));
        assertThat(Trains.stride(unrelated, 0, unrelated.length)).isEqualTo(unrelated.length);
        byte[] shifted = together(new byte[7], train);
        assertThat(Trains.stride(shifted, 7, train.length)).isEqualTo(632);
        assertThat(segments(raw(ipPacket("10.0.0.1", "10.0.0.2", PORT, train))))
                .containsExactly(first, second, third, last);
    }

    /** A port may carry something else, too. */
    @Test
    void whatIsNoSegmentIsNotCutUp() throws IOException {
        byte[] other = new byte[60];
        Arrays.fill(other, (byte) 0x11);
        other[12] = 0; // a header of no bytes
        assertThat(Trains.stride(other, 0, other.length)).isEqualTo(other.length);
        byte[] segment = segment(1, 10);
        Path dump = raw(ipPacket("10.0.0.1", "10.0.0.2", 443, other), ipPacket("10.0.0.1", "10.0.0.2", 443, segment));
        assertThat(segments(dump, "--port", "443")).containsExactly(segment);
        assertThat(tou.err()).contains("1 segment in 2 datagrams");
    }

    private static byte[] block(int type, int... words) {
        int bytes = 12 + words.length * 4;
        ByteBuffer block = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        block.putInt(type).putInt(bytes);
        for (int word : words) {
            block.putInt(word);
        }
        return block.putInt(bytes).array();
    }

    private static byte[] pcapng(byte[]... blocks) {
        return together(block(0x0A0D0D0A, 0x1A2B3C4D, 1, -1, -1), together(blocks));
    }

    private static final byte[] RAW_INTERFACE = block(1, 101, 65_535);

    static Stream<Arguments> damaged() {
        return Stream.of(
                Arguments.of("an interface without words", pcapng(block(1))),
                Arguments.of("an interface with an option cut short", pcapng(block(1, 101, 65_535, 0x0001_0009))),
                Arguments.of("a packet without words", pcapng(RAW_INTERFACE, block(6, 0))),
                Arguments.of("a packet of fewer than no bytes", pcapng(RAW_INTERFACE, block(6, 0, 0, 0, -5, 10))),
                Arguments.of("a packet of no interface", pcapng(block(6, 0, 0, 0, 4, 4, 1))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damaged")
    void aDamagedFileIsUnreadable(String what, byte[] file) throws IOException {
        Path dump = Files.write(folder.resolve("dump.pcapng"), file);
        assertThat(tou.run("capture", "-r", dump.toString(), "-w", folder + "/x"))
                .as(what + ": " + tou.err())
                .isEqualTo(ExitCode.UNREADABLE.code());
        assertThat(tou.err()).contains("Cannot read").contains("give what tcpdump -w or Wireshark has written");
    }

    @Test
    void blocksOfTypesThatNobodyKnowsArePassedOver() throws IOException {
        byte[] packet = ipPacket("10.0.0.1", "10.0.0.2", PORT, segment(1, 12));
        ByteBuffer words = ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN);
        int[] enhanced = new int[5 + packet.length / 4];
        long micros = NOW / 1000;
        enhanced[1] = (int) (micros >>> 32);
        enhanced[2] = (int) micros;
        enhanced[3] = packet.length;
        enhanced[4] = packet.length;
        for (int i = 0; i < packet.length / 4; i++) {
            enhanced[5 + i] = words.getInt();
        }
        byte[] file = pcapng(block(0), RAW_INTERFACE, block(0, 7), block(0x0BAD), block(6, enhanced));
        assertThat(segments(Files.write(folder.resolve("dump.pcapng"), file))).containsExactly(segment(1, 12));
    }

    @Test
    void packetsInBlocksThatAreNotReadAreCounted() throws IOException {
        byte[] file = pcapng(RAW_INTERFACE, block(3, 4, 7), block(2, 0, 0, 0, 4, 4, 7), block(3, 4, 7), block(5, 0));
        Path dump = Files.write(folder.resolve("dump.pcapng"), file);
        assertThat(segments(dump)).isEmpty();
        assertThat(tou.err()).contains("left out: 3 packets in blocks of kinds that are not read");
        assertThat(segments(dump, "-J")).isEmpty();
        assertThat(tou.out()).contains("\"unread\":3");
    }

    @Test
    void aTrainEndsAtTheCountToo() throws IOException {
        byte[] first = segment(-1000, 600);
        byte[] second = segment(-400, 600);
        byte[] train = together(first, second, segment(200, 600));
        Path dump = raw(ipPacket("10.0.0.1", "10.0.0.2", PORT, train));
        assertThat(segments(dump, "-c", "2")).containsExactly(first, second);
    }

    @Test
    void whatIsLeftOutIsSaid() throws IOException {
        byte[] wanted = ipPacket("10.0.0.1", "10.0.0.2", PORT, segment(1, 10));
        byte[] other = ipPacket("10.0.0.1", "10.0.0.2", 53, segment(1, 10));
        byte[] fragment = wanted.clone();
        fragment[6] = 0x20;
        byte[] cut = Arrays.copyOf(wanted, wanted.length - 1);
        byte[] icmp = wanted.clone();
        icmp[9] = 1;
        Path dump = raw(wanted, other, fragment, cut, icmp);
        assertThat(segments(dump)).hasSize(1);
        assertThat(tou.err())
                .contains("1 segment in 1 datagram, of 5 packets")
                .contains("left out: 1 other datagram; for a tunnel port say --port")
                .contains("left out: 1 fragment of larger datagrams")
                .contains("left out: 1 packet that were not kept whole");
        assertThat(tou.out()).isEmpty();
        assertThat(segments(dump, "--port", "53,54")).hasSize(1);
        assertThat(segments(dump, "-J")).hasSize(1);
        assertThat(tou.out())
                .contains("\"segments\":1")
                .contains("\"otherDatagrams\":1")
                .contains("\"cutShort\":1");
    }

    @Test
    void aFileThatEndsTooEarlyIsReadUpToThere() throws IOException {
        Path dump = raw(
                ipPacket("10.0.0.1", "10.0.0.2", PORT, segment(1, 10)),
                ipPacket("10.0.0.1", "10.0.0.2", PORT, segment(2, 10)));
        byte[] bytes = Files.readAllBytes(dump);
        Files.write(dump, Arrays.copyOf(bytes, bytes.length - 5));
        assertThat(segments(dump)).hasSize(1);
        assertThat(tou.err()).contains("ends in the middle of a packet");
    }

    @Test
    void countsAndLengths() throws IOException {
        byte[] packet = ipPacket("10.0.0.1", "10.0.0.2", PORT, segment(1, 100));
        Path dump = raw(packet, packet, packet);
        assertThat(segments(dump, "-c", "2")).hasSize(2);
        assertThat(segments(dump, "-s", "60")).hasSize(3).allMatch(segment -> segment.length == 40);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            capture                                        | 2 | --write is missing
            capture -w x                                   | 2 | Give either --read FILE, or --listen and --to.
            capture -w x -r y --to h:1                     | 2 | Give either --read FILE, or --listen and --to.
            capture -w x --listen 7                        | 2 | --listen and --to need each other.
            capture -w x -r y -s 0                         | 2 | --snaplen is 0; give a number from 1 to 262144.
            capture -w x -r y --port 70000                 | 2 | --port is 70000
            capture -w x -r FOLDER/none                    | 9 | There is no file
            capture -w FOLDER/no/x -r FOLDER/dump.pcap     | 12 | There is no folder
            capture -w FOLDER/x -r FOLDER/file             | 9 | is no pcap or pcapng file; give what tcpdump -w or Wireshark
            capture -w FOLDER/x -r FOLDER/empty            | 9 | it is empty
            capture -w FOLDER/x -r FOLDER/short            | 9 | it is no pcap or pcapng file
            capture -w FOLDER/file -r FOLDER/file          | 2 | --read and --write name the same file
            send a b:1 --capture x --snaplen 0             | 2 | --snaplen is 0
            """)
    void misuse(String args, int exit, String sentence) throws IOException {
        Files.writeString(folder.resolve("file"), "something else");
        Files.createFile(folder.resolve("empty"));
        Files.writeString(folder.resolve("short"), "hi\n");
        raw(ipPacket("10.0.0.1", "10.0.0.2", PORT, segment(1, 10)));
        String[] words = args.replace("FOLDER", folder.toString()).split(" +");
        assertThat(tou.run(words)).as(tou.err()).isEqualTo(exit);
        assertThat(tou.err()).contains(sentence);
    }

    @Test
    void exitCodesAreThoseOfTheOtherCommands() {
        assertThat(tou.run("capture", "--help")).isEqualTo(ExitCode.DONE.code());
        assertThat(tou.out()).contains("tcpdump -i eth0").contains("Examples:");
    }
}
