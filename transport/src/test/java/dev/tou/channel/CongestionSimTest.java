// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.tou.congestion.AckSample;
import dev.tou.congestion.CongestionControllerFactory;
import dev.tou.congestion.CongestionControllers;
import dev.tou.congestion.ControllerLog;
import dev.tou.simulation.LinkProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.tou.channel.SimPair.ms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Windows of whole connections on simulated paths, on virtual time. */
class CongestionSimTest {

    private static final long SEED = 20261121;

    /** 50 ms there and back, in one direction a bottleneck with a buffer in products of rate and delay. */
    private static SimPair path(long bitsPerSecond, double products, double loss) {
        int product = (int) (bitsPerSecond / 8 / 20);
        LinkProfile profile = LinkProfile.IDEAL.delay(ms(25)).rate(bitsPerSecond, (int) (products * product));
        System.out.printf(
                Locale.ROOT, "seed %d, %d bit/s, buffer %.2f, loss %.4f%n", SEED, bitsPerSecond, products, loss);
        return new SimPair(SEED, loss > 0 ? profile.loss(loss) : profile, true);
    }

    private static BulkFlow flow(SimPair pair, CongestionControllerFactory controller) {
        return new BulkFlow(pair, controller, 1L << 40);
    }

    /**
     * A buffer of one product is enough for slow start to end with a full path and little loss, unless the least threshold of
     * RFC 9406, 4 ms, is about the delay that the buffer makes.
     */
    @ParameterizedTest
    @CsvSource({"10, 10, 0.2", "50, 50, 0.01", "100, 20, 0.2", "50, 100, 0.01", "100, 5, 3"})
    void slowStartEndsWithAFullPath(int megabits, int rttMillis, double mostSentAgain) {
        int product = megabits * 125 * rttMillis;
        LinkProfile profile = LinkProfile.IDEAL
                .delay(Duration.ofNanos(rttMillis * 500_000L))
                .rate(megabits * 1_000_000L, Math.max(product, 60_000));
        try (BulkFlow flow = flow(new SimPair(SEED, profile, true), CongestionControllers.CUBIC)) {
            flow.pair.simulation.expect("slow start to end", () -> flow.info().ssthresh() != Long.MAX_VALUE, ms(5_000));
            double products = flow.info().cwnd() / (double) product;
            System.out.printf("%d Mbit/s x %d ms: left slow start at %.2f products%n", megabits, rttMillis, products);
            assertThat(flow.info().bytesRetrans())
                    .as("next to no loss")
                    .isLessThanOrEqualTo(flow.info().mss());
            double goodput = flow.goodput(ms(1_000));
            System.out.printf("then %.2f MB/s of %.2f%n", goodput / 1e6, megabits / 8.0);
            double again = flow.info().bytesRetrans() / (double) product;
            System.out.printf("sent again: %.3f products%n", again);
            assertThat(again).as("products sent again").isLessThan(mostSentAgain);
            assertThat(products).isGreaterThan(1.2);
            assertThat(goodput).isGreaterThan(0.92 * megabits * 125_000);
        }
    }

    /** RFC 9438 section 4.2, after a loss that is none of congestion. */
    @Test
    void theWindowFollowsTheCubic() {
        try (BulkFlow flow = flow(path(400_000_000, 1, 0), CongestionControllers.CUBIC)) {
            flow.pair.simulation.advance(ms(400));
            SimPair pair = flow.pair;
            LinkProfile clean = LinkProfile.IDEAL.delay(ms(25)).rate(400_000_000, 2_500_000);
            pair.network.link(pair.clientHost, pair.serverHost, clean.loss(0.02));
            pair.simulation.expect("a loss", () -> flow.info().recoveries() > 0, ms(1_000));
            pair.network.link(pair.clientHost, pair.serverHost, clean);
            pair.simulation.advance(ms(200));
            double most = flow.windowSegments() / 0.7;
            double k = Math.cbrt((most - flow.windowSegments()) / 0.4);
            double began = pair.network.nowNanos() / 1e9 - 0.15;
            List<String> curve = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                pair.simulation.advance(ms(250));
                double t = pair.network.nowNanos() / 1e9 - began;
                double expected = 0.4 * Math.pow(t - k, 3) + most;
                curve.add(String.format(Locale.ROOT, "%.2f s: %.0f of %.0f", t, flow.windowSegments(), expected));
                assertThat(flow.windowSegments()).as("%s", curve).isCloseTo(expected, within(0.05 * expected));
            }
            System.out.println(curve);
            assertThat(flow.info().recoveries()).isEqualTo(1);
        }
    }

    /** RFC 9438 section 4.3: where Reno's window is the larger, goodput is Reno's, 1.22 segments / sqrt(loss) a round trip. */
    @ParameterizedTest
    @CsvSource({"0.001, 30", "0.01, 90", "0.03, 180"})
    void atRandomLossItIsAtLeastReno(double loss, int seconds) {
        try (BulkFlow flow = flow(path(100_000_000, 1, loss), CongestionControllers.CUBIC)) {
            flow.pair.simulation.advance(ms(2_000));
            double goodput = flow.goodput(ms(1000L * seconds));
            double reno = 1.22 / Math.sqrt(loss) * flow.info().mss() / 0.05;
            System.out.printf("%.3f MB/s, Reno's formula %.3f, %s%n", goodput / 1e6, reno / 1e6, flow.info());
            assertThat(goodput).isGreaterThan(0.8 * reno);
        }
    }

    /** A controller of an application: what the interface's documentation shows. */
    static final class Fixed extends ControllerLog {

        static final long WINDOW = 100_000;

        private long acked;
        private long delivered;

        Fixed() {
            super(WINDOW, 0);
        }

        @Override
        public String name() {
            return "fixed";
        }

        @Override
        public void onAck(AckSample sample) {
            acked += sample.ackedBytes();
            delivered += sample.deliveredBytes();
        }

        @Override
        public boolean managesRecovery() {
            return true;
        }

        @Override
        public long pacingRateBytesPerSecond() {
            return 2 * WINDOW * 20;
        }
    }

    @Test
    void anApplicationBringsItsOwn() {
        List<Fixed> made = new ArrayList<>();
        CongestionControllerFactory factory = () -> {
            made.add(new Fixed());
            return made.get(made.size() - 1);
        };
        try (BulkFlow flow = flow(path(100_000_000, 1, 0.01), factory)) {
            assertThat(flow.info().congestionControl()).isEqualTo("fixed");
            assertThat(made).as("the listener has another").hasSize(1);
            flow.pair.simulation.advance(ms(1_000));
            double goodput = flow.goodput(ms(10_000));
            System.out.printf(
                    "%.3f MB/s, %s%n", goodput / 1e6, made.get(0).events.size());
            assertThat(goodput)
                    .as("a window for each round trip")
                    .isBetween(0.7 * Fixed.WINDOW * 20, Fixed.WINDOW * 20.0);
            assertThat(made.get(0).acked).isEqualTo(flow.info().bytesAcked());
            assertThat(made.get(0).delivered)
                    .as("what was reported and then acknowledged counts once")
                    .isEqualTo(flow.info().delivered());
            assertThat(made.get(0).events).startsWith("established").containsSubsequence("loss", "end");
        }
    }
}
