// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import dev.tou.congestion.CongestionControllers;
import dev.tou.simulation.LinkProfile;
import org.junit.jupiter.api.Test;

import static dev.tou.channel.SimPair.ms;
import static org.assertj.core.api.Assertions.assertThat;

/** A connection that has been busy and is quiet holds what any quiet one does. */
class QuietSimTest {

    @Test
    void booksOfALargeFlightAreGivenBackAfterASecond() {
        SimPair pair = new SimPair(4, LinkProfile.IDEAL.delay(ms(50)).rate(400_000_000, 10_000_000), true);
        try (BulkFlow flow = new BulkFlow(pair, CongestionControllers.CUBIC, 40_000_000)) {
            flow.pair.simulation.advance(ms(1000));
            assertThat(flow.tcb().holdings.areLarge())
                    .as("megabytes are under way")
                    .isTrue();
            flow.pair.simulation.advance(ms(4000));
            assertThat(flow.received()).isEqualTo(40_000_000);
            flow.pair.simulation.advance(ms(1000));
            assertThat(flow.tcb().holdings.areLarge()).isFalse();
        }
    }
}
