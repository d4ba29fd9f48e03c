// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.net.Inet4Address;
import java.net.InetSocketAddress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * A UDP datagram on the wire: immutable, and a snapshot taken when the kernel took it from the sender.
 *
 * <p>The bytes lie in a plain array (shared by the datagrams of one train), so nothing on the wire can leak.
 */
public final class Datagram {
    private static final int UDP_HEADER_BYTES = 8;
    private static final int IPV4_HEADER_BYTES = 20;
    private static final int IPV6_HEADER_BYTES = 40;

    private final long number;
    private final long sentNanos;
    private final InetSocketAddress source;
    private final InetSocketAddress destination;
    private final byte[] bytes;
    private final int offset;
    private final int length;
    private final long digest;

    Datagram(
            long number,
            long sentNanos,
            InetSocketAddress source,
            InetSocketAddress destination,
            byte[] bytes,
            int offset,
            int length) {
        this.number = number;
        this.sentNanos = sentNanos;
        this.source = source;
        this.destination = destination;
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
        this.digest = TraceHash.of(bytes, offset, length);
    }

    /** {@return its place among all datagrams of the network, from 0} */
    public long number() {
        return number;
    }

    /** {@return the virtual time at which the sender's kernel took it} */
    public long sentNanos() {
        return sentNanos;
    }

    public InetSocketAddress source() {
        return source;
    }

    public InetSocketAddress destination() {
        return destination;
    }

    /** {@return the bytes of payload} */
    public int length() {
        return length;
    }

    /** {@return byte {@code index} of the payload, unsigned} */
    public int unsignedByte(int index) {
        return bytes[offset + index] & 0xff;
    }

    /** {@return a read-only view of the payload, which need not be released} */
    public ByteBuf payload() {
        return Unpooled.wrappedBuffer(bytes, offset, length).asReadOnly();
    }

    /** {@return the size of the IP packet} */
    public int packetBytes() {
        return length + headerBytes(destination);
    }

    /** Writes up to {@code limit} bytes of the payload and returns how many. */
    int copyTo(ByteBuf target, int limit) {
        int n = Math.min(limit, length);
        target.writeBytes(bytes, offset, n);
        return n;
    }

    long digest() {
        return digest;
    }

    static int headerBytes(InetSocketAddress destination) {
        return UDP_HEADER_BYTES
                + (destination.getAddress() instanceof Inet4Address ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES);
    }

    @Override
    public String toString() {
        return "#" + number + " " + source + " > " + destination + " " + length + " bytes";
    }
}
