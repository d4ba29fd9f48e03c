// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.stack;

import java.time.Duration;

import dev.tou.simulation.LinkProfile;
import org.junit.jupiter.api.Test;

/** A hundred megabytes through a link that loses, reorders and duplicates, between hosts that stall. */
class BulkTransferTest {

    private static final long SEED = Long.decode(System.getProperty("tou.seed", "0x100"));

    @Test
    void aHundredMegabytesArriveWholeAndNothingIsLeft() {
        LinkProfile link = LinkProfile.IDEAL
                .delay(Duration.ofMillis(1))
                .loss(0.05)
                .reordering(0.05, Duration.ofMillis(2))
                .duplication(0.01);
        try (StackScenario scenario = new StackScenario(SEED)) {
            scenario.profile(link)
                    .bulk(100 << 20)
                    .stalls(20, Duration.ofSeconds(600))
                    .run();
        }
    }
}
