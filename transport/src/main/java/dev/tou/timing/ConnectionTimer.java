// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.timing;

/**
 * All timers of one connection, as one node on the {@link TimerWheel} of its event loop.
 *
 * <p>The node hangs at the tick of its earliest deadline, or at an earlier tick that a since moved or disarmed timer left
 * behind: then the wheel finds nothing expired, says nothing and hangs the node where it belongs. Therefore arming a timer
 * later than it was, which is what every acknowledgment does to the retransmission timer, and disarming one of several,
 * are a store. A node without an armed timer is on no wheel.
 *
 * <p>The owner extends this class, and handles an expiry thus:
 *
 * <pre>{@code
 * protected void onExpiry(long nowNanos) {
 *     for (TcpTimer timer; (timer = pollExpired(nowNanos)) != null; ) {
 *         switch (timer) {
 *             case RETRANSMISSION -> ...
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>Any method may be called from inside {@link #onExpiry}, on this node and on others. Every deadline is in nanoseconds of
 * the event loop's ticker, compared by subtraction, at most 2^62 (146 years) away from now. Only the event loop's thread may
 * call; nothing here is synchronized.
 */
public abstract class ConnectionTimer {

    /** On no wheel. */
    static final int UNLINKED = -1;

    /** Inside {@link #onExpiry}; the wheel links it when that returns. */
    static final int FIRING = -2;

    private final TimerWheel wheel;

    /** Neighbours in the list of the slot. Owned by the wheel. */
    ConnectionTimer previous;

    ConnectionTimer next;

    /** The wheel's slot, or {@link #UNLINKED} or {@link #FIRING}. Owned by the wheel. */
    int slot = UNLINKED;

    /** The instant at which the wheel looks at this node; a whole tick. Owned by the wheel, meaningless when unlinked. */
    long linkedNanos;

    private final long[] deadlines = new long[TcpTimer.COUNT];

    /** Bit {@code n} is set while the timer with ordinal {@code n} is armed. */
    private int armed;

    /** The same for those that were armed inside the current {@link #onExpiry}. */
    private int armedInPass;

    /** The deadline that was deferred last. */
    private long deferredNanos;

    /** @param wheel the wheel of the event loop that owns the connection */
    protected ConnectionTimer(TimerWheel wheel) {
        this.wheel = wheel;
    }

    /**
     * Called on the event loop when at least one timer has expired; never before its deadline, and later by less than a tick
     * plus whatever the loop was busy with.
     *
     * <p>A timer that is still armed and expired afterwards is offered again after the loop's next pass over I/O. So an owner
     * that suspects that the acknowledgment waits in the socket may simply return without polling. It is offered until it is
     * polled, disarmed or moved: deferring for ever is a busy loop.
     *
     * <p>It should not throw. If it does, timers that have expired are disarmed, those of other connections go on, and the
     * exception is thrown from a task of the loop, which logs it.
     *
     * @param nowNanos the time of this pass over the wheel, read once for all connections
     */
    protected abstract void onExpiry(long nowNanos);

    /**
     * Sets or moves a timer. One that has passed already expires after the loop's next pass over I/O.
     *
     * @param deadlineNanos when it shall expire, on the clock of {@link TimerWheel#nowNanos}
     */
    public final void arm(TcpTimer timer, long deadlineNanos) {
        int ordinal = timer.ordinal();
        deadlines[ordinal] = deadlineNanos;
        armed |= 1 << ordinal;
        if (slot == FIRING) {
            armedInPass |= 1 << ordinal;
        } else if (slot == UNLINKED || deadlineNanos - linkedNanos <= -TimerWheel.TICK_NANOS) {
            wheel.link(this, deadlineNanos);
        }
    }

    /** Stops a timer; no effect if it is not armed. */
    public final void disarm(TcpTimer timer) {
        armed &= ~(1 << timer.ordinal());
        if (armed == 0) {
            unlink();
        }
    }

    /** Stops all timers and takes the node off the wheel: what a closed connection does. */
    public final void disarmAll() {
        armed = 0;
        unlink();
    }

    /** The wheel's side of {@link #onExpiry}: what is armed meanwhile is stored, and linked by the wheel afterwards. */
    final void fire(long nowNanos) {
        slot = FIRING;
        try {
            onExpiry(nowNanos);
        } finally {
            armedInPass = 0;
            slot = UNLINKED;
        }
    }

    /** Disarms what a handler that threw has left expired; offered again, it would throw again. */
    final void disarmExpired(long nowNanos) {
        while (pollExpired(nowNanos) != null) {
            // Polling disarms.
        }
    }

    private void unlink() {
        if (slot >= 0) {
            wheel.unlink(this);
        }
    }

    /** {@return whether the timer is armed} */
    public final boolean isArmed(TcpTimer timer) {
        return (armed & 1 << timer.ordinal()) != 0;
    }

    /** {@return whether any timer is armed} */
    public final boolean anyArmed() {
        return armed != 0;
    }

    /**
     * {@return the deadline that the timer was last armed with} It remains readable after {@link #pollExpired} has disarmed
     * the timer: it is the target time by which loss is judged, whatever the delay of the loop.
     */
    public final long deadlineNanos(TcpTimer timer) {
        return deadlines[timer.ordinal()];
    }

    /** {@return the earliest deadline of all armed timers, or {@link Long#MAX_VALUE} if none is armed} */
    public final long earliestNanos() {
        TcpTimer earliest = earliestOf(armed);
        return earliest == null ? Long.MAX_VALUE : deadlines[earliest.ordinal()];
    }

    /**
     * Takes the next expired timer: the one with the earliest deadline, of equal ones the one that {@link TcpTimer} lists
     * first. It is disarmed, so that the handler may arm it again. What is armed inside {@link #onExpiry}, even with a
     * deadline that has passed, is left for the next pass, so the polling ends.
     *
     * @return the timer, or null if no armed timer has reached its deadline
     */
    public final TcpTimer pollExpired(long nowNanos) {
        TcpTimer earliest = earliestOf(armed & ~armedInPass);
        if (earliest == null || deadlines[earliest.ordinal()] - nowNanos > 0) {
            return null;
        }
        disarm(earliest);
        return earliest;
    }

    /**
     * {@return whether {@link #onExpiry} should return without doing anything, because a timer that watches for acknowledgments is
     * late: the loop stood still, and what the timer waits for may lie in the socket} Once for each deadline.
     *
     * @param toleranceNanos what is not called late
     */
    protected final boolean defersLate(long nowNanos, long toleranceNanos) {
        TcpTimer watching = earliestOf(armed & TcpTimer.WATCH_ACKNOWLEDGMENTS);
        if (watching == null) {
            return false;
        }
        long deadline = deadlines[watching.ordinal()];
        boolean defers = nowNanos - deadline > toleranceNanos && deadline != deferredNanos;
        deferredNanos = defers ? deadline : deferredNanos;
        return defers;
    }

    private TcpTimer earliestOf(int timers) {
        int rest = timers;
        if (rest == 0) {
            return null;
        }
        int earliest = Integer.numberOfTrailingZeros(rest);
        while ((rest &= rest - 1) != 0) {
            int candidate = Integer.numberOfTrailingZeros(rest);
            if (deadlines[candidate] - deadlines[earliest] < 0) {
                earliest = candidate;
            }
        }
        return TcpTimer.byOrdinal(earliest);
    }
}
