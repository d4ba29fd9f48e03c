// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.window.RingPool;
import dev.tou.window.SlabPool;

/** What the connections of one event loop hold in buffers, in bytes, and what they lend each other. Not shared between threads. */
public final class MemoryAccount {

    /** What the budget is told late, at most, in bytes. */
    private static final int UNTOLD_BYTES = 256 * 1024;

    private final RingPool rings = new RingPool();
    private final SlabPool slabs = new SlabPool();
    private final MemoryBudget budget;

    private long bytes;
    private long toldBytes;

    /** An account on which nothing is booked, of a budget that it shares. */
    public MemoryAccount(MemoryBudget budget) {
        this.budget = budget;
    }

    /** {@return the bytes held now} */
    public long bytes() {
        return bytes;
    }

    /** {@return whether connections hold so much, those of other event loops too, that nothing may be promised beyond the least} */
    boolean isShort() {
        return budget.isExhausted();
    }

    RingPool rings() {
        return rings;
    }

    SlabPool slabs() {
        return slabs;
    }

    void charge(int delta) {
        bytes += delta;
        assert bytes >= 0;
        boolean allGone = bytes == 0 && toldBytes != 0;
        if (allGone || Math.abs(bytes - toldBytes) >= UNTOLD_BYTES) {
            budget.charge(bytes - toldBytes);
            toldBytes = bytes;
        }
    }
}
