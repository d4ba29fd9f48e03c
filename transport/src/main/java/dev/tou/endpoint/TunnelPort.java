// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetSocketAddress;

/**
 * Which UDP port carries a TCP port: the one of the same number, or a <em>tunnel port</em>, behind which a host has many TCP
 * ports. FreeBSD has one for all that it sends and receives, {@code net.inet.tcp.udp_tunneling_port}.
 */
public final class TunnelPort {

    /** No tunnel: TCP port and UDP port are the same number. */
    public static final int NONE = 0;

    private TunnelPort() {}

    /**
     * {@return the UDP address that carries a TCP address}
     *
     * @param tcp address and TCP port; resolved
     * @param tunnelPort the UDP port, 1 to 65535, or {@link #NONE}
     */
    public static InetSocketAddress udpAddress(InetSocketAddress tcp, int tunnelPort) {
        return tunnelPort == NONE ? tcp : new InetSocketAddress(tcp.getAddress(), tunnelPort);
    }
}
