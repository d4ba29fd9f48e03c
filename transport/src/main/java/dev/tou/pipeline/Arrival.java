// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.net.InetSocketAddress;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.segment.Segment;

/**
 * What travels down the pipeline: a segment, its sender, its connection once that is known, and when it was read.
 *
 * <p>Two instances per UDP channel, reused: valid until the call that carries it returns. A handler between stages that wants
 * to keep text must retain its pieces.
 */
public final class Arrival {

    private final Segment segment = new Segment();
    private InetSocketAddress sender;
    private TransmissionControlBlock connection;
    private int bytes;
    private long nowNanos;

    Arrival from(InetSocketAddress udpSender, int payloadBytes, long readNanos) {
        sender = udpSender;
        bytes = payloadBytes;
        nowNanos = readNanos;
        connection = null;
        return this;
    }

    /** {@return the segment} */
    public Segment segment() {
        return segment;
    }

    /** {@return the UDP address that it came from} */
    public InetSocketAddress sender() {
        return sender;
    }

    /** {@return its connection, or null before the demultiplexer} */
    public TransmissionControlBlock connection() {
        return connection;
    }

    void belongsTo(TransmissionControlBlock tcb) {
        connection = tcb;
    }

    /** {@return the UDP payload that it was, in bytes} */
    int bytes() {
        return bytes;
    }

    /** One more datagram has been merged into the segment. */
    void merged(Arrival other) {
        bytes += other.bytes;
    }

    /** {@return when the burst that it belongs to was read from the socket, in the loop's nanoseconds} */
    public long nowNanos() {
        return nowNanos;
    }

    /** Frees what is left of the text; the end of the journey, wherever that is. */
    void release() {
        segment.text().clear();
    }

    @Override
    public String toString() {
        return segment.toString();
    }
}
