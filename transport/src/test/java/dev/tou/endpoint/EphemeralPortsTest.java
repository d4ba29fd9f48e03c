// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Which ports are looked at, and how many. */
class EphemeralPortsTest {

    private static final int LAST_START = EphemeralPorts.COUNT - 1;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 17, 31_000, LAST_START})
    void everyPortIsLookedAt(int start) {
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < EphemeralPorts.looks(EphemeralPorts.COUNT - 1, false); i++) {
            // Without the stripes, whose ports depend on the loop.
            if (i >= EphemeralPorts.STRIPED) {
                seen.add(EphemeralPorts.candidate(start, i, 5));
            }
        }
        assertThat(seen)
                .hasSize(EphemeralPorts.COUNT)
                .allMatch(port -> port >= EphemeralPorts.FIRST && port < EphemeralPorts.FIRST + EphemeralPorts.COUNT);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 32, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void theFirstAreOfTheLoopsOwnStripe(int loopNumber) {
        for (int start = 0; start < EphemeralPorts.COUNT; start += 7) {
            for (int i = 0; i < EphemeralPorts.STRIPED; i++) {
                int port = EphemeralPorts.candidate(start, i, loopNumber);
                assertThat(port).isBetween(EphemeralPorts.FIRST, EphemeralPorts.FIRST + LAST_START);
                assertThat((port - EphemeralPorts.FIRST) % EphemeralPorts.STRIPES)
                        .isEqualTo(Math.floorMod(loopNumber, EphemeralPorts.STRIPES));
            }
        }
    }

    @Test
    void whenAllAreTakenFewAreLookedAt() {
        assertThat(EphemeralPorts.looks(EphemeralPorts.COUNT, false)).isZero();
        assertThat(EphemeralPorts.looks(EphemeralPorts.COUNT + 1, true)).isBetween(100, 1000);
    }
}
