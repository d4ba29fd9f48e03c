// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * What one acknowledgment brought, as told to {@link CongestionController#onAck}.
 *
 * <p>A reused object: the sender {@linkplain #reset resets} and fills one for each acknowledgment, and a controller must
 * not keep it. An acknowledgment may cover a whole train of segments, so byte counts can be many times the segment size.
 */
public final class AckSample {

    /** The value of {@link #rttNanos()} when the acknowledgment gave no valid round-trip time. */
    public static final long NO_RTT = -1;

    private long nowNanos;
    private long ackedBytes;
    private long deliveredBytes;
    private long priorInFlightBytes;
    private long inFlightBytes;
    private long rttNanos = NO_RTT;
    private boolean cwndLimited;
    private boolean inRecovery;
    private long lostSegments;
    private long deliveryRate;
    private long deliveryIntervalNanos;
    private boolean appLimited;

    /** Nothing yet: {@link #reset} begins. */
    public AckSample() {}

    /** Begins a new sample, with all counts 0, no round-trip time, and all conditions false. */
    public AckSample reset(long nowNanos) {
        this.nowNanos = nowNanos;
        ackedBytes = 0;
        deliveredBytes = 0;
        priorInFlightBytes = 0;
        inFlightBytes = 0;
        rttNanos = NO_RTT;
        cwndLimited = false;
        inRecovery = false;
        lostSegments = 0;
        deliveryRate = 0;
        deliveryIntervalNanos = 0;
        appLimited = false;
        return this;
    }

    /**
     * @param ackedBytes by how much SND.UNA advanced
     * @param deliveredBytes how much was newly acknowledged or newly selectively acknowledged
     */
    public AckSample acknowledged(long ackedBytes, long deliveredBytes) {
        this.ackedBytes = ackedBytes;
        this.deliveredBytes = deliveredBytes;
        return this;
    }

    /**
     * @param priorBytes the estimate of what was in flight before this acknowledgment
     * @param bytes and after it
     */
    public AckSample inFlight(long priorBytes, long bytes) {
        priorInFlightBytes = priorBytes;
        inFlightBytes = bytes;
        return this;
    }

    /** @param rttNanos a valid round-trip time (Karn's rule), or {@link #NO_RTT} */
    public AckSample rtt(long rttNanos) {
        this.rttNanos = rttNanos;
        return this;
    }

    /**
     * @param cwndLimited whether the congestion window, not the application, the peer's window or pacing, was what ended
     *     sending within the last round trip; in slow start, whether more than half of the window was in flight
     */
    public AckSample cwndLimited(boolean cwndLimited) {
        this.cwndLimited = cwndLimited;
        return this;
    }

    /**
     * @param inRecovery whether fast recovery is under way: after {@link CongestionController#onLossDetected} and before its
     *     end; false in loss recovery after a timeout, in which the window grows
     */
    public AckSample inRecovery(boolean inRecovery) {
        this.inRecovery = inRecovery;
        return this;
    }

    /** @param lostSegments how many segments it newly revealed to be lost */
    public AckSample lost(long lostSegments) {
        this.lostSegments = lostSegments;
        return this;
    }

    /**
     * @param bytesPerSecond the rate at which the path delivered lately
     * @param intervalNanos over which time that was measured, positive
     * @param appLimited whether the application did not offer more, so that the path may be faster
     */
    public AckSample deliveryRate(long bytesPerSecond, long intervalNanos, boolean appLimited) {
        deliveryRate = bytesPerSecond;
        deliveryIntervalNanos = intervalNanos;
        this.appLimited = appLimited;
        return this;
    }

    /** {@return when the acknowledgment came} */
    public long nowNanos() {
        return nowNanos;
    }

    /** {@return by how much SND.UNA advanced, in bytes} */
    public long ackedBytes() {
        return ackedBytes;
    }

    /** {@return how many bytes were newly acknowledged or newly selectively acknowledged} */
    public long deliveredBytes() {
        return deliveredBytes;
    }

    /** {@return how much was in flight before, in bytes} */
    public long priorInFlightBytes() {
        return priorInFlightBytes;
    }

    /** {@return how much is in flight now, in bytes} */
    public long inFlightBytes() {
        return inFlightBytes;
    }

    /** {@return the round-trip time, in nanoseconds, or {@link #NO_RTT}} */
    public long rttNanos() {
        return rttNanos;
    }

    /** {@return whether the congestion window was what limited sending} */
    public boolean cwndLimited() {
        return cwndLimited;
    }

    /** {@return whether fast recovery is under way} */
    public boolean inRecovery() {
        return inRecovery;
    }

    /** {@return how many segments it newly revealed to be lost} */
    public long lostSegments() {
        return lostSegments;
    }

    /** {@return at which rate the path delivered lately, in bytes per second; 0 if this acknowledgment does not tell} */
    public long deliveryRateBytesPerSecond() {
        return deliveryRate;
    }

    /** {@return over which time that rate was measured, in nanoseconds; 0 without one} */
    public long deliveryIntervalNanos() {
        return deliveryIntervalNanos;
    }

    /** {@return whether that rate is only what the application offered, and the path may be faster} */
    public boolean isAppLimited() {
        return appLimited;
    }
}
