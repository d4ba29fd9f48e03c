// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

/**
 * How long a round trip takes, and how long to wait before a segment is sent again (RFC 6298).
 *
 * <pre>
 *   first sample R:   SRTT = R                              RTTVAR = R / 2
 *   then:             RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R|   SRTT = 7/8 SRTT + 1/8 R
 *   RTO = SRTT + max(4 x RTTVAR, floor), doubled for each expiry, at most 60 s; 1 s before the first sample
 * </pre>
 *
 * <p>Where this differs from RFC 6298, and why:
 *
 * <ul>
 *   <li>The floor lies under the variance term, not under the sum (section 2.4 has 1 s under the sum): the wait beyond a
 *       round trip is what a late acknowledgment may take, 200 ms for a peer of unknown kind (as on Linux, where
 *       delayed acknowledgments take at most 200 ms), less between ends that told each other.
 *   <li>RFC 7323 section 4.2 warns that a filter fed many times in a round trip has a memory shorter than the round trip,
 *       so that the timeout shrinks in a quiet moment. SRTT stays the plain filter, so that it follows a path that changes,
 *       but the timeout is computed with the largest RTTVAR of this round trip and the one before. With one sample in a
 *       round trip that is RFC 6298, one sample more careful.
 *   <li>Linux gives a sample far below SRTT an eighth of its usual weight in RTTVAR, lest a path that became faster raise
 *       the timeout. Left out: the rise is over in a few round trips, and tail loss probes, not the timeout, are what a
 *       user waits for.
 * </ul>
 *
 * <p>Which samples are valid is the caller's knowledge: by Karn's rule (section 3) none of a segment that was sent twice
 * unless a timestamp says which one was acknowledged. Back-off lasts until the next valid sample (section 5, 5.5 to 5.7).
 *
 * <p>All times are nanoseconds. One event loop, no locks, no allocation after construction.
 *
 * <p>RFC 9293: MUST-18, MUST-19.
 */
public final class RttEstimator {

    /** The default floor of the variance term: 200 ms. */
    public static final long DEFAULT_FLOOR_NANOS = 200_000_000L;

    /** The timeout before the first sample: 1 s (RFC 6298 section 2.1). */
    public static final long INITIAL_RTO_NANOS = 1_000_000_000L;

    /** The timeout before the first sample after a SYN had to be repeated: 3 s (RFC 6298 section 5.7). */
    public static final long FALLBACK_RTO_NANOS = 3_000_000_000L;

    /** The largest timeout, back-off included: 60 s (RFC 6298 section 2.5). */
    public static final long MAX_RTO_NANOS = 60_000_000_000L;

    /** The window of the least round-trip time: 300 s. */
    public static final long MIN_RTT_WINDOW_NANOS = 300_000_000_000L;

    private final WindowedMinimum minRtt = new WindowedMinimum(MIN_RTT_WINDOW_NANOS);
    private long floorNanos;
    private long initialRtoNanos = INITIAL_RTO_NANOS;

    private boolean sampled;
    private long srttNanos;
    private long rttvarNanos;
    private long latestNanos;
    private long samples;
    private int backoffs;

    /** Since when samples are set aside because the loop stood still; meaningful if any was since the last valid one. */
    private long setAsideSince;

    private boolean anySetAside;

    /** The largest RTTVAR of the present round trip and of the one before; the present one began at {@code roundAt}. */
    private long roundRttvarNanos;

    private long lastRoundRttvarNanos;
    private long roundAt;

    /** Whether a timeout was spurious, and when that was known. */
    private boolean adapts;

    private long adaptsFrom;

    /** Makes an estimator with the default floor. */
    public RttEstimator() {
        this(DEFAULT_FLOOR_NANOS);
    }

    /**
     * Makes an estimator.
     *
     * @param floorNanos the least that the timeout exceeds SRTT by; default {@link #DEFAULT_FLOOR_NANOS}
     */
    public RttEstimator(long floorNanos) {
        floorNanos(floorNanos);
    }

    /**
     * Changes the floor, when the peer has told how long it may delay an acknowledgment.
     *
     * @param floorNanos positive, at most {@link #MAX_RTO_NANOS}
     */
    public void floorNanos(long floorNanos) {
        if (floorNanos <= 0 || floorNanos > MAX_RTO_NANOS) {
            throw new IllegalArgumentException("floorNanos: " + floorNanos + " (expected: 1 to " + MAX_RTO_NANOS + ")");
        }
        this.floorNanos = floorNanos;
    }

    /**
     * Takes a valid sample, and ends back-off.
     *
     * @param rttNanos the time from sending a segment to its acknowledgment, taken as at least 1 and at most
     *     {@link #MAX_RTO_NANOS}; a negative one, which only a wrong clock or a forged timestamp gives, is ignored
     * @param nowNanos when the acknowledgment came
     */
    public void onSample(long rttNanos, long nowNanos) {
        if (rttNanos >= 0) {
            minRtt.update(smooth(rttNanos, nowNanos), nowNanos);
        }
    }

    /**
     * Takes a valid sample of a clock that counts milliseconds: like {@link #onSample}, but nothing for the least round-trip
     * time, because it may be a millisecond too short, and on a short path that is all of it.
     *
     * @param rttNanos as for {@link #onSample}
     * @param nowNanos when the acknowledgment came
     */
    public void onCoarseSample(long rttNanos, long nowNanos) {
        if (rttNanos >= 0) {
            smooth(rttNanos, nowNanos);
        }
    }

    /**
     * Takes a sample that is longer than the path by the time for which our own event loop stood still: set aside, because one
     * pause says nothing of the path, but the peer has answered, so back-off ends. Where nothing else has come for two timeouts,
     * the loop is always that late, and it counts like {@link #onCoarseSample}: that is how long an answer takes here.
     *
     * @param rttNanos as for {@link #onSample}
     * @param stalledNanos for how long the loop has just stood still, which itself is none of those two timeouts
     * @param nowNanos when the acknowledgment was read
     */
    public void onLateSample(long rttNanos, long stalledNanos, long nowNanos) {
        if (rttNanos < 0) {
            return;
        }
        backoffs = 0;
        if (!anySetAside) {
            anySetAside = true;
            setAsideSince = nowNanos;
        } else if (nowNanos - stalledNanos - setAsideSince > 2 * rtoNanos()) {
            smooth(rttNanos, nowNanos);
        }
    }

    private long smooth(long rttNanos, long nowNanos) {
        long rtt = Math.min(Math.max(1, rttNanos), MAX_RTO_NANOS);
        anySetAside = false;
        latestNanos = rtt;
        samples++;
        backoffs = 0;
        if (sampled) {
            long error = rtt - srttNanos;
            rttvarNanos += (Math.abs(error) - rttvarNanos) / 4;
            srttNanos += error / 8;
            if (adapts) {
                adapt(rtt, nowNanos);
            }
            rememberVariance(nowNanos);
        } else {
            sampled = true;
            srttNanos = rtt;
            rttvarNanos = rtt / 2;
            roundRttvarNanos = rttvarNanos;
            lastRoundRttvarNanos = rttvarNanos;
            roundAt = nowNanos;
        }
        return rtt;
    }

    /** Doubles the timeout because it expired (RFC 6298 section 5.5); it saturates at {@link #MAX_RTO_NANOS}. */
    public void backOff() {
        if (backoffs < Integer.MAX_VALUE) {
            backoffs++;
        }
    }

    /**
     * A timeout was spurious: the path was only slow. Back-off ends, and if what is sent from now on is as late, the estimate takes
     * that as a first sample would, so that the next timeout is not spurious as well (RFC 4015 section 3.3).
     */
    public void onSpuriousTimeout(long nowNanos) {
        backoffs = 0;
        adapts = true;
        adaptsFrom = nowNanos;
    }

    // The first sample of what was sent after a spurious timeout.
    private void adapt(long rtt, long nowNanos) {
        if (nowNanos - rtt - adaptsFrom >= 0) {
            adapts = false;
            srttNanos = Math.max(srttNanos, rtt);
            rttvarNanos = Math.max(rttvarNanos, rtt / 2);
        }
    }

    /**
     * The handshake is complete, and its SYN had to be repeated: ends its back-off, and without a sample the timeout begins
     * at 3 s (RFC 6298 section 5.7).
     */
    public void onHandshakeRetransmitted() {
        backoffs = 0;
        initialRtoNanos = FALLBACK_RTO_NANOS;
    }

    /** {@return the retransmission timeout, back-off included, at most {@link #MAX_RTO_NANOS}} */
    public long rtoNanos() {
        long rto = initialRtoNanos;
        if (sampled) {
            long variance = Math.max(rttvarNanos, Math.max(roundRttvarNanos, lastRoundRttvarNanos));
            rto = srttNanos + Math.max(4 * variance, floorNanos);
        }
        return backoffs >= Long.SIZE - 1 || rto > MAX_RTO_NANOS >> backoffs ? MAX_RTO_NANOS : rto << backoffs;
    }

    /** {@return whether there was a sample; without one the times below are 0} */
    public boolean hasSample() {
        return sampled;
    }

    /** {@return the smoothed round-trip time} */
    public long srttNanos() {
        return srttNanos;
    }

    /** {@return the smoothed deviation of the round-trip time} */
    public long rttvarNanos() {
        return rttvarNanos;
    }

    /** {@return the least round-trip time of the last {@link #MIN_RTT_WINDOW_NANOS}, as of the last sample; 0 without one} */
    public long minRttNanos() {
        return minRtt.value();
    }

    /** {@return how many valid samples there were} */
    public long samples() {
        return samples;
    }

    /** {@return the last sample} */
    public long latestNanos() {
        return latestNanos;
    }

    /** {@return how often the timeout was doubled since the last valid sample} */
    public int backoffs() {
        return backoffs;
    }

    private void rememberVariance(long nowNanos) {
        if (nowNanos - roundAt >= srttNanos) {
            lastRoundRttvarNanos = roundRttvarNanos;
            roundRttvarNanos = rttvarNanos;
            roundAt = nowNanos;
        } else {
            roundRttvarNanos = Math.max(roundRttvarNanos, rttvarNanos);
        }
    }
}
