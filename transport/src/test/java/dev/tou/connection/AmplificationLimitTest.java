// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AmplificationLimitTest {

    private final AmplificationLimit limit = new AmplificationLimit();

    @Test
    void nothingGoesForNothing() {
        assertThat(limit.trySend(1)).isFalse();
    }

    @Test
    void threeSegmentsGoForOne() {
        limit.received(1, 1000);
        for (int i = 0; i < 3; i++) {
            assertThat(limit.trySend(20)).isTrue();
        }
        assertThat(limit.trySend(20)).isFalse();
        limit.received(2, 40);
        for (int i = 0; i < 6; i++) {
            assertThat(limit.trySend(20)).isTrue();
        }
        assertThat(limit.trySend(20)).isFalse();
    }

    @Test
    void threeBytesGoForOneAndARefusalCostsNothing() {
        limit.received(10, 20);
        assertThat(limit.trySend(32)).isTrue();
        assertThat(limit.trySend(32)).isFalse();
        assertThat(limit.trySend(28)).isTrue();
        assertThat(limit.trySend(1)).isFalse();
        limit.received(1, 1);
        assertThat(limit.trySend(3)).isTrue();
    }
}
