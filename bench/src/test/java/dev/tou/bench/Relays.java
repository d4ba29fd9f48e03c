// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.net.InetSocketAddress;

import dev.tou.bench.impair.ImpairmentProfile;
import dev.tou.bench.impair.UdpRelay;

/** Relays for connections of tou: under the server's port, on another address of this machine. */
public final class Relays {

    private static final String[] OTHER_ADDRESSES = {"127.0.0.2", "::1"}; // not every system has the first

    private Relays() {}

    /** {@return one that does the same each way} */
    public static UdpRelay to(InetSocketAddress server, Transports.Io io, ImpairmentProfile link) {
        Failure last = null;
        for (String host : OTHER_ADDRESSES) {
            try {
                return UdpRelay.start(io, new InetSocketAddress(host, server.getPort()), server, link, link, 1);
            } catch (Failure e) {
                last = e;
            }
        }
        throw last;
    }
}
