// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * A UDP socket without channel and loop, for a peer whose every datagram a test writes down.
 *
 * <p>What arrives goes to the handler in the instant of arrival or, without a handler, into {@link #received}.
 */
public final class RawPeer implements AutoCloseable {
    private final SimHost host;
    private final SimSocket socket;
    private final Queue<Datagram> received = new ArrayDeque<>();
    private Consumer<Datagram> handler = received::add;

    RawPeer(SimHost host, InetSocketAddress address) {
        this.host = host;
        this.socket = new SimSocket(host, null, new SimSocket.Owner() {
            @Override
            public void readable() {
                drain();
            }

            @Override
            public void writable() {
                // A peer sends past its socket, so it never waits.
            }
        });
        try {
            socket.bind(address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Hands every later arrival to {@code handler}. */
    public RawPeer onDatagram(Consumer<Datagram> handler) {
        this.handler = handler;
        return this;
    }

    /** {@return what has arrived and was not taken yet} */
    public Queue<Datagram> received() {
        return received;
    }

    public InetSocketAddress address() {
        return socket.local();
    }

    /** Sends one datagram; unlike a channel, never delayed and never refused by the host. */
    public void send(InetSocketAddress recipient, byte[] payload) {
        host.network().inject(socket.local(), recipient, payload);
    }

    @Override
    public void close() {
        socket.close();
    }

    private void drain() {
        for (Datagram datagram; (datagram = socket.poll()) != null; ) {
            handler.accept(datagram);
        }
    }
}
