// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import java.util.function.BooleanSupplier;

/**
 * Flow control of one receiver (RFC 9293 section 3.8.6.2.2): brings together what has come, what the application has not read,
 * and how much more may come, and says when the peer should hear of it.
 */
public final class ReceiveFlow {

    /** What every host can send in a segment (RFC 9293 section 3.7.1). */
    private static final int LEAST_SEGMENT_BYTES = 536;

    /** So many full segments' worth in smaller ones prove that there are no full ones any more. */
    private static final int SEGMENTS_OF_PROOF = 16;

    private final ReceiveSequenceSpace rcv;
    private final ReceiveBuffer buffer;
    private final ReassemblyQueue reassembly;
    private final AdvertisedWindow window;
    private final ReceiveRounds rounds = new ReceiveRounds();
    private final ReceiveAutotuning autotuning;
    private final BooleanSupplier memoryIsShort;
    private boolean fixed;
    private boolean restrained;
    private int peerSegmentBytes;
    private int leastSegmentBytes;
    private int largestSinceFull;
    private int bytesSinceFull;
    private boolean readSinceAcknowledgment;

    /**
     * Over the parts of one connection; the capacity grows as {@code autotuning} says, until it is {@linkplain #fix fixed}.
     *
     * @param memoryIsShort whether all connections together hold so much that no capacity shall be larger than the first
     */
    public ReceiveFlow(
            ReceiveSequenceSpace rcv,
            ReceiveBuffer buffer,
            ReassemblyQueue reassembly,
            AdvertisedWindow window,
            ReceiveAutotuning autotuning,
            BooleanSupplier memoryIsShort) {
        this.rcv = rcv;
        this.buffer = buffer;
        this.reassembly = reassembly;
        this.window = window;
        this.autotuning = autotuning;
        this.memoryIsShort = memoryIsShort;
        capacity(autotuning.capacityBytes());
    }

    /** The application has chosen the capacity. A smaller one takes effect as it reads: the right edge never goes back. */
    public void fix(int capacityBytes) {
        fixed = true;
        restrained = false;
        capacity(capacityBytes);
    }

    // Text out of order is held in chunks of our own, which can cost twice what they hold.
    private void capacity(int bytes) {
        window.capacityBytes(bytes);
        reassembly.memoryLimitBytes((int) Math.min(Integer.MAX_VALUE, 2L * bytes));
    }

    /** The connection is established; see {@link ReceiveRounds#begin}. */
    public void begin(long handshakeRttNanos, boolean timestamps, int segmentBytes, long nowNanos) {
        peerSegmentBytes = segmentBytes;
        leastSegmentBytes = Math.min(segmentBytes, LEAST_SEGMENT_BYTES);
        rounds.begin(handshakeRttNanos, timestamps, rcv.nxt(), nowNanos);
    }

    /** {@return the text of the largest segment that the peer has sent, or could be expected to, in bytes} */
    public int peerSegmentBytes() {
        return peerSegmentBytes;
    }

    /**
     * Text comes, in order or not. It shows how large the peer's segments are: a larger one is believed at once, and smaller ones
     * when so much has come in them that the peer had enough to fill the larger.
     *
     * @param bytes how much
     * @param largestBytes how much of that is in the largest segment
     */
    public void onArrival(int bytes, int largestBytes) {
        if (largestBytes >= peerSegmentBytes) {
            peerSegmentBytes = largestBytes;
            forgetSmaller();
        } else {
            largestSinceFull = Math.max(largestSinceFull, largestBytes);
            bytesSinceFull += bytes;
            if (bytesSinceFull >= SEGMENTS_OF_PROOF * peerSegmentBytes) {
                peerSegmentBytes = Math.max(leastSegmentBytes, largestSinceFull);
                forgetSmaller();
            }
        }
        restrain();
    }

    private void forgetSmaller() {
        largestSinceFull = 0;
        bytesSinceFull = 0;
    }

    // What was promised is kept. What is no promise yet, and what comes out of order and may be dropped, is held back.
    private void restrain() {
        boolean isShort = !fixed && memoryIsShort.getAsBoolean();
        if (isShort != restrained) {
            restrained = isShort;
            int grown = autotuning.capacityBytes();
            capacity(isShort ? Math.min(ReceiveAutotuning.INITIAL_BYTES, grown) : grown);
        }
    }

    /** {@return the round trips as the receiver sees them} */
    public ReceiveRounds rounds() {
        return rounds;
    }

    /** RCV.NXT has moved over text. */
    public void onText(long nowNanos) {
        rounds.onText(rcv.nxt(), rcv.edge(), nowNanos);
    }

    /** Moves the right edge of the receive window to where it may go, because a segment is about to tell the peer. */
    public void advertise() {
        int unread = buffer.readableBytes();
        rcv.advertise(window.edge(rcv, unread, peerSegmentBytes));
        rcv.advertise(window.roundedEdge(rcv, unread));
    }

    /** The peer has been told. */
    public void told() {
        readSinceAcknowledgment = false;
    }

    /** The application has read; that alone can be worth an acknowledgment, and a larger buffer. */
    public void applicationRead(long nowNanos) {
        readSinceAcknowledgment = true;
        restrain();
        if (!fixed && !restrained) {
            int taken = rcv.nxt() - buffer.readableBytes();
            int before = window.capacityBytes();
            int wanted = autotuning.onRead(taken, rounds.rttNanos(), nowNanos);
            if (wanted != before) {
                capacity(wanted);
            }
        }
    }

    /** {@return whether the application has read so much that the peer should be told} */
    public boolean deservesUpdate() {
        return readSinceAcknowledgment && window.deservesUpdate(rcv, buffer.readableBytes(), peerSegmentBytes);
    }
}
