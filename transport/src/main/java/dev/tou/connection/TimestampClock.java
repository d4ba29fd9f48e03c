// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/** The two ends of the timestamps option (RFC 7323): our clock, and what the peer's last told. */
public final class TimestampClock {

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** RFC 7323 section 5.5: a remembered timestamp that is older than 24 days says nothing any more. */
    private static final long LIFE_NANOS = 24L * 24 * 3600 * 1_000_000_000L;

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

    boolean isRecentStale(long nowNanos) {
        return nowNanos - recentNanos > LIFE_NANOS;
    }
}
