// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

/**
 * Flow control of one receiver (RFC 9293 section 3.8.6.2.2): brings together what has come, what the application has not read,
 * and how much more may come, and says when the peer should hear of it.
 */
public final class ReceiveFlow {

    private final ReceiveSequenceSpace rcv;
    private final ReceiveBuffer buffer;
    private final ReassemblyQueue reassembly;
    private final AdvertisedWindow window;
    private final ReceiveRounds rounds = new ReceiveRounds();
    private final ReceiveAutotuning autotuning;
    private boolean fixed;
    private int peerSegmentBytes;
    private boolean readSinceAcknowledgment;

    /** Over the parts of one connection; the capacity grows as {@code autotuning} says, until it is {@linkplain #fix fixed}. */
    public ReceiveFlow(
            ReceiveSequenceSpace rcv,
            ReceiveBuffer buffer,
            ReassemblyQueue reassembly,
            AdvertisedWindow window,
            ReceiveAutotuning autotuning) {
        this.rcv = rcv;
        this.buffer = buffer;
        this.reassembly = reassembly;
        this.window = window;
        this.autotuning = autotuning;
        capacity(autotuning.capacityBytes());
    }

    /** The application has chosen the capacity. A smaller one takes effect as it reads: the right edge never goes back. */
    public void fix(int capacityBytes) {
        fixed = true;
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
        rounds.begin(handshakeRttNanos, timestamps, rcv.nxt(), nowNanos);
    }

    /** {@return the text of the largest segment that the peer has sent, or could be expected to, in bytes} */
    public int peerSegmentBytes() {
        return peerSegmentBytes;
    }

    /** Notes how large the peer's segments are. */
    public void observePeerSegment(int textBytes) {
        peerSegmentBytes = Math.max(peerSegmentBytes, textBytes);
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
        if (!fixed) {
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
