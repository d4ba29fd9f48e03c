// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** The axis of nines: where a latency stands on it. */
class LatenciesTest {

    @Test
    void aLatencyStandsWhereItsShareOfTheRequestsEnds() {
        Histogram histogram = new Histogram(3);
        histogram.recordValueWithCount(1000, 900);
        histogram.recordValueWithCount(2000, 90);
        histogram.recordValueWithCount(4000, 9);
        histogram.recordValueWithCount(8000, 1);
        Samples samples = Latencies.byNines(histogram);
        double[][] expected = {{0, 1000}, {1, 1000}, {1, 2000}, {2, 2000}, {2, 4000}, {3, 4000}, {3, 8000}, {3, 8000}};
        assertThat(samples.size()).isEqualTo(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(samples.x(i)).isCloseTo(expected[i][0], within(1e-9));
            assertThat(samples.y(i)).isCloseTo(expected[i][1], within(10.0));
        }
    }

    @Test
    void oneRequestHasNoNines() {
        Histogram histogram = new Histogram(3);
        histogram.recordValue(5);
        Samples samples = Latencies.byNines(histogram);
        assertThat(samples.x(0)).isZero();
        assertThat(samples.x(samples.size() - 1)).isZero();
    }
}
