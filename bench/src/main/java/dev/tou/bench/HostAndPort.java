// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.net.InetSocketAddress;

import io.netty.util.NetUtil;

/**
 * The address of a peer as people write it: {@code host:port}, {@code 192.0.2.1:9700}, {@code [::1]:9700}.
 *
 * @param host name or address, without brackets
 * @param port 1 to 65535
 */
public record HostAndPort(String host, int port) {

    /** {@return the address that {@code text} names} */
    public static HostAndPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        if (colon < 0 || host.isEmpty() || (!bracketed && host.indexOf(':') >= 0)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not HOST:PORT; write it like example.org:9700 or [::1]:9700");
        }
        return new HostAndPort(host, parsePort(text.substring(colon + 1)));
    }

    /** {@return the same where the port may be left out, too: {@code example.org}, {@code ::1}, {@code [::1]}} */
    public static HostAndPort parse(String text, int portIfNone) {
        boolean address = !text.startsWith("[") && text.indexOf(':') != text.lastIndexOf(':'); // of IPv6, bare
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        if (text.isEmpty() || text.indexOf(':') >= 0 && !address && !bracketed) {
            return parse(text);
        }
        return new HostAndPort(bracketed ? text.substring(1, text.length() - 1) : text, portIfNone);
    }

    /** {@return whether {@code text} names an address} */
    public static boolean isOne(String text) {
        try {
            parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static int parsePort(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // told below, in the same words as a number out of range
        }
        throw new IllegalArgumentException("\"" + text + "\" is not a port; give a number from 1 to 65535");
    }

    /** {@return the name or address and the port of {@code address}, as a peer would be told} */
    public static HostAndPort of(InetSocketAddress address) {
        String host = address.isUnresolved() ? address.getHostString() : NetUtil.toAddressString(address.getAddress());
        return new HostAndPort(host, address.getPort());
    }

    /** {@return the address, still to be resolved by the bootstrap that connects} */
    public InetSocketAddress unresolved() {
        return InetSocketAddress.createUnresolved(host, port);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
