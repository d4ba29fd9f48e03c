// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.timing;

/**
 * Knows when the event loop stood still: a collection of garbage, a long callback of an application, a machine without time for us.
 * Datagrams that came meanwhile waited in their sockets, so the time at which they are read says nothing, and a timer that is late
 * may be about something whose answer lies there.
 *
 * <p>A process cannot see its own pauses, so they are recognised by what they delay, without a clock of their own:
 *
 * <ul>
 *   <li>the timer wheel, which is to be woken at a certain time, is woken later, or is overdue when datagrams are read;
 *   <li>a burst, from its reading until everything has been handed to the applications and sent, takes long.
 * </ul>
 *
 * <p>A pause while nothing was due and nothing was read stays unknown; where something is outstanding, a probe or a timeout is due
 * within about two round trips.
 *
 * <p>What follows from it: a round trip of the first burst after a stall is not believed if the segment left before the stall
 * ended, and a timer that watches for acknowledgments waits, once, for the next pass over I/O
 * ({@link ConnectionTimer#defersLate}). Both only if the stall was longer than {@link #toleranceNanos}.
 */
public final class StallWatch {

    /** A shorter pause is none: 5 ms. */
    public static final long LEAST_NANOS = 5_000_000;

    private long endNanos;
    private long lengthNanos;

    StallWatch() {}

    /** {@return what a connection takes for a stall: more than 5 ms and more than a quarter of its round trip} */
    public static long toleranceNanos(long srttNanos) {
        return Math.max(LEAST_NANOS, srttNanos / 4);
    }

    /**
     * The loop has got round to something only now.
     *
     * @param sinceNanos when it should have, or when it began to be busy
     */
    public void resumed(long sinceNanos, long nowNanos) {
        if (nowNanos - sinceNanos > LEAST_NANOS) {
            lengthNanos = nowNanos - sinceNanos;
            endNanos = nowNanos;
        }
    }

    /** {@return how long the last stall was, if it ended after a time, in nanoseconds; otherwise 0} */
    public long lengthSince(long nanos) {
        return lengthNanos > 0 && endNanos - nanos > 0 ? lengthNanos : 0;
    }

    /** {@return when the last stall ended, meaningful if there was one} */
    public long endNanos() {
        return endNanos;
    }
}
