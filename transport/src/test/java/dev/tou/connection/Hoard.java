// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/** Connections of another event loop that hold as much of a budget as a test wants. */
public final class Hoard {

    private final MemoryAccount account;

    public Hoard(MemoryBudget budget) {
        this(new MemoryAccount(budget, () -> {}));
    }

    /** Connections of the loop whose account this is, and that has no others. */
    public Hoard(MemoryAccount account) {
        this.account = account;
    }

    /** From now on it holds so much, in bytes. */
    public void holds(long bytes) {
        account.charge(Math.toIntExact(bytes - account.bytes()));
    }
}
