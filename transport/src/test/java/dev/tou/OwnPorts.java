// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * UDP ports for tests that say which port they bind, or bind one again. Linux gives none of them to whoever asks for any, so
 * nobody gets one by chance while it is free for a moment, and each is given out once, to one process of all that run tests here.
 */
public final class OwnPorts {

    /** Below those that Linux hands out by itself. */
    private static final int FIRST = 20_000;

    private static final int COUNT = 10_000;

    /** Whoever holds the TCP port of the same number has the UDP port, until its process ends. */
    private static final List<ServerSocket> HELD = new ArrayList<>();

    private OwnPorts() {}

    /** {@return a UDP port, for every local address} */
    public static synchronized int next() {
        long start = ProcessHandle.current().pid();
        for (int i = 0; i < COUNT; i++) {
            int port = FIRST + (int) ((start + i) % COUNT);
            if (take(port)) {
                return port;
            }
        }
        throw new AssertionError("all ports are taken");
    }

    private static boolean take(int port) {
        try {
            HELD.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
            new DatagramSocket(port).close();
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
