// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MemoryAccountTest {

    private static final int MANY = 1 << 20;

    private final MemoryBudget budget = new MemoryBudget(3L * MANY);
    private final MemoryAccount one = new MemoryAccount(budget);
    private final MemoryAccount other = new MemoryAccount(budget);

    @Test
    void whatLoopsHoldTogetherIsLimited() {
        one.charge(2 * MANY);
        other.charge(MANY);
        assertThat(one.isShort()).isFalse();
        other.charge(MANY);
        assertThat(one.isShort()).isTrue();
        assertThat(other.isShort()).isTrue();
        one.charge(-2 * MANY);
        assertThat(other.isShort()).isFalse();
        assertThat(one.bytes()).isZero();
    }

    /** A loop tells of what is much, and of its end; so nothing stays on the books of loops that are gone. */
    @Test
    void whatIsGoneLeavesNothing() {
        for (int i = 0; i < 100; i++) {
            MemoryAccount loop = new MemoryAccount(budget);
            loop.charge(MANY);
            loop.charge(1 - MANY / 4 - MANY / 2);
            loop.charge(MANY / 4 + MANY / 2 - 1 - MANY);
            assertThat(loop.bytes()).isZero();
        }
        one.charge(3 * MANY);
        assertThat(one.isShort()).isFalse();
        one.charge(MANY);
        assertThat(one.isShort()).isTrue();
    }
}
