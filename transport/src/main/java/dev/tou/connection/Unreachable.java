// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;

/**
 * Why a datagram could not be delivered, as the network says by ICMP, or this host itself. A UDP socket hears it without the
 * segment that it is about, and anybody may have forged it, so it is believed only as far as RFC 9293 section 3.9.2.2 and RFC
 * 5927 section 5.2 have it: it ends a handshake, and of a connection it explains the end.
 */
public enum Unreachable {
    /** Nobody has the peer's UDP port: its process has ended. */
    PORT("Port unreachable"),
    /** There is no way to the peer's host, or it is forbidden. */
    HOST("No route to host"),
    /** There is no way to the peer's network. */
    NETWORK("Network is unreachable");

    private final String words;

    Unreachable(String words) {
        this.words = words;
    }

    /** {@return the exception that java.net has for it, in the words of kernels} */
    public SocketException exception() {
        return this == PORT ? new PortUnreachableException(words) : new NoRouteToHostException(words);
    }
}
