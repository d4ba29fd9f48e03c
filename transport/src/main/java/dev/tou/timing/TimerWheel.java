// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.timing;

import io.netty.util.concurrent.EventExecutor;

import static dev.tou.timing.ConnectionTimer.UNLINKED;

/**
 * The timers of all connections of one event loop: a hierarchical wheel of four levels of 64 slots with ticks of 1 ms.
 *
 * <pre>
 *   level 0   64 slots of    1 ms    the current  64 ms
 *   level 1   64 slots of   64 ms    the current   4 s
 *   level 2   64 slots of    4 s     the current   4 min
 *   level 3   64 slots of    4 min   4.6 hours, going round; what is later waits in its last slot
 * </pre>
 *
 * <p>A node hangs on the level of the highest six-bit digit in which its tick differs from the wheel's position. From that
 * follows that everything on a lower level is due before anything on a higher one, so the next occupied slot is found with
 * one bit instruction on the lowest occupied level, and a loop that stalled for minutes catches up in as many steps as there
 * are occupied slots. When the position reaches a slot of a higher level, its nodes move down.
 *
 * <p>Deadlines are rounded up to the tick: never early, late by less than 1 ms. Each slot remembers its earliest tick, so the
 * loop is woken for deadlines only and not to move nodes down. All connections share <em>one</em> task of the loop, replaced
 * only when an earlier deadline appears. When the last node leaves, that task stays and finds nothing: a connection that arms
 * and disarms its only timer with every message must not schedule with every message.
 *
 * <p>Linking and unlinking are O(1) and allocate nothing (a replaced task is one allocation, of Netty's). Only the thread of
 * the loop may call.
 */
public final class TimerWheel {

    /** The length of a tick: 1 ms. */
    public static final long TICK_NANOS = 1_000_000;

    static final int LEVELS = 4;
    private static final int DIGIT_BITS = 6;
    private static final int SLOTS = 1 << DIGIT_BITS;
    private static final int DIGIT_MASK = SLOTS - 1;
    private static final int TOP_SHIFT = (LEVELS - 1) * DIGIT_BITS;

    /** Index of the list of nodes that are due and whose turn has not come. */
    private static final int DUE = LEVELS * SLOTS;

    private final Scheduler scheduler;
    private final Runnable wakeUp = this::onWakeUp;

    /** The instant of tick 0. */
    private final long originNanos;

    /** Every tick before this one has been dealt with. Never ahead of the clock, often behind it. */
    private long position;

    /** First node of each slot's list: slot {@code s} of level {@code l} is at {@code l * 64 + s}; at the end the due ones. */
    private final ConnectionTimer[] heads = new ConnectionTimer[DUE + 1];

    private ConnectionTimer lastDue;

    /** Per slot a tick not after its earliest node's; meaningless for an empty slot. */
    private final long[] earliestTick = new long[DUE];

    /** Bit {@code s} of {@code occupied[l]} is set while slot {@code s} of level {@code l} has a node. */
    private final long[] occupied = new long[LEVELS];

    private final StallWatch stalls = new StallWatch();

    private int size;
    private boolean turning;
    private boolean closed;

    /** Whether a task of the loop is pending, and for which tick. */
    private boolean scheduled;

    private long scheduledTick;

    /** Slots emptied since the wheel was made: what the tests hold the work after a stall to. */
    long emptiedSlots;

    /** @param loop the event loop whose ticker is the clock, whose thread calls, and which wakes the wheel */
    public TimerWheel(EventExecutor loop) {
        this(new LoopScheduler(loop));
    }

    TimerWheel(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.originNanos = scheduler.nanoTime();
    }

    /** {@return the loop's time; each call reads the clock} */
    public long nowNanos() {
        return scheduler.nanoTime();
    }

    /** {@return what knows when the loop stood still} */
    public StallWatch stalls() {
        return stalls;
    }

    /** Datagrams are about to be read: notes a stall if the wheel should have been woken before. */
    public void beforeReading(long nowNanos) {
        if (scheduled) {
            stalls.resumed(originNanos + scheduledTick * TICK_NANOS, nowNanos);
        }
    }

    /** {@return the number of connections that have an armed timer, without the one that is being told of an expiry} */
    public int size() {
        return size;
    }

    /** Forgets all nodes and the loop's task. Timers armed afterwards never expire. */
    public void close() {
        assert scheduler.inEventLoop();
        closed = true;
        scheduler.cancel();
        scheduled = false;
        for (int slot = 0; slot <= DUE; slot++) {
            while (heads[slot] != null) {
                unlink(heads[slot]);
            }
        }
    }

    /** Hangs a node, which may hang elsewhere, at the tick of a deadline. */
    void link(ConnectionTimer node, long deadlineNanos) {
        assert scheduler.inEventLoop() : "timer armed outside its event loop";
        if (node.slot >= 0) {
            unlink(node);
        }
        if (closed) {
            return;
        }
        long tick = Math.max(tickAtOrAfter(deadlineNanos), position);
        node.linkedNanos = originNanos + tick * TICK_NANOS;
        hang(node, tick);
        size++;
        if (!turning) {
            schedule();
        }
    }

    /** Takes a linked node off its list. */
    void unlink(ConnectionTimer node) {
        assert scheduler.inEventLoop() : "timer disarmed outside its event loop";
        int slot = node.slot;
        ConnectionTimer previous = node.previous;
        ConnectionTimer next = node.next;
        if (previous != null) {
            previous.next = next;
        } else {
            heads[slot] = next;
            if (next == null && slot < DUE) {
                occupied[slot / SLOTS] &= ~(1L << slot);
            }
        }
        if (next != null) {
            next.previous = previous;
        } else if (slot == DUE) {
            lastDue = previous;
        }
        node.previous = null;
        node.next = null;
        node.slot = UNLINKED;
        size--;
    }

    /** Puts a node into the slot for a tick, seen from the current position. */
    private void hang(ConnectionTimer node, long linkedTick) {
        long lastTopSlot = (position >>> TOP_SHIFT) + SLOTS - 1;
        long tick = linkedTick >>> TOP_SHIFT > lastTopSlot ? lastTopSlot << TOP_SHIFT : linkedTick;
        int highestBit = Long.SIZE - 1 - Long.numberOfLeadingZeros((tick ^ position) | 1);
        int level = Math.min(highestBit / DIGIT_BITS, LEVELS - 1);
        int digit = (int) (tick >>> (level * DIGIT_BITS)) & DIGIT_MASK;
        int slot = level * SLOTS + digit;

        ConnectionTimer head = heads[slot];
        if (head == null) {
            occupied[level] |= 1L << digit;
            earliestTick[slot] = tick;
        } else {
            head.previous = node;
            earliestTick[slot] = Math.min(earliestTick[slot], tick);
        }
        node.previous = null;
        node.next = head;
        node.slot = slot;
        heads[slot] = node;
    }

    /** {@return the occupied slot that is due first, or -1} */
    private int firstSlot() {
        for (int level = 0; level < LEVELS - 1; level++) {
            if (occupied[level] != 0) {
                return level * SLOTS + Long.numberOfTrailingZeros(occupied[level]);
            }
        }
        long top = occupied[LEVELS - 1];
        if (top == 0) {
            return -1;
        }
        int digit = (int) (position >>> TOP_SHIFT);
        int ahead = Long.numberOfTrailingZeros(Long.rotateRight(top, digit));
        return (LEVELS - 1) * SLOTS + ((digit + ahead) & DIGIT_MASK);
    }

    /** {@return the first tick of a slot in which a node hangs} */
    private long startOf(int slot) {
        int shift = slot / SLOTS * DIGIT_BITS;
        long digits = position >>> shift;
        // Below the top level a slot is never behind the position; on the top level it may lie in the next round.
        long ahead = (slot - digits) & DIGIT_MASK;
        return (digits + ahead) << shift;
    }

    private void onWakeUp() {
        assert !turning : "the wheel was run from inside a timer";
        long nowNanos = scheduler.nanoTime();
        beforeReading(nowNanos);
        scheduled = false;
        turning = true;
        try {
            collectDue((nowNanos - originNanos) / TICK_NANOS);
            fireDue(nowNanos);
        } finally {
            turning = false;
            schedule();
        }
    }

    /** Moves the position to the present, and every node that is due on the way into one list, in the order of ticks. */
    private void collectDue(long nowTick) {
        for (int slot; (slot = firstSlot()) >= 0; ) {
            long start = startOf(slot);
            if (start > nowTick) {
                break;
            }
            position = start;
            emptySlot(slot, originNanos + nowTick * TICK_NANOS);
        }
        position = Math.max(position, nowTick);
    }

    private void emptySlot(int slot, long dueNanos) {
        ConnectionTimer node = heads[slot];
        heads[slot] = null;
        occupied[slot / SLOTS] &= ~(1L << slot);
        emptiedSlots++;
        while (node != null) {
            ConnectionTimer next = node.next;
            if (node.linkedNanos - dueNanos <= 0) {
                appendDue(node);
            } else {
                hang(node, (node.linkedNanos - originNanos) / TICK_NANOS);
            }
            node = next;
        }
    }

    private void appendDue(ConnectionTimer node) {
        node.previous = lastDue;
        node.next = null;
        node.slot = DUE;
        if (lastDue == null) {
            heads[DUE] = node;
        } else {
            lastDue.next = node;
        }
        lastDue = node;
    }

    /**
     * Tells the due ones. What they arm goes into the slots, never into this list, so the pass ends; what they disarm leaves
     * the list.
     */
    private void fireDue(long nowNanos) {
        for (ConnectionTimer node; (node = heads[DUE]) != null; ) {
            assert node.anyArmed();
            unlink(node);
            if (node.earliestNanos() - nowNanos <= 0) {
                try {
                    node.fire(nowNanos);
                } catch (RuntimeException | Error e) {
                    node.disarmExpired(nowNanos);
                    scheduler.report(e);
                }
            }
            if (node.anyArmed()) {
                link(node, node.earliestNanos());
            }
        }
    }

    /** Asks the loop for the earliest deadline, unless it will wake us by then. */
    private void schedule() {
        int slot = firstSlot();
        if (slot < 0) {
            return;
        }
        long tick = earliestTick[slot];
        if (scheduled && scheduledTick <= tick) {
            return;
        }
        if (scheduled) {
            scheduler.cancel();
        }
        scheduled = true;
        scheduledTick = tick;
        scheduler.schedule(wakeUp, Math.max(0, originNanos + tick * TICK_NANOS - scheduler.nanoTime()));
    }

    /** {@return the first tick that is not before the instant; 0 for instants before the wheel was made} */
    private long tickAtOrAfter(long nanos) {
        long sinceOrigin = nanos - originNanos;
        return sinceOrigin <= 0 ? 0 : (sinceOrigin - 1) / TICK_NANOS + 1;
    }

    /** What the wheel needs of its event loop. At most one task is pending at a time. */
    interface Scheduler {

        /** {@return the time, in nanoseconds of any origin} */
        long nanoTime();

        /** {@return whether the calling thread is the loop's} */
        boolean inEventLoop();

        /** Runs the task on the loop once the delay has passed, after the loop's next pass over I/O even if it is 0. */
        void schedule(Runnable task, long delayNanos);

        /** Forgets the pending task; no effect if there is none. */
        void cancel();

        /** Makes an exception of a timer visible without disturbing the other timers. */
        void report(Throwable cause);
    }
}
