// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.stack;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A thousand seeds, each another bad network, other options, other traffic. One seed again:
 * {@code -Dtest=StackSimulationTest -Dtou.seed=0x5}; more of them: {@code -Dtou.seeds=100000}.
 */
class StackSimulationTest {

    private static final long FIRST_SEED = Long.decode(System.getProperty("tou.seed", "1"));
    private static final int SEEDS = System.getProperty("tou.seed") == null ? Integer.getInteger("tou.seeds", 1000) : 1;

    @Test
    void everyStreamArrivesWholeAndNothingIsLeft() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            try (StackScenario scenario = new StackScenario(seed)) {
                scenario.run();
            }
        }
    }

    @Test
    void whateverEndsAbruptlyLeavesNothing() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + Math.min(SEEDS, 500); seed++) {
            try (StackScenario scenario = new StackScenario(seed)) {
                scenario.abrupt().run();
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameDatagrams() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + Math.min(SEEDS, 20); seed++) {
            assertThat(hashOf(seed)).as("seed 0x%x", seed).isEqualTo(hashOf(seed));
        }
    }

    private static long hashOf(long seed) {
        try (StackScenario scenario = new StackScenario(seed)) {
            return scenario.run();
        }
    }
}
