// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A port of 127.0.0.1 that refuses whoever comes, over UDP and over TCP, and that nobody else gets until this is closed: the
 * UDP socket is connected to itself, so what others send is for nobody, and the TCP socket does not listen.
 */
public final class ClosedPort implements AutoCloseable {

    private static final int TRIES = 32;

    private final DatagramSocket udp;
    private final Socket tcp;

    private ClosedPort(DatagramSocket udp, Socket tcp) {
        this.udp = udp;
        this.tcp = tcp;
    }

    public static ClosedPort take() throws IOException {
        IOException taken = null;
        for (int i = 0; i < TRIES; i++) {
            DatagramSocket udp = new DatagramSocket(0, InetAddress.getLoopbackAddress());
            Socket tcp = new Socket();
            try {
                udp.connect(udp.getLocalSocketAddress());
                tcp.bind(new InetSocketAddress(udp.getLocalAddress(), udp.getLocalPort()));
                return new ClosedPort(udp, tcp);
            } catch (IOException theOtherIsTaken) {
                udp.close();
                tcp.close();
                taken = theOtherIsTaken;
            }
        }
        throw taken;
    }

    public int port() {
        return udp.getLocalPort();
    }

    /** {@return it as a user types it} */
    public String target() {
        return "127.0.0.1:" + port();
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
