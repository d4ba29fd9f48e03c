// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.capture;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * One IP packet, made anew for each use: the headers of IP and UDP around a payload, or that of IP around a TCP segment. What a
 * socket does not tell is made up: the hop limit is 64, the identification zero, fragmentation forbidden.
 *
 * <p>A length that its field cannot hold is written as zero, as captures of a kernel have it where the device cuts packets up,
 * and as RFC 2675 has it for UDP.
 */
final class IpPacket {

    private static final byte TCP = 6;
    private static final byte UDP = 17;
    private static final byte HOP_LIMIT = 64;
    private static final short DONT_FRAGMENT = 0x4000;
    private static final int IPV4_HEADER_BYTES = 20;
    private static final int IPV6_HEADER_BYTES = 40;
    private static final int UDP_HEADER_BYTES = 8;
    private static final int TCP_HEADER_BYTES = 20;
    private static final int TCP_DATA_OFFSET_AT = 12;
    private static final int TCP_CHECKSUM_AT = 16;
    private static final int MAX_LENGTH = 0xFFFF;

    private ByteBuffer packet = ByteBuffer.allocate(2048);
    private byte[] source;
    private byte[] destination;

    /** {@return whether the payload can be a TCP segment: it has a header as long as that says} */
    static boolean isSegment(byte[] payload, int offset, int length) {
        int headerBytes = length < TCP_HEADER_BYTES ? 0 : (payload[offset + TCP_DATA_OFFSET_AT] & 0xF0) >> 2;
        return headerBytes >= TCP_HEADER_BYTES && headerBytes <= length;
    }

    /** {@return the packet of a datagram, valid until the next one} */
    ByteBuffer udp(InetSocketAddress from, InetSocketAddress to, byte[] payload, int offset, int length) {
        int udpBytes = UDP_HEADER_BYTES + length;
        int at = begin(from.getAddress(), to.getAddress(), UDP, udpBytes);
        packet.putShort((short) from.getPort()).putShort((short) to.getPort());
        packet.putShort((short) field(udpBytes)).putShort((short) 0);
        packet.put(payload, offset, length);
        short checksum = Checksum.of(pseudoHeader(UDP, udpBytes) + Checksum.sum(packet.array(), at, udpBytes));
        // Zero says that there is none, so a sum of zero is written as its other representation (RFC 768).
        packet.putShort(at + 6, checksum == 0 ? (short) 0xFFFF : checksum);
        return packet.flip();
    }

    /** {@return the packet of a segment, with its checksum, which a datagram does without; valid until the next one} */
    ByteBuffer tcp(InetSocketAddress from, InetSocketAddress to, byte[] payload, int offset, int length) {
        int at = begin(from.getAddress(), to.getAddress(), TCP, length);
        packet.put(payload, offset, length).putShort(at + TCP_CHECKSUM_AT, (short) 0);
        short checksum = Checksum.of(pseudoHeader(TCP, length) + Checksum.sum(packet.array(), at, length));
        packet.putShort(at + TCP_CHECKSUM_AT, checksum);
        return packet.flip();
    }

    private int begin(InetAddress from, InetAddress to, byte protocol, int bytes) {
        boolean ipv4 = isIpv4(from, to) && isIpv4(to, from);
        source = bytesOf(from, ipv4);
        destination = bytesOf(to, ipv4);
        int headerBytes = ipv4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
        if (packet.capacity() < headerBytes + bytes) {
            packet = ByteBuffer.allocate(headerBytes + bytes);
        }
        packet.clear();
        if (ipv4) {
            packet.putShort((short) 0x4500).putShort((short) field(headerBytes + bytes));
            packet.putShort((short) 0).putShort(DONT_FRAGMENT);
            packet.put(HOP_LIMIT).put(protocol).putShort((short) 0).put(source).put(destination);
            packet.putShort(10, Checksum.of(Checksum.sum(packet.array(), 0, headerBytes)));
        } else {
            packet.putInt(0x6000_0000)
                    .putShort((short) field(bytes))
                    .put(protocol)
                    .put(HOP_LIMIT);
            packet.put(source).put(destination);
        }
        return headerBytes;
    }

    private static int field(int bytes) {
        return bytes > MAX_LENGTH ? 0 : bytes;
    }

    // A catch-all does not know its own address, and its wildcard may be of the other family.
    private static boolean isIpv4(InetAddress address, InetAddress other) {
        return address instanceof Inet4Address || address.isAnyLocalAddress() && other instanceof Inet4Address;
    }

    private static byte[] bytesOf(InetAddress address, boolean ipv4) {
        byte[] bytes = address.getAddress();
        int expected = ipv4 ? 4 : 16;
        if (bytes.length == expected) {
            return bytes;
        }
        byte[] other = new byte[expected];
        if (!ipv4 && !address.isAnyLocalAddress()) {
            // An IPv4 address mapped to IPv6 (RFC 4291 section 2.5.5.2).
            other[10] = (byte) 0xFF;
            other[11] = (byte) 0xFF;
            System.arraycopy(bytes, 0, other, 12, bytes.length);
        }
        return other;
    }

    private long pseudoHeader(byte protocol, int bytes) {
        return Checksum.sum(source, 0, source.length)
                + Checksum.sum(destination, 0, destination.length)
                + protocol
                + bytes;
    }
}
