// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A client that does nothing by itself: each of its segments is made by hand. For what a real client never does: to open a
 * connection and vanish, to send an old SYN, to leave a gap.
 */
final class RawPeer implements AutoCloseable {

    /** Where its sequence numbers begin, unless a scenario says otherwise; easy to follow. */
    static final int ISS = 1000;

    private static final int WINDOW = 65_535;

    private final DatagramSocket socket;
    private final InetSocketAddress wire;
    private final int serverPort;
    private int port = 40_001;
    private int timestamp;
    private int echo;
    private boolean modern;

    RawPeer(InetSocketAddress wire) {
        this.wire = wire;
        serverPort = wire.getPort();
        try {
            socket = new DatagramSocket(new InetSocketAddress(Stage.loopback(1), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Speaks from another TCP port from now on. */
    void port(int number) {
        port = number;
    }

    /** Carries timestamps from now on. */
    void timestamps(int value, int echoed) {
        timestamp = value;
        echo = echoed;
    }

    void syn(int iss) {
        send(Flags.SYN, iss, 0, offers(), "");
    }

    void ack(int seq, int ack) {
        send(Flags.ACK, seq, ack, options(), "");
    }

    void text(int seq, int ack, String text) {
        send(Flags.ACK | Flags.PSH, seq, ack, options(), text);
    }

    void text(int seq, int ack, int bytes) {
        send(Flags.ACK, seq, ack, options(), "x".repeat(bytes));
    }

    void send(int flags, int seq, int ack) {
        send(flags, seq, ack, options(), "");
    }

    /** Sends a SYN to another TCP port of the server's host. */
    void synTo(int otherPort, int iss) {
        write(new WireSegment(
                port, otherPort, iss, 0, Flags.SYN, WINDOW, options().mss(1000), new byte[0]));
    }

    /** Offers window scaling and selective acknowledgments from now on. */
    void modern() {
        modern = true;
    }

    private WireOptions offers() {
        WireOptions offers = options().mss(1000);
        return modern ? offers.sackPermitted().windowScale(3) : offers;
    }

    private WireOptions options() {
        return timestamp == 0 ? WireOptions.NONE : WireOptions.NONE.timestamps(timestamp, echo);
    }

    void send(int flags, int seq, int ack, WireOptions options, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(new WireSegment(port, serverPort, seq, ack, flags, WINDOW, options, bytes));
    }

    private void write(WireSegment segment) {
        byte[] datagram = segment.write();
        try {
            socket.send(new DatagramPacket(datagram, datagram.length, wire));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens a connection to the server in three segments; {@return the sequence number that it acknowledges next} */
    int open(Stage stage) throws InterruptedException {
        syn(ISS);
        WireSegment synAck = stage.toClient(Flags.SYN | Flags.ACK);
        if (timestamp != 0) {
            echo = synAck.options().timestamp();
        }
        ack(ISS + 1, synAck.end());
        stage.server().channel();
        stage.server().sees("accepts");
        return synAck.end();
    }

    @Override
    public void close() {
        socket.close();
    }
}
