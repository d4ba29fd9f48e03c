// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.trace;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The UDP datagram in a captured packet, under whatever link layer that has.
 *
 * @param packet what was captured
 * @param offset where the payload begins
 * @param length how much payload there is
 */
record CapturedDatagram(
        InetSocketAddress source, InetSocketAddress destination, byte[] packet, int offset, int length) {

    /** Why there is none. */
    enum Absence {
        /** It is something else than UDP over IP. */
        NOT_UDP,
        /** It is a piece of a datagram that IP has cut up. */
        FRAGMENT,
        /** Not all of it was kept. */
        CUT_SHORT
    }

    /** A datagram, or why there is none. */
    record Finding(CapturedDatagram datagram, Absence absence) {}

    private static final Finding NOT_UDP = new Finding(null, Absence.NOT_UDP);
    private static final Finding FRAGMENT = new Finding(null, Absence.FRAGMENT);
    private static final Finding CUT_SHORT = new Finding(null, Absence.CUT_SHORT);

    // Link types, of www.tcpdump.org/linktypes.html.
    private static final int LINK_NULL = 0;
    private static final int LINK_ETHERNET = 1;
    private static final int LINK_RAW = 101;
    private static final int LINK_LOOP = 108;
    private static final int LINK_LINUX_COOKED = 113;
    private static final int LINK_IPV4 = 228;
    private static final int LINK_IPV6 = 229;
    private static final int LINK_LINUX_COOKED_2 = 276;

    private static final int UDP = 17;
    private static final int UDP_HEADER_BYTES = 8;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int IPV6_FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int VLAN = 0x8100;
    private static final int SERVICE_VLAN = 0x88A8;

    /** {@return what is in a packet} */
    static Finding in(PacketReader.Packet packet) {
        ByteBuffer in = ByteBuffer.wrap(packet.bytes());
        try {
            int ip = linkHeaderBytes(packet.linkType(), in);
            if (ip < 0) {
                return NOT_UDP;
            }
            return switch ((in.get(ip) & 0xF0) >> 4) {
                case 4 -> overIpv4(in, ip);
                case 6 -> overIpv6(in, ip);
                default -> NOT_UDP;
            };
        } catch (IndexOutOfBoundsException e) {
            return packet.fullBytes() > packet.bytes().length ? CUT_SHORT : NOT_UDP;
        }
    }

    private static int linkHeaderBytes(int linkType, ByteBuffer in) {
        return switch (linkType) {
            case LINK_RAW, LINK_IPV4, LINK_IPV6 -> 0;
            case LINK_NULL, LINK_LOOP -> 4;
            case LINK_ETHERNET -> ethernetHeaderBytes(in);
            case LINK_LINUX_COOKED -> 16;
            case LINK_LINUX_COOKED_2 -> 20;
            default -> -1;
        };
    }

    private static int ethernetHeaderBytes(ByteBuffer in) {
        int at = 12;
        int type = Short.toUnsignedInt(in.getShort(at));
        while (type == VLAN || type == SERVICE_VLAN) {
            at += 4;
            type = Short.toUnsignedInt(in.getShort(at));
        }
        return at + 2;
    }

    private static Finding overIpv4(ByteBuffer in, int at) {
        boolean moreFragments = (in.getShort(at + 6) & 0x2000) != 0;
        int fragmentOffset = in.getShort(at + 6) & 0x1FFF;
        if (in.get(at + 9) != UDP) {
            return NOT_UDP;
        }
        if (moreFragments || fragmentOffset != 0) {
            return FRAGMENT;
        }
        return datagram(in, at + 12, 4, at + (in.get(at) & 0x0F) * 4);
    }

    private static Finding overIpv6(ByteBuffer in, int at) {
        int next = in.get(at + 6) & 0xFF;
        int header = at + 40;
        while (next == HOP_BY_HOP || next == ROUTING || next == DESTINATION_OPTIONS || next == IPV6_FRAGMENT) {
            if (next == IPV6_FRAGMENT && (in.getShort(header + 2) & 0xFFF9) != 0) {
                return in.get(header) == UDP ? FRAGMENT : NOT_UDP;
            }
            int bytes = next == IPV6_FRAGMENT ? 8 : 8 + 8 * (in.get(header + 1) & 0xFF);
            next = in.get(header) & 0xFF;
            header += bytes;
        }
        return next == UDP ? datagram(in, at + 8, 16, header) : NOT_UDP;
    }

    private static Finding datagram(ByteBuffer in, int addressesAt, int addressBytes, int udp) {
        int source = Short.toUnsignedInt(in.getShort(udp));
        int destination = Short.toUnsignedInt(in.getShort(udp + 2));
        int length = Short.toUnsignedInt(in.getShort(udp + 4));
        int payload = udp + UDP_HEADER_BYTES;
        // A length of zero: more than the field can say, and nothing behind it (RFC 2675).
        int bytes = length == 0 ? in.limit() - payload : length - UDP_HEADER_BYTES;
        if (bytes < 0) {
            return NOT_UDP;
        }
        if (payload + bytes > in.limit()) {
            return CUT_SHORT;
        }
        return new Finding(
                new CapturedDatagram(
                        new InetSocketAddress(address(in, addressesAt, addressBytes), source),
                        new InetSocketAddress(address(in, addressesAt + addressBytes, addressBytes), destination),
                        in.array(),
                        payload,
                        bytes),
                null);
    }

    private static InetAddress address(ByteBuffer in, int at, int bytes) {
        if (at + bytes > in.limit()) {
            throw new IndexOutOfBoundsException(at + bytes);
        }
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(in.array(), at, at + bytes));
        } catch (UnknownHostException e) {
            throw new AssertionError(bytes + " bytes are an address", e);
        }
    }
}
