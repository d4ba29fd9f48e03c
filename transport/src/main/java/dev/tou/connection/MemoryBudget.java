// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What the connections of several event loops may hold in buffers: a stranger can fill what it was promised, and many strangers
 * could fill the process. It decides how much is <em>much</em>, from where nothing is promised beyond the least, and how much is
 * <em>all</em>, from where what can be done without is not taken, and given up.
 *
 * <p>The only thing that event loops share, so each tells it only when what it holds has changed by a fair part.
 */
public final class MemoryBudget {

    /** What a loop holds may change by so much, in bytes, before the others hear of it: less of a small budget. */
    private static final int MOST_UNTOLD_BYTES = 256 * 1024;

    private static final int UNTOLD_PARTS = 64;

    private final AtomicLong held = new AtomicLong();
    private final long mostBytes;

    /**
     * A budget of which nothing is used.
     *
     * @param mostBytes how much is all; two thirds of it are much
     */
    public MemoryBudget(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** {@return how much is all, in bytes} */
    public long mostBytes() {
        return mostBytes;
    }

    long untoldBytes() {
        return Math.min(MOST_UNTOLD_BYTES, mostBytes / UNTOLD_PARTS);
    }

    void charge(long deltaBytes) {
        held.addAndGet(deltaBytes);
    }

    /** {@return what all loops have told that they hold, in bytes} */
    long heldBytes() {
        return held.get();
    }

    boolean isMuch(long bytes) {
        return bytes > mostBytes / 3 * 2;
    }

    boolean isAll(long bytes) {
        return bytes > mostBytes;
    }

    /** {@return whether it is still too much for one who has had to give up something: so the next comers find room} */
    boolean isNearlyAll(long bytes) {
        return bytes > mostBytes - mostBytes / 8;
    }
}
