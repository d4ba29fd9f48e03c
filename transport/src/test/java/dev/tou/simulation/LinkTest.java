// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

import org.junit.jupiter.api.Test;

import static dev.tou.simulation.TwoHosts.ms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Each impairment by itself: its statistics, and that it does nothing else. */
class LinkTest {
    private static final int MANY = 20_000;
    private static final int PORT = 9;

    /** Where and when datagrams arrived; each carries its number in four bytes, and 72 more. */
    private static final class Arrivals {
        final List<Integer> numbers = new ArrayList<>();
        final List<Long> nanos = new ArrayList<>();
        Link link;
    }

    /** Sends datagrams of 100 bytes of IP packet, one per millisecond, or all at once. */
    private static Arrivals send(LinkProfile profile, int count, long intervalNanos) {
        Arrivals arrivals = new Arrivals();
        try (TwoHosts net = new TwoHosts(3, profile)) {
            net.b.newRawPeer(PORT).onDatagram(datagram -> {
                arrivals.numbers.add(datagram.payload().getInt(0));
                arrivals.nanos.add(net.network.nowNanos());
            });
            RawPeer sender = net.a.newRawPeer(PORT);
            for (int i = 0; i < count; i++) {
                byte[] payload = new byte[72];
                ByteBuffer.wrap(payload).putInt(i);
                net.network.at(Duration.ofNanos(i * intervalNanos), () -> sender.send(net.b.address(PORT), payload));
            }
            net.simulation.runUntilIdle();
            arrivals.link = net.network.link(net.a, net.b);
        }
        return arrivals;
    }

    private static Arrivals send(LinkProfile profile) {
        return send(profile, MANY, ms(1).toNanos());
    }

    @Test
    void idealLinkDeliversAllInOrderAtOnce() {
        Arrivals arrivals = send(LinkProfile.IDEAL);
        assertThat(arrivals.numbers).hasSize(MANY).isSorted();
        assertThat(arrivals.nanos.get(MANY - 1)).isEqualTo(ms(MANY - 1).toNanos());
    }

    @Test
    void jitterSpreadsButKeepsOrder() {
        Arrivals arrivals = send(LinkProfile.IDEAL.delay(ms(10)).jitter(ms(5)));
        assertThat(arrivals.numbers).hasSize(MANY).isSorted();
        double sum = 0;
        for (int i = 0; i < MANY; i++) {
            long delayNanos = arrivals.nanos.get(i) - ms(i).toNanos();
            assertThat(delayNanos).isBetween(ms(10).toNanos(), ms(15).toNanos());
            sum += delayNanos;
        }
        // More than the 12.5 of the distribution: who would overtake waits instead.
        assertThat(sum / MANY).isBetween(12.5e6, 15e6);
    }

    @Test
    void bernoulliLoss() {
        Arrivals arrivals = send(LinkProfile.IDEAL.loss(0.1));
        assertThat(arrivals.numbers).hasSize(MANY - (int) arrivals.link.count(Fate.LOST));
        assertThat(arrivals.link.count(Fate.LOST) / (double) MANY).isCloseTo(0.1, within(0.01));
        assertThat(meanBurst(arrivals)).isCloseTo(1 / 0.9, within(0.05));
    }

    @Test
    void gilbertElliottLosesInBursts() {
        LossModel model = LossModel.bursts(0.02, 0.25);
        Arrivals arrivals = send(LinkProfile.IDEAL.loss(model));
        assertThat(arrivals.link.count(Fate.LOST) / (double) MANY).isCloseTo(model.meanLoss(), within(0.015));
        assertThat(meanBurst(arrivals)).isCloseTo(4, within(0.5));
    }

    private static double meanBurst(Arrivals arrivals) {
        int lost = 0;
        int bursts = 0;
        int expected = 0;
        for (int number : arrivals.numbers) {
            lost += number - expected;
            bursts += number > expected ? 1 : 0;
            expected = number + 1;
        }
        return lost / (double) bursts;
    }

    @Test
    void reorderingDelaysSomeAndLosesNone() {
        Arrivals arrivals = send(LinkProfile.IDEAL.delay(ms(10)).reordering(0.2, Duration.ofNanos(2_500_000)));
        assertThat(arrivals.numbers).hasSize(MANY).doesNotHaveDuplicates();
        long late = 0;
        for (int i = 0; i < MANY; i++) {
            long delayNanos =
                    arrivals.nanos.get(i) - ms(arrivals.numbers.get(i)).toNanos();
            late += delayNanos > ms(10).toNanos() ? 1 : 0;
        }
        assertThat(late / (double) MANY).isCloseTo(0.2, within(0.01));
        assertThat(new ArrayList<>(arrivals.numbers))
                .isNotEqualTo(arrivals.numbers.stream().sorted().toList());
    }

    @Test
    void duplicationDeliversTwice() {
        Arrivals arrivals = send(LinkProfile.IDEAL.duplication(0.05));
        assertThat(arrivals.link.count(Fate.DUPLICATED) / (double) MANY).isCloseTo(0.05, within(0.005));
        assertThat(arrivals.numbers).hasSize(MANY + (int) arrivals.link.count(Fate.DUPLICATED));
        assertThat(new HashSet<>(arrivals.numbers)).hasSize(MANY);
    }

    @Test
    void corruptionIsADropOfItsOwn() {
        Arrivals arrivals = send(LinkProfile.IDEAL.corruption(0.03));
        assertThat(arrivals.link.count(Fate.CORRUPTED) / (double) MANY).isCloseTo(0.03, within(0.005));
        assertThat(arrivals.link.count(Fate.LOST)).isZero();
        assertThat(arrivals.numbers).hasSize(MANY - (int) arrivals.link.count(Fate.CORRUPTED));
    }

    @Test
    void bottleneckPacesABurstAndDropsTheTail() {
        // 100 bytes at 8 Mbit/s take 0.1 ms; the queue holds 50 packets.
        Arrivals arrivals = send(LinkProfile.IDEAL.delay(ms(1)).rate(8_000_000, 5_000), 200, 0);
        assertThat(arrivals.numbers).hasSize(50);
        assertThat(arrivals.link.count(Fate.QUEUE_FULL)).isEqualTo(150);
        for (int i = 0; i < 50; i++) {
            assertThat(arrivals.numbers.get(i)).isEqualTo(i);
            assertThat(arrivals.nanos.get(i)).isEqualTo(1_000_000 + (i + 1) * 100_000L);
        }
    }

    @Test
    void mtuDropsLargerPackets() {
        assertThat(send(LinkProfile.IDEAL.mtu(100), 10, 1).numbers).hasSize(10);
        Arrivals arrivals = send(LinkProfile.IDEAL.mtu(99), 10, 1);
        assertThat(arrivals.numbers).isEmpty();
        assertThat(arrivals.link.count(Fate.TOO_BIG)).isEqualTo(10);
    }

    @Test
    void batchingRoundsArrivalsUp() {
        Arrivals arrivals = send(LinkProfile.IDEAL.batching(ms(1)), 40, 100_000);
        assertThat(arrivals.nanos).hasSize(40).allMatch(nanos -> nanos % 1_000_000 == 0);
        assertThat(new HashSet<>(arrivals.nanos))
                .containsExactlyInAnyOrder(0L, 1_000_000L, 2_000_000L, 3_000_000L, 4_000_000L);
    }
}
