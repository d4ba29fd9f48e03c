// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ComparisonTest {

    private static final List<String> ALL = List.of("tcp", "tou", "quic");

    @Test
    void eachRoundBeginsWithTheNext() {
        assertThat(Comparison.order(ALL, 1)).containsExactly("tcp", "tou", "quic");
        assertThat(Comparison.order(ALL, 2)).containsExactly("tou", "quic", "tcp");
        assertThat(Comparison.order(ALL, 3)).containsExactly("quic", "tcp", "tou");
        assertThat(Comparison.order(ALL, 4)).isEqualTo(ALL);
    }

    @Test
    void ratiosStayWithinTheRoundAndTheOrderIsKept() {
        Results results = new Results(Workload.BULK);
        for (int round = 1; round <= 3; round++) {
            for (String transport : Comparison.order(ALL, round)) {
                double share = transport.equals("tcp") ? 1 : 0.5;
                results.add(transport, new Round(round * share, Map.of(), Map.of()));
            }
        }
        assertThat(results.transports()).isEqualTo(ALL);
        assertThat(results.orders()).containsExactly(ALL, List.of("tou", "quic", "tcp"), List.of("quic", "tcp", "tou"));
        assertThat(results.ratios("tou").min()).isEqualTo(0.5);
        assertThat(results.ratios("tou").max()).isEqualTo(0.5);
    }
}
