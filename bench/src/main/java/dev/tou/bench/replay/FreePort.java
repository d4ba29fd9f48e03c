// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;

/** A UDP port that nobody has on any of some addresses, a moment ago. */
final class FreePort {

    private static final int TRIES = 32;

    private FreePort() {}

    static int onAll(InetAddress... addresses) {
        for (int i = 0; i < TRIES; i++) {
            try (DatagramSocket first = new DatagramSocket(new InetSocketAddress(addresses[0], 0))) {
                int port = first.getLocalPort();
                for (int other = 1; other < addresses.length; other++) {
                    new DatagramSocket(new InetSocketAddress(addresses[other], port)).close();
                }
                return port;
            } catch (IOException taken) {
                // another one
            }
        }
        throw new Failure(
                ExitCode.CANNOT_LISTEN,
                "No port is free on " + addresses.length
                        + " loopback addresses; Linux has 127.0.0.2 and more, elsewhere give them to the interface.");
    }
}
