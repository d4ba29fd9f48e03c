// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * Says how much may be in flight, and never what to send again.
 *
 * <p>A connection tells its controller what happened and asks for {@link #windowBytes()} before it sends:
 *
 * <pre>
 *   onEstablished --> onAck*                                                in order: it grows
 *                     onLossDetected -----------> onAck* --> onRecoveryEnd   fast recovery
 *                     onRetransmissionTimeout+ -> onAck* --> onRecoveryEnd   loss recovery
 *                               at any time after: onSpurious                it was no loss: undo
 * </pre>
 *
 * <p><b>An episode</b> lasts from the first detection of a loss until everything that was outstanding then has been
 * acknowledged. Losses found on the way are part of it and are not reported again. A timeout during fast recovery turns it
 * into loss recovery, within the same episode; each further timeout is reported. The acknowledgment that ends an episode is
 * reported by {@link #onAck} first, as part of it, and then by {@link #onRecoveryEnd}.
 *
 * <p><b>In flight</b> is the sender's estimate of what is in the network ("pipe"): sent, and neither acknowledged,
 * selectively acknowledged, known to be lost, nor, for a peer without SACK, shown by a duplicate acknowledgment to have
 * left. The sender may send while in flight is below the window.
 *
 * <p><b>Who inflates the window</b> (RFC 5681 section 3.2, RFC 6582 section 3.2): nobody. Inflation adds a segment to the
 * window for each duplicate acknowledgment, because that segment has left the network although it is not acknowledged,
 * and deflation takes it away when a partial acknowledgment covers it. Taking the same segment out of "in flight", and
 * forgetting it when it is acknowledged, permits the same transmissions with a window that means the same with SACK and
 * without; limited transmit (RFC 3042) follows from it as well. So the estimate, with its duplicate acknowledgments,
 * belongs to the sender, and the window during recovery stays where the controller put it.
 *
 * <p><b>The way down.</b> A controller that reduces its window says where it goes. During fast recovery the sender goes
 * there evenly, by {@link ProportionalRateReduction} towards {@link #slowStartThresholdBytes()}, instead of at once, unless
 * {@link #managesRecovery()} says that {@link #windowBytes()} holds in recovery, too.
 *
 * <p><b>One's own.</b> A class that implements this is given to {@code TouChannelOption.CONGESTION_CONTROLLER} by its
 * constructor. This one knows its path and keeps so much in flight, whatever happens:
 *
 * <pre>{@code
 * final class Fixed implements CongestionController {
 *     public String name() { return "fixed"; }
 *     public void onEstablished(int mssBytes, long nowNanos) {}
 *     public void onHandshakeLoss(long nowNanos) {}
 *     public void onAck(AckSample sample) {}
 *     public void onLossDetected(long flightSizeBytes, long nowNanos) {}
 *     public void onRecoveryEnd(long nowNanos) {}
 *     public void onRetransmissionTimeout(long flightSizeBytes, long nowNanos) {}
 *     public void onSpurious(long nowNanos) {}
 *     public void onIdleRestart(long nowNanos) {}
 *     public void onMssChanged(int mssBytes) {}
 *     public long windowBytes() { return 625_000; }              // 100 Mbit/s for 50 ms
 *     public long slowStartThresholdBytes() { return 0; }        // never in slow start
 *     public boolean managesRecovery() { return true; }          // the window is meant in recovery, too
 *     public long pacingRateBytesPerSecond() { return 12_500_000; }
 * }
 *
 * bootstrap.option(TouChannelOption.CONGESTION_CONTROLLER, Fixed::new);
 * }</pre>
 *
 * <p><b>Thread.</b> All calls come from the event loop of the connection, except that {@link #name()}, {@link #windowBytes()}
 * and {@link #slowStartThresholdBytes()} may be asked from any thread, for {@code TouSocketChannel.tcpInfo()} and for the size of
 * the send buffer: they must only read.
 *
 * <p>A controller must not throw: the segment that brought the event would be left half handled, and the exception only
 * logged. What it throws when it is asked for its window, or told of idleness, as text is to be sent, resets the connection.
 * When it is a timer that lets text go, of a cork or of a probe, that is only logged, and the end of the turn asks again.
 *
 * <p>Each event carries all that it needs, so that a test is a list of calls. Implementations allocate nothing per event, and
 * read no clock.
 */
public interface CongestionController {

    /** {@return a short name for people, such as {@code newreno}} */
    String name();

    /**
     * The handshake is complete.
     *
     * @param mssBytes the largest text of a segment to send, headers and options not counted, positive
     */
    void onEstablished(int mssBytes, long nowNanos);

    /**
     * The SYN or its acknowledgment had to be repeated; comes directly after {@link #onEstablished}. RFC 5681 section 3.1
     * wants an initial window of one segment then. Not called if the peer's timestamps show that the first had arrived (RFC
     * 3522).
     */
    void onHandshakeLoss(long nowNanos);

    /**
     * An acknowledgment came that acknowledged or selectively acknowledged something new.
     *
     * @param sample what it brought; a reused object, valid until this method returns
     */
    void onAck(AckSample sample);

    /**
     * Text was found to be lost, though not by the retransmission timer; comes before the {@link #onLossDetected} of the
     * episode that it begins, and in an episode each time that more is found. RFC 7141 section 2.3 has the strength of a sign
     * of congestion be proportionate to the bytes that were lost. By default nothing happens.
     *
     * @param bytes how much text, positive
     */
    default void onLost(long bytes) {}

    /**
     * A loss was found while no episode was under way: fast recovery begins.
     *
     * @param flightSizeBytes sent and not cumulatively acknowledged: FlightSize of RFC 5681, larger than "in flight"
     */
    void onLossDetected(long flightSizeBytes, long nowNanos);

    /** Everything that was outstanding when the episode began has been acknowledged. */
    void onRecoveryEnd(long nowNanos);

    /**
     * The retransmission timer expired; also reported when it expires again for the same segment.
     *
     * @param flightSizeBytes sent and not cumulatively acknowledged when it expired
     */
    void onRetransmissionTimeout(long flightSizeBytes, long nowNanos);

    /**
     * The last reduction was for no loss: reordering or delay looked like one (RFC 4015, RFC 5682, RFC 2883). It is taken
     * back, alone: a timeout in fast recovery that was spurious does not excuse the loss before it. Timeouts of the same
     * segment count as one. Ends the episode if it is still under way. With nothing to take back, nothing happens.
     */
    void onSpurious(long nowNanos);

    /** Nothing was sent for longer than a retransmission timeout, and sending begins again (RFC 5681 section 4.1). */
    void onIdleRestart(long nowNanos);

    /**
     * The path carries segments of another size. The window stays the same number of bytes.
     *
     * @param mssBytes as in {@link #onEstablished}
     */
    void onMssChanged(int mssBytes);

    /** {@return how many bytes may be in flight, at least one segment} */
    long windowBytes();

    /** {@return below which window growth is exponential; {@link Long#MAX_VALUE} before the first loss} */
    long slowStartThresholdBytes();

    /**
     * {@return whether the window is meant as it is during fast recovery, as a controller that models the path wants it;
     * false, the default, to let proportional rate reduction lead to the slow start threshold}
     */
    default boolean managesRecovery() {
        return false;
    }

    /** {@return at which rate to send; 0 if the controller does not say, then the sender may derive one from the window} */
    default long pacingRateBytesPerSecond() {
        return 0;
    }
}
