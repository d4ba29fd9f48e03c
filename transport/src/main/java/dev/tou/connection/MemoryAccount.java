// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.window.RingPool;
import dev.tou.window.SlabPool;

/**
 * What the connections of one event loop hold in buffers, in bytes, and what they lend each other. Each books what it holds at the
 * end of a burst, by the capacity of its buffers; what is borrowed from datagrams is gone by then. Not shared between threads.
 */
public final class MemoryAccount {

    private final RingPool rings = new RingPool();
    private final SlabPool slabs = new SlabPool();
    private final OutOfOrderHolders outOfOrder = new OutOfOrderHolders();
    private final MemoryBudget budget;
    private final Runnable onExhausted;

    private long bytes;
    private long toldBytes;

    /**
     * An account on which nothing is booked, of a budget that it shares.
     *
     * @param onExhausted called whenever more is booked than there is, or something is refused, in the middle of a burst: it may
     *     only make a note
     */
    public MemoryAccount(MemoryBudget budget, Runnable onExhausted) {
        this.budget = budget;
        this.onExhausted = onExhausted;
    }

    /** {@return the bytes held now} */
    public long bytes() {
        return bytes;
    }

    /** {@return what the connections of all loops that share the budget hold, in bytes, as far as this one knows} */
    public long sharedBytes() {
        return budget.heldBytes() + bytes - toldBytes;
    }

    /** {@return what it shares with the accounts of other event loops} */
    public MemoryBudget budget() {
        return budget;
    }

    /** {@return whether connections hold so much, those of other event loops too, that nothing may be promised beyond the least} */
    boolean isShort() {
        return budget.isMuch(sharedBytes());
    }

    /** {@return whether they hold all that they may: what can be done without is not taken} */
    public boolean isExhausted() {
        return budget.isAll(sharedBytes());
    }

    /**
     * {@return whether they hold all that they may, so that what has come is not taken} Then something is given up, as if more had
     * been booked: everybody who holds anything may be silent, and this one the only one who needs it.
     */
    public boolean refuses() {
        boolean exhausted = isExhausted();
        if (exhausted) {
            onExhausted.run();
        }
        return exhausted;
    }

    /** {@return whether who has begun to give something up should go on with it} */
    public boolean isNearlyExhausted() {
        return budget.isNearlyAll(sharedBytes());
    }

    /**
     * Gives up all text that one connection holds out of order, as RFC 2018 section 8 permits: of the one that has waited for
     * longest for what is missing.
     *
     * @return how many gaps it had; 0 if no connection holds any
     */
    public int dropOutOfOrder() {
        int gaps = 0;
        while (gaps == 0 && outOfOrder.oldest() != null) {
            gaps = outOfOrder.oldest().dropOutOfOrder();
        }
        return gaps;
    }

    /** Tells the others exactly what is held here: one of them needs memory, and for that part it counts. */
    public void tell() {
        budget.charge(bytes - toldBytes);
        toldBytes = bytes;
    }

    /** Gives up what connections lend each other and none uses now. */
    public void releaseSpares() {
        slabs.releaseSpares();
    }

    RingPool rings() {
        return rings;
    }

    SlabPool slabs() {
        return slabs;
    }

    OutOfOrderHolders outOfOrder() {
        return outOfOrder;
    }

    void charge(int delta) {
        bytes += delta;
        assert bytes >= 0;
        boolean allGone = bytes == 0 && toldBytes != 0;
        if (allGone || Math.abs(bytes - toldBytes) >= budget.untoldBytes()) {
            tell();
        }
        if (delta > 0 && isExhausted()) {
            onExhausted.run();
        }
    }
}
