// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation.drawing;

import java.util.ArrayList;
import java.util.List;

import dev.tou.telemetry.ConnectionId;

/** One direction of a connection as its sender's wire shows it; sequence numbers count from the first byte of text. */
final class Flow {

    /** A segment that was sent. */
    static final class Sent {
        final long nanos;
        final long seq;
        final long end;
        final boolean again;
        final int outstanding;
        boolean lost;

        Sent(long nanos, long seq, long end, boolean again, int outstanding) {
            this.nanos = nanos;
            this.seq = seq;
            this.end = end;
            this.again = again;
            this.outstanding = outstanding;
        }
    }

    /** An acknowledgment that reached the sender: what it acknowledges, how far the peer's window goes, what it reports. */
    record Ack(long nanos, long ack, long edge, long[] sack, int outstanding) {}

    private final ConnectionId id;
    private final List<Sent> sent = new ArrayList<>();
    private final List<Ack> acks = new ArrayList<>();
    private long highest;
    private long una;
    private long textBytes;
    private boolean began;
    private int base;
    private int scale = -1;

    Flow(ConnectionId id) {
        this.id = id;
    }

    ConnectionId id() {
        return id;
    }

    List<Sent> sent() {
        return sent;
    }

    List<Ack> acks() {
        return acks;
    }

    /** {@return how much text was sent, repetitions included} */
    long textBytes() {
        return textBytes;
    }

    /** {@return the end of the sequence space that was sent} */
    long highest() {
        return highest;
    }

    /** {@return what was acknowledged} */
    long una() {
        return una;
    }

    void syn(int iss, int windowScale) {
        base = iss + 1;
        scale = windowScale;
        began = true;
    }

    /** {@return the shift of the sender's own window fields, or -1 without the option} */
    int scale() {
        return scale;
    }

    // Numbers wrap: the one that is meant is the one nearest to what was sent last.
    private long unwrapped(int seq) {
        return highest + (seq - base - (int) highest);
    }

    Sent send(long nanos, int seq, int length, int text) {
        if (!began) {
            syn(seq - 1, -1);
        }
        long from = unwrapped(seq);
        boolean again = from < highest;
        highest = Math.max(highest, from + length);
        textBytes += text;
        Sent segment = new Sent(nanos, from, from + length, again, (int) (highest - una));
        sent.add(segment);
        return segment;
    }

    void acknowledge(long nanos, int ack, int windowBytes, int[] blocks) {
        if (!began) {
            return;
        }
        long number = unwrapped(ack);
        una = Math.max(una, number);
        long[] reported = new long[blocks.length];
        for (int i = 0; i < blocks.length; i++) {
            reported[i] = unwrapped(blocks[i]);
        }
        acks.add(new Ack(nanos, number, number + windowBytes, reported, (int) (highest - una)));
    }
}
