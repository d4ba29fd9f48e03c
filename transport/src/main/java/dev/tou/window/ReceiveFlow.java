// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

/**
 * Flow control of one receiver (RFC 9293 section 3.8.6.2.2): brings together what has come, what the application has not read,
 * and how much more may come, and says when the peer should hear of it.
 */
public final class ReceiveFlow {

    private final ReceiveSequenceSpace rcv;
    private final ReceiveBuffer buffer;
    private final AdvertisedWindow window;
    private int peerSegmentBytes;
    private boolean readSinceAcknowledgment;

    /** Over the parts of one connection. */
    public ReceiveFlow(ReceiveSequenceSpace rcv, ReceiveBuffer buffer, AdvertisedWindow window) {
        this.rcv = rcv;
        this.buffer = buffer;
        this.window = window;
    }

    /** {@return the text of the largest segment that the peer has sent, or could be expected to, in bytes} */
    public int peerSegmentBytes() {
        return peerSegmentBytes;
    }

    /** Notes how large the peer's segments are. */
    public void observePeerSegment(int textBytes) {
        peerSegmentBytes = Math.max(peerSegmentBytes, textBytes);
    }

    /** Moves the right edge of the receive window to where it may go, because a segment is about to tell the peer. */
    public void advertise() {
        rcv.advertise(window.edge(rcv, buffer.readableBytes(), peerSegmentBytes));
    }

    /** The peer has been told. */
    public void told() {
        readSinceAcknowledgment = false;
    }

    /** The application has read; that alone can be worth an acknowledgment. */
    public void applicationRead() {
        readSinceAcknowledgment = true;
    }

    /** {@return whether the application has read so much that the peer should be told} */
    public boolean deservesUpdate() {
        return readSinceAcknowledgment && window.deservesUpdate(rcv, buffer.readableBytes(), peerSegmentBytes);
    }
}
