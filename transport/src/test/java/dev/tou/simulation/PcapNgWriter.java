// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes datagrams as pcapng (draft-ietf-opsawg-pcapng), wrapped in IP and UDP headers that they never had on the
 * simulated wire. Wireshark shows TCP over UDP with {@code -d udp.port==8080,tcp}.
 *
 * <p>Link type RAW: the packet starts with the IP header. Time stamps are virtual nanoseconds since the beginning.
 */
public final class PcapNgWriter implements AutoCloseable {
    private static final int SECTION_HEADER_BLOCK = 0x0A0D0D0A;
    private static final int INTERFACE_DESCRIPTION_BLOCK = 1;
    private static final int ENHANCED_PACKET_BLOCK = 6;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final short LINKTYPE_RAW = 101;
    private static final short OPTION_COMMENT = 1;
    private static final short OPTION_TIME_RESOLUTION = 9;
    private static final byte NANOSECONDS = 9;
    private static final int UDP_HEADER_BYTES = 8;
    private static final byte UDP = 17;
    private static final byte TIME_TO_LIVE = 64;
    private static final short DONT_FRAGMENT = 0x4000;

    private final OutputStream out;
    private final ByteBuffer block = ByteBuffer.allocate(1 << 17).order(ByteOrder.LITTLE_ENDIAN);

    /** Writes the file header. */
    public PcapNgWriter(OutputStream out) throws IOException {
        this.out = out;
        begin(SECTION_HEADER_BLOCK);
        block.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
        end();
        begin(INTERFACE_DESCRIPTION_BLOCK);
        block.putShort(LINKTYPE_RAW).putShort((short) 0).putInt(0);
        option(OPTION_TIME_RESOLUTION, new byte[] {NANOSECONDS});
        block.putInt(0);
        end();
    }

    /** Writes one datagram, with a remark that Wireshark shows beside it. */
    public void write(long atNanos, Datagram datagram, String comment) throws IOException {
        byte[] packet = packet(datagram);
        begin(ENHANCED_PACKET_BLOCK);
        block.putInt(0).putInt((int) (atNanos >>> 32)).putInt((int) atNanos);
        block.putInt(packet.length).putInt(packet.length).put(packet);
        pad();
        option(OPTION_COMMENT, comment.getBytes(StandardCharsets.UTF_8));
        block.putInt(0);
        end();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void begin(int type) {
        block.clear().putInt(type).putInt(0);
    }

    private void end() throws IOException {
        int length = block.position() + Integer.BYTES;
        block.putInt(length).putInt(4, length);
        out.write(block.array(), 0, length);
    }

    private void option(short code, byte[] value) {
        block.putShort(code).putShort((short) value.length).put(value);
        pad();
    }

    private void pad() {
        while (block.position() % 4 != 0) {
            block.put((byte) 0);
        }
    }

    private static byte[] packet(Datagram datagram) {
        byte[] source = datagram.source().getAddress().getAddress();
        byte[] destination = datagram.destination().getAddress().getAddress();
        int udpLength = UDP_HEADER_BYTES + datagram.length();
        ByteBuffer packet = ByteBuffer.allocate(datagram.packetBytes());
        if (datagram.destination().getAddress() instanceof Inet4Address) {
            ipv4(packet, (short) datagram.number(), source, destination);
        } else {
            packet.putInt(0x60000000).putShort((short) udpLength).put(UDP).put(TIME_TO_LIVE);
            packet.put(source).put(destination);
        }
        int udp = packet.position();
        packet.putShort(port(datagram.source())).putShort(port(datagram.destination()));
        packet.putShort((short) udpLength).putShort((short) 0);
        datagram.payload().getBytes(0, packet.array(), packet.position(), datagram.length());
        long sum = sum(source, 0, source.length) + sum(destination, 0, destination.length) + UDP + udpLength;
        short checksum = complement(sum + sum(packet.array(), udp, udpLength));
        packet.putShort(udp + 6, checksum == 0 ? (short) 0xffff : checksum);
        return packet.array();
    }

    private static void ipv4(ByteBuffer packet, short identification, byte[] source, byte[] destination) {
        packet.putShort((short) 0x4500).putShort((short) packet.capacity());
        packet.putShort(identification).putShort(DONT_FRAGMENT);
        packet.put(TIME_TO_LIVE).put(UDP).putShort((short) 0).put(source).put(destination);
        packet.putShort(10, complement(sum(packet.array(), 0, packet.position())));
    }

    private static short port(InetSocketAddress address) {
        return (short) address.getPort();
    }

    /** {@return the sum of 16-bit words in network order} (RFC 1071) */
    static long sum(byte[] bytes, int offset, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            int octet = bytes[offset + i] & 0xff;
            sum += i % 2 == 0 ? octet << 8 : octet;
        }
        return sum;
    }

    private static short complement(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (short) ~folded;
    }
}
