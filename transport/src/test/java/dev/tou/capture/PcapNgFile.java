// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.capture;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

/** A pcapng file of two interfaces, read back by the letter of the format; and the sums that a stack would check. */
public final class PcapNgFile {

    private static final int UDP = 17;
    private static final int TCP = 6;

    /** A packet; the buffer holds what was kept of it, in network order. */
    public record Packet(int interfaceId, long nanos, int direction, String comment, ByteBuffer bytes, int fullBytes) {

        /** {@return the bytes of the payload: of the datagram, or the segment with its header} */
        public ByteBuffer payload() {
            int at = ipHeaderBytes(bytes) + (interfaceId == 0 ? 8 : 0);
            return bytes.slice(at, bytes.limit() - at);
        }

        /** {@return the address that it comes from} */
        public String source() throws IOException {
            return address(isIpv4(bytes) ? 12 : 8);
        }

        /** {@return the address that it goes to} */
        public String destination() throws IOException {
            return address(isIpv4(bytes) ? 16 : 24);
        }

        private String address(int at) throws IOException {
            byte[] address = new byte[isIpv4(bytes) ? 4 : 16];
            bytes.get(at, address);
            return InetAddress.getByAddress(address).getHostAddress();
        }
    }

    /** What an interface counted. */
    public record Statistics(int interfaceId, long received, long dropped) {}

    private final List<String> interfaces = new ArrayList<>();
    private final List<Packet> packets = new ArrayList<>();
    private final List<Statistics> statistics = new ArrayList<>();
    private String application;

    private PcapNgFile() {}

    /** {@return the file} */
    public static PcapNgFile read(Path path) throws IOException {
        return of(Files.readAllBytes(path));
    }

    /** {@return the bytes of a file} */
    public static PcapNgFile of(byte[] bytes) throws IOException {
        PcapNgFile file = new PcapNgFile();
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            int length = in.getInt(in.position() + 4);
            assertThat(length % 4).isZero();
            assertThat(in.getInt(in.position() + length - 4)).isEqualTo(length);
            file.block(in.slice(in.position(), length - 4).order(ByteOrder.LITTLE_ENDIAN));
            in.position(in.position() + length);
        }
        return file;
    }

    /** {@return name and description of each interface} */
    public List<String> interfaces() {
        return interfaces;
    }

    /** {@return what says that it has written the file} */
    public String application() {
        return application;
    }

    /** {@return the packets of an interface} */
    public List<Packet> packets(int interfaceId) {
        return packets.stream()
                .filter(packet -> packet.interfaceId == interfaceId)
                .toList();
    }

    /** {@return the statistics at the end} */
    public List<Statistics> statistics() {
        return statistics;
    }

    private void block(ByteBuffer in) {
        int type = in.getInt(0);
        in.position(8);
        switch (type) {
            case 0x0A0D0D0A -> {
                assertThat(in.position()).isEqualTo(8);
                assertThat(in.getInt()).isEqualTo(0x1A2B3C4D);
                assertThat(in.getInt()).isEqualTo(1);
                assertThat(in.getLong()).isEqualTo(-1);
                application = text(options(in).get(4));
            }
            case 1 -> {
                assertThat(in.getInt()).as("LINKTYPE_RAW").isEqualTo(101);
                assertThat(in.getInt()).isPositive();
                Map<Integer, byte[]> options = options(in);
                assertThat(options.get(9)).as("nanoseconds").containsExactly(9);
                interfaces.add(text(options.get(2)) + ": " + text(options.get(3)));
            }
            case 5 -> {
                int interfaceId = in.getInt();
                in.getLong();
                Map<Integer, byte[]> options = options(in);
                assertThat(options).containsKeys(2, 3);
                statistics.add(new Statistics(interfaceId, number(options.get(4)), number(options.get(5))));
            }
            case 6 -> packets.add(packet(in));
            default -> throw new AssertionError("a block of type " + type);
        }
    }

    private static Packet packet(ByteBuffer in) {
        int interfaceId = in.getInt();
        long nanos = (long) in.getInt() << 32 | in.getInt() & 0xffffffffL;
        byte[] bytes = new byte[in.getInt()];
        int full = in.getInt();
        in.get(bytes);
        in.position((in.position() + 3) / 4 * 4);
        Map<Integer, byte[]> options = options(in);
        int direction = options.containsKey(2) ? options.get(2)[0] : 0;
        return new Packet(interfaceId, nanos, direction, text(options.get(1)), ByteBuffer.wrap(bytes), full);
    }

    private static Map<Integer, byte[]> options(ByteBuffer in) {
        Map<Integer, byte[]> options = new TreeMap<>();
        for (int code = in.getShort(); code != 0; code = in.getShort()) {
            byte[] value = new byte[Short.toUnsignedInt(in.getShort())];
            in.get(value);
            in.position((in.position() + 3) / 4 * 4);
            assertThat(options.put(code, value)).isNull();
        }
        assertThat(in.getShort()).as("the length of no option").isZero();
        assertThat(in.hasRemaining()).isFalse();
        return options;
    }

    private static String text(byte[] value) {
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    private static long number(byte[] value) {
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    // --- what a stack checks ---

    private static boolean isIpv4(ByteBuffer packet) {
        return packet.get(0) >> 4 == 4;
    }

    private static int ipHeaderBytes(ByteBuffer packet) {
        return isIpv4(packet) ? 20 : 40;
    }

    /** Checks lengths, protocol and checksums of a packet that was kept whole. */
    public static void check(Packet packet) {
        ByteBuffer bytes = packet.bytes;
        int protocol = packet.interfaceId == 0 ? UDP : TCP;
        int at = ipHeaderBytes(bytes);
        int length = bytes.limit() - at;
        assertThat(packet.fullBytes).isEqualTo(bytes.limit());
        long pseudo;
        if (isIpv4(bytes)) {
            assertThat(bytes.getShort(0)).isEqualTo((short) 0x4500);
            assertThat(Short.toUnsignedInt(bytes.getShort(2))).isEqualTo(bytes.limit());
            assertThat(bytes.get(9)).isEqualTo((byte) protocol);
            assertThat(folded(bytes, 0, 20, 0)).isEqualTo(0xffff);
            pseudo = sum(bytes, 12, 8);
        } else {
            assertThat(bytes.getInt(0)).isEqualTo(0x60000000);
            assertThat(Short.toUnsignedInt(bytes.getShort(4))).isEqualTo(length);
            assertThat(bytes.get(6)).isEqualTo((byte) protocol);
            pseudo = sum(bytes, 8, 32);
        }
        assertThat(folded(bytes, at, length, pseudo + protocol + length)).isEqualTo(0xffff);
        if (protocol == UDP) {
            assertThat(Short.toUnsignedInt(bytes.getShort(at + 4))).isEqualTo(length);
            assertThat(bytes.getShort(at + 6)).as("zero would say none").isNotZero();
        }
    }

    private static int folded(ByteBuffer bytes, int at, int length, long more) {
        long folded = sum(bytes, at, length) + more;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) folded;
    }

    private static long sum(ByteBuffer bytes, int at, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            int octet = bytes.get(at + i) & 0xff;
            sum += i % 2 == 0 ? octet << 8 : octet;
        }
        return sum;
    }
}
