// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * What names a connection among those of one UDP channel: the peer's address, its UDP port, and the TCP ports inside.
 *
 * <p>A connection over UDP is a 6-tuple: addresses, UDP ports, TCP ports (RFC 6951 has the same for SCTP, and
 * draft-cheshire-tcp-over-udp sets the TCP ports equal to the UDP ports). The local address and UDP port are those of the UDP
 * channel, to which every table of keys belongs, so they are not repeated here.
 *
 * <p>The address is kept as two words, see {@link AddressWords}; the methods that look for a connection take the same words
 * and ports, so that looking for the connection of a datagram needs no key object.
 */
public final class ConnectionKey {

    private static final int MAX_PORT = 0xffff;

    private final long remoteHi;
    private final long remoteLo;
    private final long ports;

    /** For a link-local IPv6 address its interface, else 0. Where to send to, not a part of the name. */
    private final int scopeId;

    private ConnectionKey(long remoteHi, long remoteLo, long ports, int scopeId) {
        this.remoteHi = remoteHi;
        this.remoteLo = remoteLo;
        this.ports = ports;
        this.scopeId = scopeId;
    }

    /**
     * @param remoteUdp where the peer's datagrams come from; resolved
     * @param localTcpPort the port in the segments' header that is ours, 0 to 65535
     * @param remoteTcpPort the port in the segments' header that is the peer's, 0 to 65535
     */
    public static ConnectionKey of(InetSocketAddress remoteUdp, int localTcpPort, int remoteTcpPort) {
        if (remoteUdp.isUnresolved()) {
            throw new IllegalArgumentException("unresolved address: " + remoteUdp);
        }
        checkPort(localTcpPort);
        checkPort(remoteTcpPort);
        InetAddress address = remoteUdp.getAddress();
        AddressWords words = new AddressWords().read(address);
        int scopeId = address instanceof Inet6Address ipv6 ? ipv6.getScopeId() : 0;
        return new ConnectionKey(
                words.hi(), words.lo(), packPorts(remoteUdp.getPort(), localTcpPort, remoteTcpPort), scopeId);
    }

    private static void checkPort(int port) {
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port: " + port + " (expected: 0 to 65535)");
        }
    }

    /** {@return the three ports as one word, the third that is hashed and compared} */
    public static long packPorts(int remoteUdpPort, int localTcpPort, int remoteTcpPort) {
        return (long) remoteUdpPort << 32 | (long) localTcpPort << 16 | remoteTcpPort;
    }

    /** {@return the upper eight bytes of the peer's address; 0 for IPv4} */
    public long remoteHi() {
        return remoteHi;
    }

    /** {@return the lower eight bytes of the peer's address, v4-mapped for IPv4} */
    public long remoteLo() {
        return remoteLo;
    }

    /** {@return the peer's UDP port} */
    public int remoteUdpPort() {
        return (int) (ports >>> 32);
    }

    /** {@return our port in the TCP header} */
    public int localTcpPort() {
        return (int) (ports >>> 16) & MAX_PORT;
    }

    /** {@return the peer's port in the TCP header} */
    public int remoteTcpPort() {
        return (int) ports & MAX_PORT;
    }

    /** {@return the three ports, as {@link #packPorts} makes them} */
    public long ports() {
        return ports;
    }

    /** {@return whether datagrams to the peer have an IPv6 header, which is 20 bytes longer} */
    public boolean isIpv6() {
        return !AddressWords.isIpv4(remoteHi, remoteLo);
    }

    /** {@return the peer's address, an {@link java.net.Inet4Address} if it is v4-mapped; a new object} */
    public InetAddress remoteAddress() {
        try {
            if (!isIpv6()) {
                return InetAddress.getByAddress(ByteBuffer.allocate(Integer.BYTES)
                        .putInt((int) remoteLo)
                        .array());
            }
            byte[] bytes = ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(remoteHi)
                    .putLong(remoteLo)
                    .array();
            return scopeId == 0 ? InetAddress.getByAddress(bytes) : Inet6Address.getByAddress(null, bytes, scopeId);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of 4 or 16 bytes", e);
        }
    }

    /** {@return where datagrams to the peer go; a new object} */
    public InetSocketAddress remoteUdpAddress() {
        return new InetSocketAddress(remoteAddress(), remoteUdpPort());
    }

    /** {@return the address that channels show for the peer: with the port of the TCP header; a new object} */
    public InetSocketAddress remoteTcpAddress() {
        return new InetSocketAddress(remoteAddress(), remoteTcpPort());
    }

    /** {@return whether this is the key for an address and three packed ports} */
    public boolean matches(long hi, long lo, long packedPorts) {
        return ports == packedPorts && remoteLo == lo && remoteHi == hi;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConnectionKey key && matches(key.remoteHi, key.remoteLo, key.ports);
    }

    /** For maps that an attacker does not fill; {@code ConnectionTable} hashes with a secret key. */
    @Override
    public int hashCode() {
        return 31 * (31 * Long.hashCode(remoteHi) + Long.hashCode(remoteLo)) + Long.hashCode(ports);
    }

    /** {@return for instance {@code [2001:db8::1]:4433/udp tcp 8080 <- 51000}} */
    @Override
    public String toString() {
        String host = remoteAddress().getHostAddress();
        return (isIpv6() ? "[" + host + "]" : host) + ":" + remoteUdpPort() + "/udp tcp " + localTcpPort() + " <- "
                + remoteTcpPort();
    }
}
