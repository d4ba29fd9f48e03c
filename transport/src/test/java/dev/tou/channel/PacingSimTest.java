// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.time.Duration;

import dev.tou.congestion.CongestionControllers;
import dev.tou.simulation.LinkProfile;
import org.junit.jupiter.api.Test;

import static dev.tou.channel.SimPair.ms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

/** What a paced flow does to the path, on virtual time. */
class PacingSimTest {

    private static final int HEADERS = 28;

    private static SimPair path(long bitsPerSecond, Duration oneWay, double products) {
        double product = bitsPerSecond / 8.0 * 2 * oneWay.toNanos() / 1e9;
        LinkProfile profile =
                LinkProfile.IDEAL.delay(oneWay).rate(bitsPerSecond, (int) Math.max(50_000, products * product));
        return new SimPair(2, profile, true);
    }

    /** A timer with ticks of a millisecond still fills a gigabit. */
    @Test
    void aGigabitIsFilled() {
        try (BulkFlow flow = new BulkFlow(path(1_000_000_000, ms(5), 1), CongestionControllers.CUBIC, 400_000_000)) {
            flow.pair.simulation.advance(ms(1000));
            double goodput = flow.goodput(ms(1000));
            double most = 125e6 * flow.info().mss() / (flow.info().mss() + 20 + 12 + HEADERS);
            System.out.printf("1 Gbit/s x 10 ms: %.1f MB/s of %.1f, %s%n", goodput / 1e6, most / 1e6, flow.info());
            assertThat(goodput).isGreaterThan(0.95 * most);
            assertThat((double) flow.info().deliveryRate()).isCloseTo(goodput, withinPercentage(5));
            assertThat(flow.info().deliveryRateAppLimited()).isZero();
        }
    }

    /** A window is spread: a shallow buffer, which every burst of a window would overflow, is enough. */
    @Test
    void aShallowBufferIsEnough() {
        try (BulkFlow flow = new BulkFlow(path(100_000_000, ms(25), 0.1), CongestionControllers.CUBIC, 400_000_000)) {
            flow.pair.simulation.advance(ms(3000));
            double goodput = flow.goodput(ms(10_000));
            System.out.printf("100 Mbit/s x 50 ms, 0.1 products: %.2f MB/s, %s%n", goodput / 1e6, flow.info());
            assertThat(goodput).as("0.7 windows, and the way up again").isGreaterThan(0.6 * 12.5e6);
            assertThat(flow.info().bytesRetrans())
                    .as("mostly of the slow start")
                    .isLessThan(flow.info().bytesSent() / 50);
        }
    }

    /** A path shorter than two ticks is none for a timer: no tick passes before the next window. */
    @Test
    void shortPathsAreNotPaced() {
        LinkProfile profile = LinkProfile.IDEAL.delay(Duration.ofNanos(20_000));
        try (BulkFlow flow = new BulkFlow(new SimPair(3, profile, true), CongestionControllers.CUBIC, 100_000_000)) {
            double goodput = flow.goodput(ms(100));
            System.out.printf("40 us, no bottleneck: %.0f MB/s, %s%n", goodput / 1e6, flow.info());
            assertThat(flow.received()).isEqualTo(100_000_000);
        }
    }
}
