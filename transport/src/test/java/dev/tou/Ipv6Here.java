// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Assumptions;

/** Whether the loopback interface of this host has IPv6; that of a container often has not. */
public final class Ipv6Here {

    private static final AtomicBoolean SAID = new AtomicBoolean();
    private static final boolean THERE = isThere();

    private Ipv6Here() {}

    private static boolean isThere() {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("::1", 0))) {
            return socket.isBound();
        } catch (IOException no) {
            return false;
        }
    }

    /**
     * Passes for an address of IPv4, and where there is IPv6. Elsewhere the test is skipped, which is said once; with {@code
     * TOU_REQUIRE_ROOT=1} it fails.
     */
    public static void orElseSkip(String address) {
        if (THERE || !address.contains(":")) {
            return;
        }
        String missing = "this host, or this container, has no ::1; what needs IPv6 is not tested";
        if ("1".equals(System.getenv("TOU_REQUIRE_ROOT"))) {
            throw new AssertionError(missing);
        }
        if (!SAID.getAndSet(true)) {
            System.out.println(missing);
        }
        Assumptions.abort(missing);
    }
}
