// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import static dev.tou.segment.SequenceNumber.geq;

/**
 * What a receiver knows of round trips, though it may never send text: how long one takes, and how much comes in one.
 *
 * <p>It begins with the handshake. From then on a segment tells, by the timestamp that it echoes, how long ago the
 * acknowledgment left that let its sender go on (RFC 7323 section 4); without timestamps, the time that a whole window takes to
 * come is a round trip if the window is what limits the sender, and longer else, so only the least of them counts.
 *
 * <p>Time comes as an argument, in nanoseconds.
 */
public final class ReceiveRounds {

    /** The timestamp clock counts milliseconds, so an estimate is only known to be wrong if it is off by more. */
    private static final long GRAIN_NANOS = 1_000_000L;

    private static final long NANOS_PER_MILLI = 1_000_000L;

    private boolean timestamps;
    private long rttNanos;
    private int lastEcho;
    private boolean echoed;

    private boolean measures;
    private int crossing;
    private long crossingSinceNanos;

    private int roundSeq;
    private long roundSinceNanos;
    private int arrivedBytes;

    /**
     * The connection is established.
     *
     * @param handshakeRttNanos what the handshake took, 0 if that is not known
     * @param hasTimestamps whether segments will echo our timestamps
     */
    public void begin(long handshakeRttNanos, boolean hasTimestamps, int rcvNxt, long nowNanos) {
        rttNanos = handshakeRttNanos;
        timestamps = hasTimestamps;
        roundSeq = rcvNxt;
        roundSinceNanos = nowNanos;
    }

    /**
     * A full segment came in order.
     *
     * @param echo the timestamp of ours that it echoes
     * @param clock what our timestamp clock shows
     */
    public void onEcho(int echo, int clock) {
        // Of those that answer one acknowledgment, the later ones have waited for their turn.
        if (echo == lastEcho && echoed) {
            return;
        }
        lastEcho = echo;
        echoed = true;
        long sample = (clock - echo) * NANOS_PER_MILLI;
        if (sample < 0) {
            return;
        }
        if (sample + GRAIN_NANOS < rttNanos) {
            rttNanos = sample + GRAIN_NANOS;
        } else if (sample - GRAIN_NANOS > rttNanos) {
            // A sender that had nothing to say echoes what is old: only the repetition is believed.
            long error = sample - GRAIN_NANOS - rttNanos;
            rttNanos += rttNanos == 0 ? error : (error + 7) / 8;
        }
    }

    /**
     * Text came in order.
     *
     * @param rcvNxt the sequence number behind it
     * @param edge the right edge of the window that the peer knows of
     */
    public void onText(int rcvNxt, int edge, long nowNanos) {
        if (!timestamps) {
            cross(rcvNxt, edge, nowNanos);
        }
        long elapsed = nowNanos - roundSinceNanos;
        if (elapsed >= rttNanos) {
            // After a pause, what comes in a moment is not what came in all that time.
            long arrived = Integer.toUnsignedLong(rcvNxt - roundSeq);
            arrivedBytes = (int) Math.min(Integer.MAX_VALUE, elapsed == 0 ? arrived : arrived * rttNanos / elapsed);
            roundSeq = rcvNxt;
            roundSinceNanos = nowNanos;
        }
    }

    private void cross(int rcvNxt, int edge, long nowNanos) {
        if (measures && geq(rcvNxt, crossing)) {
            long took = nowNanos - crossingSinceNanos;
            rttNanos = rttNanos == 0 ? took : Math.min(rttNanos, took);
            measures = false;
        }
        if (!measures) {
            measures = true;
            crossing = edge;
            crossingSinceNanos = nowNanos;
        }
    }

    /** {@return how long a round trip takes; 0 if that is not known} */
    public long rttNanos() {
        return rttNanos;
    }

    /** {@return how many bytes came in order in the last round trip, which is what the peer keeps in flight} */
    public int arrivedBytes() {
        return arrivedBytes;
    }
}
