// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import static dev.tou.segment.SequenceNumber.gt;
import static dev.tou.segment.SequenceNumber.lt;

/**
 * What one acknowledgment delivered: what it took out of the {@link RetransmissionQueue}, what its SACK blocks reported for the
 * first time, and which of both was sent last. Reused and mutable: {@link #begin} starts over.
 */
public final class Acknowledged {

    /** How far the timestamp on a segment, which is that of its burst, may lie behind the time of its departure. */
    private static final long STAMP_LAG_NANOS = 1_000_000L;

    private long nowNanos;
    private long minRttNanos;
    private long echoNanos = Long.MAX_VALUE;
    private boolean anyDelivered;
    private int highestDelivered;

    private int bytes;
    private int segments;
    private long rttNanos = -1;
    private boolean ambiguous;

    private boolean anyNewest;
    private long newestSentNanos;
    private int newestEnd;
    private int newestEntry;
    private boolean anyOriginal;
    private int lowestOriginal;
    private boolean reordered;

    /**
     * Starts over.
     *
     * @param now when the acknowledgment was read
     * @param minRtt the least round-trip time known; a repetition that seems to have been faster was not what arrived
     */
    public Acknowledged begin(long now, long minRtt) {
        nowNanos = now;
        minRttNanos = minRtt;
        echoNanos = Long.MAX_VALUE;
        anyDelivered = false;
        bytes = 0;
        segments = 0;
        rttNanos = -1;
        ambiguous = false;
        anyNewest = false;
        anyOriginal = false;
        reordered = false;
        return this;
    }

    /**
     * @param nanos the end of the instant that the echoed timestamp names: a repetition sent later did not advance the
     *     acknowledgment. Of what is reported out of order it says nothing (RFC 7323 section 4.3).
     */
    public Acknowledged echo(long nanos) {
        echoNanos = nanos;
        return this;
    }

    /** @param sequence what lies below this was passed by something that had arrived before this acknowledgment */
    public Acknowledged highestDelivered(int sequence) {
        anyDelivered = true;
        highestDelivered = sequence;
        return this;
    }

    void take(int length) {
        bytes += length;
        segments++;
    }

    /** What was sent once and not reported before. The newest waited least for its acknowledgment. */
    void sample(long nanos) {
        rttNanos = nanos;
    }

    /**
     * Something was sent twice: Karn's algorithm (RFC 6298 section 3). Its repetition has drawn the acknowledgment, so whatever
     * else is acknowledged had waited for that.
     */
    void ambiguous() {
        ambiguous = true;
    }

    /**
     * A segment that ends at {@code end} and was sent last at {@code sentNanos} has arrived; for the first time known.
     *
     * @param reported whether by SACK, above a hole: then the echoed timestamp is that of what came before the hole (RFC 7323
     *     section 4.3, (2)) and says nothing of this one
     */
    void delivered(int entry, int end, long sentNanos, boolean resent, boolean held, boolean reported) {
        if (resent) {
            // RFC 8985 section 6.2, step 2: this may be the acknowledgment of an earlier transmission.
            boolean later = !reported && echoNanos != Long.MAX_VALUE && sentNanos - STAMP_LAG_NANOS - echoNanos >= 0;
            if (later || nowNanos - sentNanos < minRttNanos) {
                return;
            }
        } else {
            if (!anyOriginal || lt(end, lowestOriginal)) {
                anyOriginal = true;
                lowestOriginal = end;
            }
            reordered |= anyDelivered && lt(end, highestDelivered);
        }
        if (!held && (!anyNewest || sentAfter(sentNanos, end, newestSentNanos, newestEnd))) {
            anyNewest = true;
            newestSentNanos = sentNanos;
            newestEnd = end;
            newestEntry = entry;
        }
    }

    /** {@return whether one segment left after another; of one train the one that is further on in the sequence} */
    static boolean sentAfter(long sentNanos, int end, long otherNanos, int otherEnd) {
        return sentNanos - otherNanos > 0 || sentNanos == otherNanos && gt(end, otherEnd);
    }

    /** {@return the sequence space that was acknowledged, in bytes} */
    public int bytes() {
        return bytes;
    }

    /** {@return how many segments that were} */
    public int segments() {
        return segments;
    }

    /**
     * {@return the round trip of the newest of them in nanoseconds, or -1 if there is no telling: something was sent twice, or
     * had been reported by SACK long ago}
     */
    public long rttNanos() {
        return ambiguous ? -1 : rttNanos;
    }

    /** Forgets the round trip: the event loop stood still while the acknowledgment waited in the socket. */
    public void discardRtt() {
        rttNanos = -1;
    }

    /** {@return whether the segment that left last of those delivered left before a time, or there is no telling} */
    public boolean leftBefore(long nanos) {
        return !anyNewest || newestSentNanos - nanos < 0;
    }

    /** {@return whether anything was delivered of which it is certain when it left} */
    boolean hasNewest() {
        return anyNewest;
    }

    /** {@return when the segment that left last of those delivered left} */
    long newestSentNanos() {
        return newestSentNanos;
    }

    /** {@return its running number in the queue} */
    int newestEntry() {
        return newestEntry;
    }

    /** {@return where that segment ends} */
    int newestEnd() {
        return newestEnd;
    }

    /** {@return whether something was delivered that was sent once and ends at or below a sequence number} */
    boolean hasOriginalUpTo(int sequence) {
        return anyOriginal && !gt(lowestOriginal, sequence);
    }

    /** {@return whether something that was sent once came after what was sent later} */
    boolean isReordered() {
        return reordered;
    }
}
