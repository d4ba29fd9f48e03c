// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/** Another event loop whose connections hold as much of a budget as a test wants. */
public final class Hoard {

    private final MemoryAccount account;

    public Hoard(MemoryBudget budget) {
        account = new MemoryAccount(budget, () -> {});
    }

    /** From now on it holds so much, in bytes. */
    public void holds(long bytes) {
        account.charge(Math.toIntExact(bytes - account.bytes()));
    }
}
