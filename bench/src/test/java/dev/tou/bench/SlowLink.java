// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.net.InetSocketAddress;

import dev.tou.bench.impair.ImpairmentProfile;
import dev.tou.bench.impair.UdpRelay;

/** A link to a server of this machine that carries a large file for minutes, so that nobody need be quick to meet it half-way. */
public final class SlowLink implements AutoCloseable {

    private static final ImpairmentProfile SLOW = ImpairmentProfile.parse("rate=40mbit");

    private final UdpRelay relay;

    private SlowLink(UdpRelay relay) {
        this.relay = relay;
    }

    /** To a port of 127.0.0.1. */
    public static SlowLink to(int port) {
        InetSocketAddress server = new InetSocketAddress("127.0.0.1", port);
        return new SlowLink(Relays.to(server, Transports.Io.preferred(), SLOW));
    }

    /** {@return it as a user types it} */
    public String target() {
        return HostAndPort.of(relay.address()).toString();
    }

    @Override
    public void close() {
        relay.close();
    }
}
