// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import dev.tou.connection.TransmissionControlBlock;
import dev.tou.timing.TimerWheel;

/**
 * The connections that the segments, or timers, of this turn have touched. Stages only mark; at the end of the burst each
 * connection delivers, then transmits, then there is one flush, so acknowledgments ride on replies.
 *
 * <p>RFC 9293: MUST-59.
 */
final class Burst {

    private static final int DATAGRAMS_PER_READING = 16;

    private TransmissionControlBlock first;
    private TransmissionControlBlock last;
    private final TimerWheel wheel;
    private boolean active;
    private long nowNanos;
    private int datagrams;
    private long stampNanos;
    private long readNanos;
    private long stalledNanos;

    Burst(TimerWheel wheel) {
        this.wheel = wheel;
        readNanos = wheel.nowNanos();
        stampNanos = readNanos;
    }

    /** {@return whether a burst goes on, so that whoever wants to transmit has only to touch} */
    boolean isActive() {
        return active;
    }

    /** A burst begins, if none goes on. */
    void begin(long now) {
        active = true;
        datagrams = 0;
        nowNanos = now;
        stampsFrom(now);
    }

    /** Something leaves now: what leaves after it has no older timestamp, which the peer would discard (RFC 7323, PAWS). */
    void stampsFrom(long now) {
        if (now - stampNanos > 0) {
            stampNanos = now;
        }
    }

    /**
     * {@return the time of the timestamp that a segment gets which leaves now} Not older than that by which the last text was
     * booked: the applications' callbacks may have taken long since the burst was read.
     */
    long stampNanos() {
        if (!active) {
            stampsFrom(wheel.nowNanos());
        }
        return stampNanos;
    }

    /** Datagrams are read. If the loop has stood still since this was done last, they may have waited. */
    void beginReading() {
        begin(wheel.nowNanos());
        wheel.beforeReading(nowNanos);
        stalledNanos = wheel.stalls().lengthSince(readNanos);
        readNanos = nowNanos;
    }

    /**
     * {@return when the next datagram of this burst was read} The clock is read again for every sixteenth: a process that is
     * preempted in the middle would otherwise take what came meanwhile for older than it is, and round trips for shorter.
     */
    long datagramRead() {
        if (++datagrams % DATAGRAMS_PER_READING == 0) {
            nowNanos = wheel.nowNanos();
        }
        return nowNanos;
    }

    /** {@return for how long the loop stood still before this burst was read, in nanoseconds; 0 if it did not} */
    long stalledNanos() {
        return stalledNanos;
    }

    /** {@return when it had stood still} */
    long stallEndNanos() {
        return wheel.stalls().endNanos();
    }

    /** {@return when the burst was read} */
    long nowNanos() {
        return nowNanos;
    }

    /** Puts a connection on the list, once. */
    void touch(TransmissionControlBlock tcb) {
        if (!tcb.touch()) {
            return;
        }
        if (last == null) {
            first = tcb;
        } else {
            last.nextTouched(tcb);
        }
        last = tcb;
    }

    /** {@return the first connection on the list, or null; {@link TransmissionControlBlock#nextTouched} leads on} */
    TransmissionControlBlock first() {
        return first;
    }

    /** {@return the first connection, taken off the list, or null} */
    TransmissionControlBlock poll() {
        TransmissionControlBlock tcb = first;
        if (tcb != null) {
            first = tcb.leaveTouched();
            if (first == null) {
                last = null;
            }
        }
        return tcb;
    }

    /**
     * The burst is over. Nobody is left on the list, as a connection that fails does so by itself, unless an error has come in
     * between; then those that are left have to wait for their peers or timers, which what was never sent has none of.
     */
    void end() {
        while (first != null) {
            poll();
        }
        active = false;
        stalledNanos = 0;
        wheel.stalls().resumed(nowNanos, wheel.nowNanos());
    }
}
