// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.capture;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Datagrams and segments in a file that is read back by the letter of the format. */
class DatagramWriterTest {

    private static final long NOW = 1_700_000_000_123_456_789L;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private static InetSocketAddress address(String host, int port) {
        return new InetSocketAddress(host, port);
    }

    /** A segment with a header of 20 bytes, whose checksum field is not what it should be. */
    private static byte[] segment(int length) {
        byte[] segment = new byte[length];
        new Random(length).nextBytes(segment);
        segment[12] = 0x50;
        return segment;
    }

    private PcapNgFile written(String from, String to, int snapBytes, byte[] payload) throws IOException {
        try (DatagramWriter writer = new DatagramWriter(bytes, "a test", "in a test", snapBytes)) {
            writer.write(
                    NOW, Direction.OUTBOUND, address(from, 1000), address(to, 7), payload, 0, payload.length, "remark");
            writer.end(3);
        }
        return PcapNgFile.of(bytes.toByteArray());
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.2, 20",
        "10.0.0.1, 10.0.0.2, 21",
        "10.0.0.1, 10.0.0.2, 1222",
        "10.0.0.1, 10.0.0.2, 65507",
        "2001:db8::1, 2001:db8::2, 20",
        "2001:db8::1, 2001:db8::2, 23",
        "2001:db8::1, 2001:db8::2, 65527"
    })
    void aSegmentIsThereTwice(String from, String to, int length) throws IOException {
        byte[] segment = segment(length);
        PcapNgFile file = written(from, to, PcapNgWriter.WHOLE_PACKETS, segment);
        assertThat(file.application()).isEqualTo("a test");
        assertThat(file.interfaces()).hasSize(2);
        assertThat(file.interfaces().get(0)).startsWith("udp: ").endsWith(", in a test");
        assertThat(file.interfaces().get(1)).startsWith("tcp: ");
        for (int i = 0; i < 2; i++) {
            PcapNgFile.Packet packet = file.packets(i).get(0);
            PcapNgFile.check(packet);
            assertThat(packet.nanos()).isEqualTo(NOW);
            assertThat(packet.direction()).isEqualTo(2);
            assertThat(packet.comment()).isEqualTo("remark");
            assertThat(address(packet.source(), 0)).isEqualTo(address(from, 0));
            assertThat(address(packet.destination(), 0)).isEqualTo(address(to, 0));
            byte[] kept = new byte[length];
            packet.payload().get(kept);
            if (i == 1) {
                kept[16] = segment[16];
                kept[17] = segment[17];
            }
            assertThat(kept).isEqualTo(segment);
        }
        assertThat(file.statistics())
                .containsExactly(new PcapNgFile.Statistics(0, 4, 3), new PcapNgFile.Statistics(1, 4, 3));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 19})
    void whatIsNoSegmentIsADatagramOnly(int length) throws IOException {
        PcapNgFile file = written("10.0.0.1", "10.0.0.2", PcapNgWriter.WHOLE_PACKETS, new byte[length]);
        PcapNgFile.check(file.packets(0).get(0));
        assertThat(file.packets(1)).isEmpty();
    }

    @Test
    void norIsAHeaderThatWouldBeLongerThanThat() throws IOException {
        byte[] segment = segment(39);
        segment[12] = (byte) 0xA0;
        assertThat(written("10.0.0.1", "10.0.0.2", 100, segment).packets(1)).isEmpty();
    }

    @Test
    void ofALongPacketTheBeginningIsKept() throws IOException {
        PcapNgFile file = written("10.0.0.1", "10.0.0.2", 60, segment(1000));
        assertThat(file.packets(0).get(0).bytes().limit()).isEqualTo(60);
        assertThat(file.packets(0).get(0).fullBytes()).isEqualTo(1028);
        assertThat(file.packets(1).get(0).fullBytes()).isEqualTo(1020);
    }

    /** No datagram is so long, but what was to become several may be one in a capture. */
    @ParameterizedTest
    @CsvSource({"10.0.0.1, 10.0.0.2, 2, 70020", "2001:db8::1, 2001:db8::2, 4, 70040"})
    void aLengthThatItsFieldCannotHoldIsZero(String from, String to, int lengthAt, int packetBytes) throws IOException {
        PcapNgFile file = written(from, to, PcapNgWriter.WHOLE_PACKETS, segment(70_000));
        for (int i = 0; i < 2; i++) {
            assertThat(file.packets(i).get(0).bytes().getShort(lengthAt)).isZero();
        }
        assertThat(file.packets(1).get(0).fullBytes()).isEqualTo(packetBytes);
    }

    /** A socket for all addresses and both families says so, and nothing else, of its own address. */
    @ParameterizedTest
    @CsvSource({
        "::, 10.0.0.2, 0.0.0.0, 10.0.0.2",
        "0.0.0.0, 2001:db8::2, ::, 2001:db8::2",
        "10.0.0.1, 2001:db8::2, 10.0.0.1, 2001:db8::2"
    })
    void addressesOfTwoFamiliesBecomeOne(String from, String to, String source, String destination) throws IOException {
        PcapNgFile.Packet packet = written(from, to, PcapNgWriter.WHOLE_PACKETS, segment(100))
                .packets(1)
                .get(0);
        PcapNgFile.check(packet);
        assertThat(address(packet.source(), 0)).isEqualTo(address(source, 0));
        assertThat(address(packet.destination(), 0)).isEqualTo(address(destination, 0));
    }

    @Test
    void aUdpChecksumIsNeverZero() throws IOException {
        try (DatagramWriter writer = new DatagramWriter(bytes, "a test", "", 100)) {
            for (int i = 0; i < 0x10000; i++) {
                byte[] payload = {(byte) (i >> 8), (byte) i};
                writer.write(
                        NOW, Direction.UNKNOWN, address("10.0.0.1", 1), address("10.0.0.2", 2), payload, 0, 2, null);
            }
        }
        PcapNgFile file = PcapNgFile.of(bytes.toByteArray());
        assertThat(file.packets(0)).hasSize(0x10000).allSatisfy(PcapNgFile::check);
        assertThat(file.packets(0).get(0).direction()).isZero();
        assertThat(file.packets(0).get(0).comment()).isNull();
    }

    @Test
    void aLongRemarkIsCut() throws IOException {
        try (PcapNgWriter writer = new PcapNgWriter(bytes, "a test", 100)) {
            int raw = writer.addInterface("raw", "x".repeat(100_000));
            byte[] packet = new byte[100];
            packet[0] = 0x45;
            writer.write(raw, NOW, ByteBuffer.wrap(packet), Direction.INBOUND, "y".repeat(100_000));
        }
        assertThat(PcapNgFile.of(bytes.toByteArray()).packets(0).get(0).comment())
                .hasSizeBetween(1000, 10_000);
    }
}
