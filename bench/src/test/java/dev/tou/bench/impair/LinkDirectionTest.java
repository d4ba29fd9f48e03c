// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** One direction on virtual time: datagrams carry their number, and leave into a list. */
class LinkDirectionTest {

    private static final long MS = 1_000_000;
    private static final int HEADERS = 28;

    private final List<Integer> left = new ArrayList<>();
    private final List<Long> leftAt = new ArrayList<>();
    private long now = 42 * MS;

    private LinkDirection<String> link(String profile, long seed) {
        return new LinkDirection<>(ImpairmentProfile.parse(profile), HEADERS, new SplittableRandom(seed), datagram -> {
            left.add(datagram.content.getInt(0));
            leftAt.add(now);
            datagram.content.release();
        });
    }

    private static ByteBuf datagram(int number, int bytes) {
        return Unpooled.buffer(bytes).writeInt(number).writeZero(bytes - 4);
    }

    /** Sends {@code count} datagrams, one each {@code gapNanos}, and lets all of them out when they are due. */
    private void run(LinkDirection<String> link, int count, long gapNanos) {
        for (int i = 0; i < count; i++) {
            long next = now + gapNanos;
            link.enter(datagram(i, 1200), "route", now);
            drainUntil(link, next);
            now = next;
        }
        drainUntil(link, Long.MAX_VALUE);
    }

    private void drainUntil(LinkDirection<String> link, long end) {
        long due = link.drain(now);
        while (due != LinkDirection.NOTHING_DUE && due <= end) {
            now = due;
            due = link.drain(now);
        }
    }

    @Test
    void perfectLinkPassesEverythingAtOnce() {
        LinkDirection<String> link = link("perfect", 1);
        link.enter(datagram(7, 100), "route", now);
        assertThat(link.drain(now)).isEqualTo(LinkDirection.NOTHING_DUE);
        assertThat(left).containsExactly(7);
        RelayStatistics.Direction counted = link.counters().snapshot();
        assertThat(counted.enteredBytes()).isEqualTo(100);
        assertThat(counted.leftBytes()).isEqualTo(100);
    }

    @Test
    void delayIsExact() {
        LinkDirection<String> link = link("delay=5ms", 1);
        link.enter(datagram(0, 100), "route", now);
        assertThat(link.drain(now + 5 * MS - 1)).isEqualTo(now + 5 * MS);
        assertThat(left).isEmpty();
        link.drain(now + 5 * MS);
        assertThat(left).containsExactly(0);
    }

    @Test
    void sharesComeOutAsAsked() {
        LinkDirection<String> link = link("delay=5ms,loss=1%,reorder=1%,duplicate=0.1%", 20261121);
        run(link, 100_000, 100_000);
        RelayStatistics.Direction counted = link.counters().snapshot();
        assertThat(counted.entered()).isEqualTo(100_000);
        assertThat(counted.lost()).isBetween(900L, 1100L);
        assertThat(counted.duplicated()).isBetween(70L, 130L);
        assertThat(counted.reordered()).isBetween(800L, 1050L);
        assertThat(counted.left()).isEqualTo(100_000 - counted.lost() + counted.duplicated());
        assertThat(left).hasSize((int) counted.left());
    }

    @Test
    void sameSeedSameFate() {
        run(link("delay=5ms,jitter=2ms,loss=3%,reorder=5%,duplicate=1%", 7), 5000, 200_000);
        List<Integer> first = List.copyOf(left);
        left.clear();
        run(link("delay=5ms,jitter=2ms,loss=3%,reorder=5%,duplicate=1%", 7), 5000, 200_000);
        assertThat(left).isEqualTo(first);
        left.clear();
        run(link("delay=5ms,jitter=2ms,loss=3%,reorder=5%,duplicate=1%", 8), 5000, 200_000);
        assertThat(left).isNotEqualTo(first);
    }

    @Test
    void anotherFigureDoesNotChangeWhichAreLost() {
        run(link("loss=3%", 7), 2000, 200_000);
        List<Integer> survivors = List.copyOf(left);
        left.clear();
        run(link("loss=3%,jitter=1ms,delay=9ms", 7), 2000, 200_000);
        assertThat(left).isEqualTo(survivors);
    }

    @Test
    void jitterDelaysButKeepsTheOrder() {
        run(link("delay=5ms,jitter=4ms", 3), 2000, 100_000);
        assertThat(left).isSorted().hasSize(2000);
    }

    @Test
    void rateSpacesDatagramsOut() {
        LinkDirection<String> link = link("rate=9.6mbit,queue=1MiB", 1); // 1200 bytes take 1 ms
        for (int i = 0; i < 10; i++) {
            link.enter(datagram(i, 1200 - HEADERS), "route", now);
        }
        long begin = now;
        drainUntil(link, Long.MAX_VALUE);
        for (int i = 0; i < 10; i++) {
            assertThat(leftAt.get(i) - begin).isEqualTo((i + 1) * MS);
        }
    }

    @Test
    void fullQueueDropsItsTail() {
        LinkDirection<String> link = link("rate=9.6mbit,queue=6000", 1);
        for (int i = 0; i < 10; i++) {
            link.enter(datagram(i, 1200 - HEADERS), "route", now);
        }
        drainUntil(link, Long.MAX_VALUE);
        assertThat(left).containsExactly(0, 1, 2, 3, 4);
        assertThat(link.counters().snapshot().queueDropped()).isEqualTo(5);
    }

    @Test
    void clearReleasesWhatIsOnItsWay() {
        LinkDirection<String> link = link("delay=5ms,duplicate=100%", 1);
        ByteBuf datagram = datagram(0, 100);
        link.enter(datagram, "route", now);
        assertThat(datagram.refCnt()).isEqualTo(2);
        link.clear();
        assertThat(datagram.refCnt()).isZero();
    }

    @Test
    void aDatagramThatDoesNotFitIsDroppedAndLeavesTheFateOfOthersAlone() {
        LinkDirection<String> small = link("loss=20%,mtu=1500", 5);
        run(small, 200, MS);
        List<Integer> withoutLarge = new ArrayList<>(left);
        left.clear();
        LinkDirection<String> mixed = link("loss=20%,mtu=1500", 5);
        for (int i = 0; i < 200; i++) {
            mixed.enter(datagram(i, i == 100 ? 1473 : 1472), "route", now);
        }
        drainUntil(mixed, Long.MAX_VALUE);
        withoutLarge.remove(Integer.valueOf(100));
        assertThat(left).isEqualTo(withoutLarge);
        assertThat(mixed.counters().snapshot().tooBig()).isEqualTo(1);
        assertThat(mixed.counters().snapshot().entered()).isEqualTo(200);
    }

    @Test
    void whatIsOnItsWayIsBounded() {
        LinkDirection<String> link = link("delay=1h", 1);
        int most = (int) (LinkDirection.MAX_IN_FLIGHT_BYTES / (1200 + 128));
        io.netty.buffer.ByteBuf content = datagram(1, 1200);
        for (int i = 0; i < most + 7; i++) {
            link.enter(content.retainedDuplicate(), "route", now);
        }
        assertThat(link.counters().snapshot().queueDropped()).isEqualTo(7);
        now += 3_600_000 * MS;
        link.drain(now);
        assertThat(left).hasSize(most);
        link.enter(content, "route", now);
        assertThat(link.counters().snapshot().queueDropped())
                .as("there is room again")
                .isEqualTo(7);
        link.clear();
        assertThat(content.refCnt()).isZero();
    }

    @Test
    void lossInBurstsHasTheMeanAndTheLengthAskedFor() {
        LinkDirection<String> link = link("burst-loss=2%/6", 20261121);
        run(link, 200_000, 1000);
        assertThat(link.counters().snapshot().lost() / 200_000.0).isCloseTo(0.02, within(0.003));
        assertThat(meanBurst()).isCloseTo(6, within(0.5));
    }

    @Test
    void lossOfEachByItselfHasNoMemory() {
        run(link("loss=2%", 20261121), 200_000, 1000);
        assertThat(meanBurst()).isCloseTo(1 / 0.98, within(0.02));
    }

    private double meanBurst() {
        int lost = 0;
        int bursts = 0;
        int expected = 0;
        for (int number : left) {
            lost += number - expected;
            bursts += number > expected ? 1 : 0;
            expected = number + 1;
        }
        return lost / (double) bursts;
    }

    @Test
    void bothKindsOfLossAddUp() {
        LinkDirection<String> link = link("loss=3%,burst-loss=2%/6", 7);
        run(link, 200_000, 1000);
        assertThat(link.counters().snapshot().lost() / 200_000.0).isCloseTo(1 - 0.97 * 0.98, within(0.004));
    }

    @Test
    void theCorruptedAreDroppedAndCountedApart() {
        LinkDirection<String> link = link("corrupt=5%,loss=1%", 20261121);
        run(link, 100_000, 1000);
        RelayStatistics.Direction counted = link.counters().snapshot();
        assertThat(counted.corrupted()).isBetween(4_750L, 5_150L);
        assertThat(counted.lost()).isBetween(900L, 1100L);
        assertThat(counted.left()).isEqualTo(100_000 - counted.corrupted() - counted.lost());
    }

    @Test
    void theDamagedArriveWithOneOtherBitEachTimeTheSame() {
        List<String> damages = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            StringBuilder flipped = new StringBuilder();
            LinkDirection<String> link = new LinkDirection<>(
                    ImpairmentProfile.parse("corrupt-undetected=50%"),
                    HEADERS,
                    new SplittableRandom(20261121),
                    datagram -> {
                        for (int bit = 0; bit < 800; bit++) {
                            if ((datagram.content.getByte(bit / 8) >> bit % 8 & 1) != 0) {
                                flipped.append(bit).append(' ');
                            }
                        }
                        datagram.content.release();
                    });
            for (int i = 0; i < 10_000; i++) {
                link.enter(Unpooled.buffer(100).writeZero(100), "route", now);
                link.drain(now);
            }
            assertThat(link.counters().snapshot().damaged()).isBetween(4_800L, 5_200L);
            assertThat(flipped.toString().split(" "))
                    .hasSize((int) link.counters().snapshot().damaged());
            damages.add(flipped.toString());
        }
        assertThat(damages.get(0)).isEqualTo(damages.get(1));
        assertThat(List.of(damages.get(0).split(" "))).contains("0", "799");
    }

    @Test
    void anEmptyDatagramHasNoBitToFlip() {
        LinkDirection<String> link = new LinkDirection<>(
                ImpairmentProfile.parse("corrupt-undetected=100%"), HEADERS, new SplittableRandom(1), datagram -> {
                    left.add(datagram.content.readableBytes());
                    datagram.content.release();
                });
        link.enter(Unpooled.buffer(1), "route", now);
        link.drain(now);
        assertThat(left).containsExactly(0);
        assertThat(link.counters().snapshot().damaged()).isZero();
    }

    /** What a person changes is what changes: another figure leaves the fates that a seed has dealt. */
    @Test
    void noFigureChangesWhichOnesAnotherMeets() {
        run(link("burst-loss=3%/4", 7), 2000, 200_000);
        List<Integer> survivors = List.copyOf(left);
        assertThat(survivors).hasSizeLessThan(2000);
        left.clear();
        run(link("burst-loss=3%/4,jitter=1ms,delay=9ms,corrupt-undetected=5%,mtu=1500", 7), 2000, 200_000);
        assertThat(left).isEqualTo(survivors);
    }

    @Test
    void whatIsLostHasTakenItsTimeOnTheLink() {
        LinkDirection<String> link = link("rate=9.6mbit,loss=50%,queue=1MiB", 5);
        for (int i = 0; i < 100; i++) {
            link.enter(datagram(i, 1200 - HEADERS), "route", now);
        }
        long begin = now;
        drainUntil(link, Long.MAX_VALUE);
        assertThat(left).hasSizeBetween(30, 70);
        for (int i = 0; i < left.size(); i++) {
            assertThat(leftAt.get(i) - begin).isEqualTo((left.get(i) + 1) * MS);
        }
    }

    @Test
    void aSmallerMtuIsABlackHole() {
        LinkDirection<String> link = link("mtu=1400", 1);
        link.enter(datagram(0, 1400 - HEADERS), "route", now);
        link.enter(datagram(1, 1401 - HEADERS), "route", now);
        drainUntil(link, Long.MAX_VALUE);
        assertThat(left).containsExactly(0);
        assertThat(link.counters().snapshot().tooBig()).isEqualTo(1);
    }
}
