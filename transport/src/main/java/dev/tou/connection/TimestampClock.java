// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import static dev.tou.segment.SequenceNumber.lt;

/** The two ends of the timestamps option (RFC 7323): our clock, and what the peer's last told. */
public final class TimestampClock {

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** RFC 7323 section 5.5: a remembered timestamp that is older than 24 days says nothing any more. */
    private static final long LIFE_NANOS = 24L * 24 * 3600 * 1_000_000_000L;

    /**
     * So much older than TS.Recent may be what was overtaken. A repetition that fills the first of several gaps brings a new
     * TS.Recent; what left before it and is late on a path that reorders would be thrown away for that, each a loss that the
     * network has not made. In this time the sequence numbers do not come round: 2^31 bytes take 171 ms at 100 Gbit/s.
     */
    static final int OVERTAKEN_MILLIS = 100;

    private final int offset;
    private int recent;
    private long recentNanos;

    TimestampClock(int offset) {
        this.offset = offset;
    }

    /** {@return our clock: milliseconds, with an offset of its own for each connection (RFC 7323 section 5.4)} */
    public int value(long nowNanos) {
        return (int) (nowNanos / NANOS_PER_MILLI) + offset;
    }

    /** {@return the end of the millisecond that an echoed value of our clock names, seen from {@code nowNanos}} */
    public long endOf(int echo, long nowNanos) {
        return (nowNanos / NANOS_PER_MILLI - (value(nowNanos) - echo) + 1) * NANOS_PER_MILLI;
    }

    /** {@return what is added to the clock} */
    public int offset() {
        return offset;
    }

    /** {@return TS.Recent, the timestamp to echo} */
    public int recent() {
        return recent;
    }

    void remember(int value, long nowNanos) {
        recent = value;
        recentNanos = nowNanos;
    }

    /**
     * {@return whether a timestamp is older than TS.Recent, while that says something (RFC 7323 section 5.3, R1)}
     *
     * @param inMillis whether the peer's clock is known to tick in milliseconds, so that it is known how much is much
     */
    boolean isOld(int value, boolean inMillis, long nowNanos) {
        int grace = inMillis ? OVERTAKEN_MILLIS : 0;
        return lt(value + grace, recent) && nowNanos - recentNanos <= LIFE_NANOS;
    }
}
