// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;

/**
 * Hears every decision of a connection: what was sent and received, how long a round trip took, what was found to be lost, how
 * the congestion window moved and why. For metrics, for drawings, for the question why a transfer is slow.
 *
 * <p>Each connection has a listener of its own, made by the {@link TransportListenerFactory} that is set as
 * {@code TouChannelOption.TRANSPORT_LISTENER}, so a listener may keep what it likes of its connection:
 *
 * <pre>
 *   bootstrap.option(TouChannelOption.TRANSPORT_LISTENER, connection -&gt; new TransportListener() {
 *       &#64;Override
 *       public void onTimeout(long nowNanos, long rtoNanos, int backoffs, long flightBytes) {
 *           timeouts.increment();
 *       }
 *   });
 * </pre>
 *
 * <p><b>Thread.</b> All calls come from the event loop of the connection, in the order of the decisions. They come from inside
 * the engine: a listener must not block. What it asks of a channel (a write, a close, another option) takes effect after the
 * engine has finished, as a task of the event loop. What it throws is counted ({@link TcpFigure#LISTENER_FAILURES}), logged once
 * for each UDP channel, and does not reach the connection.
 *
 * <p><b>Cost.</b> All arguments are primitives and constants: an event allocates nothing, and without a listener it costs one
 * comparison. Segments are told in trains, not one by one.
 *
 * <p><b>Units.</b> {@code nowNanos} is the time of the event loop's ticker, the same for all connections of the loop, and never
 * goes back. Durations are nanoseconds, sizes are bytes of text (FIN and SYN count as one where they are sequence space), rates
 * are bytes per second. Sequence numbers are those of the wire, 32 bits that wrap.
 *
 * <p>Every method does nothing unless it is overridden, so that new events break no listener.
 */
public interface TransportListener {

    /** Hears nothing; the engine does not even call it. */
    TransportListener NONE = new TransportListener() {};

    // --- the connection ---

    /** The connection has moved to another state of RFC 9293 section 3.3.2. */
    default void onStateChanged(long nowNanos, TcpEvent event, TcpState from, TcpState to) {}

    /**
     * The handshake is complete: where both ends begin, and what they have agreed on. The move to another state follows.
     *
     * @param iss our initial sequence number, that of our SYN
     * @param irs the peer's
     * @param mssBytes the text of a full segment that we send; {@link #onPathMtu} changes it
     * @param sndScale by how many bits windows are shifted that come (RFC 7323 section 2); 0 without scaling
     * @param rcvScale by how many bits those are that go
     * @param sack whether selective acknowledgments are in force (RFC 2018)
     * @param timestamps whether every segment carries timestamps (RFC 7323 section 3)
     */
    default void onEstablished(
            long nowNanos,
            int iss,
            int irs,
            int mssBytes,
            int sndScale,
            int rcvScale,
            boolean sack,
            boolean timestamps) {}

    /**
     * Something else than before keeps the connection from sending more.
     *
     * @param before what it was
     * @param limit what it is from now on
     */
    default void onLimit(long nowNanos, Limit before, Limit limit) {}

    // --- segments ---

    /**
     * Segments were handed to the UDP channel, for the first time.
     *
     * @param seq the sequence number of the first
     * @param textBytes the text of all of them, 0 for a segment without text
     * @param segments how many they are, at least 1
     * @param controlBits the control bits of the last one, as in the header of RFC 9293 section 3.1
     */
    default void onSent(long nowNanos, int seq, int textBytes, int segments, int controlBits) {}

    /**
     * A segment was handed to the UDP channel again: text, or a SYN, SYN-ACK or FIN. Parameters as in {@link #onSent}. So many
     * are in {@link TcpInfo#retrans}.
     */
    default void onRetransmitted(long nowNanos, int seq, int textBytes, int segments, int controlBits) {}

    /**
     * Segments of this connection came, whether they are acceptable or not.
     *
     * @param seq the sequence number of the first
     * @param textBytes the text of all of them
     * @param segments how many they were on the wire, at least 1
     * @param controlBits the control bits of all of them
     * @param ack what they acknowledge, meaningful with the ACK bit
     */
    default void onReceived(long nowNanos, int seq, int textBytes, int segments, int controlBits, int ack) {}

    /** An acknowledgment without text leaves: why, and up to where. */
    default void onAcknowledgment(long nowNanos, AckKind kind, int ack) {}

    /** The peer's window, SND.WND, has another size; it is counted from SND.UNA, the last acknowledgment. */
    default void onSendWindow(long nowNanos, long wndBytes) {}

    /** A probe of a closed window leaves (RFC 9293 section 3.8.6.1); {@code count} is how many in a row that makes. */
    default void onWindowProbe(long nowNanos, int count) {}

    /** A keep-alive probe leaves (RFC 9293 section 3.8.4); {@code count} is how many in a row that makes. */
    default void onKeepAlive(long nowNanos, int count) {}

    // --- round trips and loss ---

    /**
     * A round trip was measured.
     *
     * @param sampleNanos how long it took
     * @param srttNanos the smoothed round trip, with this one
     * @param rttvarNanos its variation
     * @param rtoNanos the retransmission timeout that follows
     */
    default void onRoundTrip(long nowNanos, long sampleNanos, long srttNanos, long rttvarNanos, long rtoNanos) {}

    /**
     * Something that was sent counts as lost.
     *
     * @param seq where it begins
     * @param bytes how much sequence space it is; a timeout tells each segment that is outstanding
     */
    default void onLoss(long nowNanos, int seq, int bytes, LossSign sign) {}

    /** A tail loss probe leaves (RFC 8985 section 7.3), new text or the last segment again. */
    default void onLossProbe(long nowNanos, int seq, int bytes) {}

    /**
     * The retransmission timer has expired (RFC 6298 section 5).
     *
     * @param rtoNanos the timeout that has passed, back-off included
     * @param backoffs how often it is doubled from now on
     * @param flightBytes what was outstanding
     */
    default void onTimeout(long nowNanos, long rtoNanos, int backoffs, long flightBytes) {}

    /**
     * Loss was found while none was being repaired.
     *
     * @param state {@link CongestionState#RECOVERY}, or {@link CongestionState#LOSS} after a timeout
     * @param flightBytes what was outstanding
     */
    default void onRecoveryBegins(long nowNanos, CongestionState state, long flightBytes) {}

    /** Everything has arrived that was outstanding when recovery began. */
    default void onRecoveryEnds(long nowNanos) {}

    /** What had been taken for a loss was none: the reduction of the congestion window is taken back. */
    default void onUndo(long nowNanos, UndoSign sign) {}

    // --- how fast ---

    /**
     * The congestion window or the slow start threshold has another value.
     *
     * @param cwndBytes the congestion window
     * @param ssthreshBytes the threshold; {@link Long#MAX_VALUE} before the first loss
     * @param inFlightBytes what is thought to be on the path
     */
    default void onCongestionWindow(
            long nowNanos, long cwndBytes, long ssthreshBytes, long inFlightBytes, WindowChange cause) {}

    /** Segments leave at another rate; 0 if they are not paced. */
    default void onPacingRate(long nowNanos, long bytesPerSecond) {}

    /** The receive buffer, and with it the largest window that we advertise, has grown or shrunk to so much. */
    default void onReceiveBuffer(long nowNanos, long capacityBytes) {}

    // --- the path ---

    /** A packet larger than those of the moment is tried (RFC 8899); {@code packetBytes} counts IP and UDP headers. */
    default void onPathMtuProbe(long nowNanos, int packetBytes) {}

    /**
     * The probe of the path MTU is lost, or the host has refused it, which is no sign of congestion; what was in it goes again in
     * smaller segments. After three losses of one size nothing so large is tried for ten minutes.
     *
     * @param packetBytes how large it was, IP and UDP headers counted
     */
    default void onPathMtuProbeLost(long nowNanos, int packetBytes) {}

    /**
     * The path seems to swallow large packets (RFC 8899 section 4.3): two timeouts in a row were of such a size, and nothing was
     * acknowledged between them. {@link #onPathMtu} follows, with the size that every path should carry.
     *
     * @param packetBytes how large the last of them was, IP and UDP headers counted
     */
    default void onBlackHole(long nowNanos, int packetBytes) {}

    /**
     * The largest packet that is sent has another size; {@code packetBytes} counts IP and UDP headers. Larger: a probe has arrived.
     * Smaller: {@link #onBlackHole}, or the host refuses what is larger.
     */
    default void onPathMtu(long nowNanos, int packetBytes) {}
}
