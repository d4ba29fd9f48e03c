// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RefusalBackOffTest {

    private static final long MILLI = 1_000_000;
    private static final IOException WHY = new IOException("Operation not permitted");
    private static final long RTO = 200 * MILLI;

    private final RefusalBackOff backOff = new RefusalBackOff();
    private long now = Long.MAX_VALUE - 50 * MILLI;

    private void tries() {
        now = backOff.retryNanos();
        assertThat(backOff.holdsBack(now - 1)).isTrue();
        assertThat(backOff.holdsBack(now)).isFalse();
        backOff.sends();
    }

    @Test
    void itHoldsNothingBackBeforeSomethingIsRefused() {
        backOff.sends();
        assertThat(backOff.holdsBack(now)).isFalse();
        assertThat(backOff.over()).isFalse();
    }

    @Test
    void eachRefusedTryDoublesTheWaitUpToTheTimeout() {
        List<Long> waits = new ArrayList<>();
        backOff.refused(RTO, now, WHY);
        for (int i = 0; i < 10; i++) {
            waits.add((backOff.retryNanos() - now) / MILLI);
            tries();
            backOff.refused(RTO, now, WHY);
        }
        assertThat(waits).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 200L, 200L);
    }

    @Test
    void whatIsRefusedTogetherIsOneRefusal() {
        for (int i = 0; i < 20; i++) {
            backOff.refused(RTO, now, WHY);
        }
        assertThat(backOff.retryNanos() - now).isEqualTo(MILLI);
    }

    @Test
    void untilTheOutcomeOfATryIsKnownThereIsNoOther() {
        backOff.refused(RTO, now, WHY);
        tries();
        assertThat(backOff.retryNanos()).isEqualTo(RefusalBackOff.AFTER_THE_TRY);
        assertThat(backOff.holdsBack(now + 10 * RTO)).isTrue();
        assertThat(backOff.over()).isTrue();
        assertThat(backOff.isRefused()).isFalse();
        assertThat(backOff.holdsBack(now)).isFalse();
    }

    @Test
    void aSuccessBeginsAnew() {
        backOff.refused(RTO, now, WHY);
        tries();
        backOff.refused(RTO, now, WHY);
        tries();
        backOff.over();
        backOff.refused(RTO, now, WHY);
        assertThat(backOff.retryNanos() - now).isEqualTo(MILLI);
    }

    @Test
    void aWaitIsNeverLongerThanTheTimeoutHoweverOften() {
        backOff.refused(RTO, now, WHY);
        for (int i = 0; i < 100; i++) {
            tries();
            backOff.refused(RTO, now, WHY);
            assertThat(backOff.retryNanos() - now).isBetween(MILLI, RTO);
        }
    }
}
