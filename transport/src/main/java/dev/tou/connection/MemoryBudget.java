// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What the connections of several event loops may hold in buffers before receive buffers stop to grow: a stranger can fill what
 * it was promised, and many strangers could fill the process. The only thing that event loops share, so each tells it only
 * when what it holds has changed by much.
 */
public final class MemoryBudget {

    private final AtomicLong held = new AtomicLong();
    private final long limitBytes;

    /** A budget of which nothing is used. */
    public MemoryBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    void charge(long deltaBytes) {
        held.addAndGet(deltaBytes);
    }

    boolean isExhausted() {
        return held.get() > limitBytes;
    }
}
