// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import java.net.InetSocketAddress;

/**
 * Which connection it is, in words that outlive it. The channel shows the same addresses.
 *
 * @param local our address and TCP port; the wildcard address on a server's socket that takes what no other does
 * @param remote the peer's address and TCP port
 */
public record ConnectionId(InetSocketAddress local, InetSocketAddress remote) {

    /** {@return for instance {@code 192.0.2.1:51000 -> 198.51.100.7:8080}} */
    @Override
    public String toString() {
        return text(local) + " -> " + text(remote);
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + address.getPort();
    }
}
