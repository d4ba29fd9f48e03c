// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An IP address as two words, the form in which keys are compared and hashed: the 16 bytes of an IPv6 address in network
 * order, or an IPv4 address in its v4-mapped form {@code ::ffff:a.b.c.d} (RFC 4291 section 2.5.5.2).
 *
 * <p>So a peer that a dual-stack socket reports as {@code ::ffff:192.0.2.1} and the same peer seen by an IPv4 socket are one.
 * The scope of a link-local address is not part of it: a UDP channel that has link-local peers is bound to one interface.
 *
 * <p>An instance is a pair of variables to be reused for every datagram: reading an IPv4 address allocates nothing, reading
 * an IPv6 address what the JDK's {@link InetAddress#getAddress} copies.
 */
public final class AddressWords {

    /** The upper half of the low word of every v4-mapped address. */
    private static final long V4_MAPPED = 0xffff_0000_0000L;

    /**
     * In OpenJDK the hash code of an {@link Inet4Address} is the address itself, which saves copying its bytes; no
     * specification says so, hence the question.
     */
    private static final boolean HASH_IS_ADDRESS = hashIsAddress();

    private long hi;
    private long lo;

    /** {@return this, holding the address} */
    public AddressWords read(InetAddress address) {
        if (address instanceof Inet4Address) {
            hi = 0;
            lo = ofIpv4(HASH_IS_ADDRESS ? address.hashCode() : (int) word(address.getAddress(), 0, Integer.BYTES));
        } else {
            byte[] bytes = address.getAddress();
            hi = word(bytes, 0, Long.BYTES);
            lo = word(bytes, Long.BYTES, Long.BYTES);
        }
        return this;
    }

    /** {@return the upper eight bytes; 0 for IPv4} */
    public long hi() {
        return hi;
    }

    /** {@return the lower eight bytes} */
    public long lo() {
        return lo;
    }

    /** {@return whether two words hold an IPv4 address} */
    public static boolean isIpv4(long hi, long lo) {
        return hi == 0 && lo >>> Integer.SIZE == V4_MAPPED >>> Integer.SIZE;
    }

    /** {@return whether one host can have the address: it is neither multicast nor broadcast nor unspecified} */
    public boolean isOfOneHost() {
        if (isIpv4(hi, lo)) {
            int ipv4 = (int) lo;
            return ipv4 != 0 && ipv4 != -1 && ipv4 >>> 28 != 0xE;
        }
        return hi >>> 56 != 0xFF && (hi | lo) != 0;
    }

    /** {@return the low word of an IPv4 address; the high word is 0} */
    public static long ofIpv4(int address) {
        return V4_MAPPED | Integer.toUnsignedLong(address);
    }

    private static long word(byte[] bytes, int offset, int length) {
        long word = 0;
        for (int i = 0; i < length; i++) {
            word = word << Byte.SIZE | bytes[offset + i] & 0xff;
        }
        return word;
    }

    private static boolean hashIsAddress() {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) 0xfe, 1, 2, 3}).hashCode() == 0xfe010203;
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of 4 bytes", e);
        }
    }
}
