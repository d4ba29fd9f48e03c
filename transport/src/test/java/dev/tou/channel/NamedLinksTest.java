// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

import dev.tou.congestion.CongestionControllers;
import dev.tou.simulation.Fate;
import dev.tou.simulation.Link;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.NamedLinks;
import dev.tou.telemetry.TcpInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A transfer over each link that has a name, on virtual time. */
class NamedLinksTest {

    private static final long SEED = 20261121;
    private static final int BYTES = 2_000_000;

    private static final NamedLinks LINKS = NamedLinks.read();

    static Stream<String> names() {
        return LINKS.names().stream();
    }

    private static BulkFlow flow(String name) {
        SimPair pair = new SimPair(SEED, LinkProfile.IDEAL, true);
        pair.network.link(pair.clientHost, pair.serverHost).change(old -> LINKS.up(name));
        pair.network.link(pair.serverHost, pair.clientHost).change(old -> LINKS.down(name));
        return new BulkFlow(pair, CongestionControllers.CUBIC, BYTES);
    }

    @ParameterizedTest
    @MethodSource("names")
    void aTransferArrives(String name) {
        try (BulkFlow flow = flow(name)) {
            SimPair pair = flow.pair;
            long began = pair.network.nowNanos();
            pair.simulation.expect("all bytes", () -> flow.received() == BYTES, Duration.ofMinutes(2));
            double seconds = (pair.network.nowNanos() - began) / 1e9;
            Link up = pair.network.link(pair.clientHost, pair.serverHost);
            System.out.printf(
                    Locale.ROOT,
                    "%s, seed %d: %.2f Mbit/s; lost %d, queue full %d, too big %d; %s%n",
                    name,
                    SEED,
                    BYTES * 8e-6 / seconds,
                    up.count(Fate.LOST),
                    up.count(Fate.QUEUE_FULL),
                    up.count(Fate.TOO_BIG),
                    flow.info());
        }
    }

    /** {@return what a transfer over the link of this name has come to} */
    private static Outcome outcome(String name) {
        try (BulkFlow flow = flow(name)) {
            SimPair pair = flow.pair;
            pair.simulation.expect("all bytes", () -> flow.received() == BYTES, Duration.ofMinutes(2));
            Link up = pair.network.link(pair.clientHost, pair.serverHost);
            return new Outcome(flow.info(), up.count(Fate.LOST), up.count(Fate.TOO_BIG));
        }
    }

    private record Outcome(TcpInfo info, long lost, long tooBig) {}

    @Test
    void eachIsWhatItIsCalled() {
        assertThat(outcome("blackhole").tooBig())
                .as("probes that were swallowed")
                .isPositive();
        assertThat(outcome("lossy").lost()).isGreaterThan(10);
        Outcome reorder = outcome("reorder");
        assertThat(reorder.info().reordSeen()).isPositive();
        assertThat(reorder.lost()).isZero();
        assertThat(outcome("satellite").info().minRtt()).isBetween(560_000_000L, 580_000_000L);
        assertThat(outcome("bufferbloat").info().rtt())
                .as("in front of a full buffer")
                .isGreaterThan(1_000_000_000L);
    }
}
