// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MemoryAccountTest {

    private static final int MANY = 1 << 20;

    private final MemoryBudget budget = new MemoryBudget(6L * MANY);
    private int alarms;
    private final MemoryAccount one = new MemoryAccount(budget, () -> alarms++);
    private final MemoryAccount other = new MemoryAccount(budget, () -> {});

    @Test
    void whatLoopsHoldTogetherIsLimited() {
        one.charge(3 * MANY);
        other.charge(MANY);
        assertThat(one.isShort()).isFalse();
        other.charge(MANY);
        assertThat(one.isShort()).isTrue();
        assertThat(other.isShort()).isTrue();
        assertThat(one.isExhausted()).isFalse();
        other.charge(2 * MANY);
        assertThat(one.isExhausted()).isTrue();
        assertThat(other.isExhausted()).isTrue();
        one.charge(-3 * MANY);
        assertThat(other.isShort()).isFalse();
        assertThat(one.bytes()).isZero();
    }

    /** Between all and what is left when something was given up, who gives goes on, and who takes may take. */
    @Test
    void whoGivesUpGivesAnEighth() {
        one.charge(6 * MANY);
        assertThat(one.isExhausted()).isFalse();
        assertThat(one.isNearlyExhausted()).isTrue();
        one.charge(-3 * MANY / 4);
        assertThat(one.isNearlyExhausted()).isFalse();
    }

    /** Its own loop is told of every byte, and only when more is held: giving back is no reason to be alarmed. */
    @Test
    void itsOwnLoopIsTold() {
        other.charge(3 * MANY);
        one.charge(3 * MANY);
        assertThat(alarms).isZero();
        one.charge(1);
        assertThat(one.isExhausted()).isTrue();
        assertThat(one.sharedBytes()).isEqualTo(6 * MANY + 1);
        assertThat(alarms).isEqualTo(1);
        one.charge(MANY);
        assertThat(alarms).isEqualTo(2);
        one.charge(-1);
        assertThat(alarms).isEqualTo(2);
    }

    /** Whoever is refused may be the only one who comes. */
    @Test
    void itsOwnLoopIsToldOfARefusal() {
        other.charge(6 * MANY);
        assertThat(one.refuses()).isFalse();
        assertThat(alarms).isZero();
        other.charge(MANY);
        assertThat(one.refuses()).isTrue();
        assertThat(alarms).isEqualTo(1);
    }

    /** A loop that holds a little less than it has told keeps another one from what is free, until it is asked. */
    @Test
    void whoIsAskedTellsAll() {
        other.charge(6 * MANY + 1);
        other.charge(-1);
        assertThat(other.isExhausted()).isFalse();
        assertThat(one.isExhausted()).isTrue();
        other.tell();
        assertThat(one.isExhausted()).isFalse();
    }

    /** A loop tells of what is much, and of its end; so nothing stays on the books of loops that are gone. */
    @Test
    void whatIsGoneLeavesNothing() {
        for (int i = 0; i < 100; i++) {
            MemoryAccount loop = new MemoryAccount(budget, () -> {});
            loop.charge(MANY);
            loop.charge(1 - MANY / 4 - MANY / 2);
            loop.charge(MANY / 4 + MANY / 2 - 1 - MANY);
            assertThat(loop.bytes()).isZero();
        }
        one.charge(4 * MANY);
        assertThat(one.isShort()).isFalse();
        one.charge(MANY);
        assertThat(one.isShort()).isTrue();
    }
}
