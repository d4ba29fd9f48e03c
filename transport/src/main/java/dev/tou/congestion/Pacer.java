// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/**
 * Spreads a window over the round trip, so that queues on the path see a stream and no bursts: a bucket that fills with
 * bytes at the sending rate, and from which what is sent is taken.
 *
 * <pre>
 *   rate      2.0 windows a round trip in slow start, 1.2 after, or what the controller says
 *   quantum   what flows in 1 ms, the tick of the timers; 2 segments at least
 *   depth     2 quanta: one, and one more because a timer may be a tick late; after silence 10 segments at least
 * </pre>
 *
 * <p>What an application wants to send leaves at once if the bucket holds all of it. Otherwise sending waits for a quantum, so
 * that many small trains are one larger. A timer that is later than a tick is given no credit beyond the depth: a stall must
 * not end in a burst at line rate. The rates have a margin over the window's own rate to make up for that.
 *
 * <p>The quantum has no upper bound of its own, because a timer with ticks of 1 ms could not keep up with more than 64 KB for
 * each otherwise (512 Mbit/s). A single train is bounded by what the kernel segments.
 *
 * <p>Off while the least round-trip time known is below 2 ms, because a tick is too coarse then; the least and not the
 * smoothed one, so that a queue of our own making on a short path does not turn it on. Off without a sample. The initial window
 * is not paced: it is the burst that a silent path is trusted with (RFC 6928).
 *
 * <p>One connection, one thread, no allocation; time comes as an argument.
 */
public final class Pacer {

    /** Below this round-trip time sending is not paced: 2 ms. */
    public static final long LEAST_RTT_NANOS = 2_000_000;

    static final double SLOW_START_GAIN = 2.0;
    static final double GAIN = 1.2;
    static final long QUANTUM_NANOS = 1_000_000;
    static final int BURST_SEGMENTS = 10;

    private static final double NANOS_PER_SECOND = 1e9;

    /** In bytes per nanosecond; 0 while pacing is off. */
    private double rate;

    private double quantumBytes;
    private double depthBytes;
    private double burstBytes;
    private double tokens;
    private long filledAt;

    /** Off, until {@link #follow} knows better. */
    public Pacer() {}

    /**
     * Sets the rate. Called before sending; costs a division.
     *
     * @param windowBytes what may be in flight, or what is outstanding if that is more
     * @param slowStart whether the window doubles in a round trip
     * @param chosenBytesPerSecond the rate that the controller wants; 0 to derive it from the window
     * @param srttNanos the smoothed round-trip time, 0 without a sample
     * @param leastRttNanos the least round-trip time of the path, 0 if unknown
     * @param mssBytes the text of a full segment
     */
    public void follow(
            long windowBytes,
            boolean slowStart,
            long chosenBytesPerSecond,
            long srttNanos,
            long leastRttNanos,
            int mssBytes,
            long nowNanos) {
        long baseNanos = leastRttNanos > 0 ? leastRttNanos : srttNanos;
        boolean wasOff = rate == 0;
        if (srttNanos == 0 || baseNanos < LEAST_RTT_NANOS) {
            rate = 0;
            return;
        }
        rate = chosenBytesPerSecond > 0
                ? chosenBytesPerSecond / NANOS_PER_SECOND
                : (slowStart ? SLOW_START_GAIN : GAIN) * windowBytes / srttNanos;
        quantumBytes = Math.max(rate * QUANTUM_NANOS, 2.0 * mssBytes);
        depthBytes = 2 * quantumBytes;
        burstBytes = Math.max(depthBytes, BURST_SEGMENTS * (double) mssBytes);
        if (wasOff) {
            tokens = burstBytes;
            filledAt = nowNanos;
        }
    }

    /** {@return the rate in bytes per second; 0 while pacing is off} */
    public long bytesPerSecond() {
        return (long) (rate * NANOS_PER_SECOND);
    }

    /**
     * Says how much may leave now.
     *
     * @param wantedBytes what could be sent, positive
     * @param mssBytes the text of a full segment: what is less than all that is wanted is whole segments
     * @param pathEmpty whether nothing is in flight
     * @return at most what is wanted; 0 to wait until {@link #readyNanos}
     */
    public int allows(int wantedBytes, int mssBytes, boolean pathEmpty, long nowNanos) {
        if (rate == 0) {
            return wantedBytes;
        }
        fill(pathEmpty, nowNanos);
        if (tokens >= wantedBytes) {
            return wantedBytes;
        }
        if (tokens < neededBytes(wantedBytes)) {
            return 0;
        }
        int whole = (int) tokens / mssBytes * mssBytes;
        return Math.min(wantedBytes, Math.max(whole, mssBytes));
    }

    private double neededBytes(int wantedBytes) {
        return Math.min(wantedBytes, quantumBytes);
    }

    private void fill(boolean pathEmpty, long nowNanos) {
        double most = pathEmpty ? burstBytes : depthBytes;
        if (nowNanos - filledAt > 0) {
            tokens = Math.max(tokens, Math.min(most, tokens + rate * (nowNanos - filledAt)));
            filledAt = nowNanos;
        }
    }

    /**
     * {@return when to ask {@link #allows} again, after it said 0}
     *
     * @param wantedBytes as it was told there
     */
    public long readyNanos(int wantedBytes, long nowNanos) {
        return nowNanos + (long) Math.ceil(Math.max(0, neededBytes(wantedBytes) - tokens) / rate);
    }

    /**
     * Something was sent, allowed or not: repairs that may not wait are paid for by what follows.
     *
     * @param bytes how much text
     */
    public void sent(long bytes) {
        tokens = Math.max(tokens - bytes, -depthBytes);
    }
}
