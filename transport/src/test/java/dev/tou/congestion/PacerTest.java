// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

import java.util.Random;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class PacerTest {

    private static final int MSS = 1000;
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final int ALL = 1 << 30;

    private final Pacer pacer = new Pacer();
    private long now = -SECOND;

    /** 10 MB/s in avoidance, or what the window says. */
    private void follow(long window, boolean slowStart, long rttMillis) {
        pacer.follow(window, slowStart, 0, rttMillis * MILLI, rttMillis * MILLI, MSS, now);
    }

    private int send(int wanted, boolean pathEmpty) {
        int allowed = pacer.allows(wanted, MSS, pathEmpty, now);
        pacer.sent(allowed);
        return allowed;
    }

    /** Sends what is allowed until nothing is. */
    private int drain() {
        int sum = 0;
        for (int sent = send(ALL, false); sent > 0; sent = send(ALL, false)) {
            sum += sent;
        }
        return sum;
    }

    @Nested
    class Off {

        @Test
        void withoutASample() {
            assertThat(pacer.bytesPerSecond()).isZero();
            pacer.follow(100 * MSS, true, 0, 0, 0, MSS, now);
            assertThat(pacer.bytesPerSecond()).isZero();
            assertThat(send(ALL, false)).isEqualTo(ALL);
        }

        /** A queue of our own on a short path is no reason. */
        @ParameterizedTest
        @CsvSource({"1999999, 1999999, false", "2000000, 2000000, true", "50000000, 1999999, false", "2000000, 0, true"
        })
        void onShortPaths(long srtt, long least, boolean on) {
            pacer.follow(100 * MSS, true, 0, srtt, least, MSS, now);
            assertThat(pacer.bytesPerSecond() > 0).isEqualTo(on);
        }
    }

    @Test
    void theRateIsThatOfTheWindowAndSomeMore() {
        follow(100 * MSS, true, 50);
        assertThat(pacer.bytesPerSecond()).isCloseTo(4_000_000, within(1L));
        follow(100 * MSS, false, 50);
        assertThat(pacer.bytesPerSecond()).isCloseTo(2_400_000, within(1L));
        pacer.follow(100 * MSS, true, 7_000_000, 50 * MILLI, 50 * MILLI, MSS, now);
        assertThat(pacer.bytesPerSecond()).as("what the controller says").isCloseTo(7_000_000, within(1L));
    }

    @Test
    void theInitialWindowLeavesAtOnce() {
        follow(10 * MSS, true, 100);
        assertThat(send(10 * MSS, true)).isEqualTo(10 * MSS);
        assertThat(send(MSS, false)).isZero();
    }

    @Test
    void afterSilenceTenSegmentsLeaveAtOnce() {
        follow(10 * MSS, false, 100);
        drain();
        now += 10 * SECOND;
        assertThat(send(ALL, true)).isEqualTo(10 * MSS);
        assertThat(send(ALL, false)).isZero();
    }

    @Test
    void whatFitsTheBucketDoesNotWait() {
        follow(1000 * MSS, false, 100); // 12 000 bytes a millisecond
        drain();
        now += MILLI / 4;
        assertThat(send(256, false)).isEqualTo(256);
        assertThat(send(8 * MSS, false)).isZero();
    }

    @Test
    void otherwiseAQuantumIsAwaited() {
        follow(1000 * MSS, false, 100);
        drain();
        int left = (int) ((pacer.readyNanos(ALL, now) - now) * 12 / 1000);
        assertThat(left).as("bytes to wait for").isBetween(11_000, 12_001);
        now = pacer.readyNanos(ALL, now) - 1;
        assertThat(send(ALL, false)).isZero();
        now++;
        assertThat(send(ALL, false)).as("whole segments").isEqualTo(12 * MSS);
    }

    @Test
    void aSlowPathGetsTwoSegmentsAtATime() {
        follow(4 * MSS, false, 100); // 48 bytes a millisecond
        drain();
        now = pacer.readyNanos(ALL, now);
        assertThat(send(ALL, false)).isEqualTo(2 * MSS);
    }

    /** A timer may be a tick late for free; a stall is not made up for by a burst. */
    @ParameterizedTest
    @CsvSource({"1, 24000", "5, 24000", "1000, 24000"})
    void lateTimersGetAQuantumOfCreditAtMost(int lateMillis, int most) {
        follow(1000 * MSS, false, 100);
        drain();
        now = pacer.readyNanos(ALL, now) + lateMillis * MILLI;
        assertThat(drain()).isLessThanOrEqualTo(most).isGreaterThan(most - 2 * MSS);
    }

    /** With ticks of 1 ms and timers up to another late, as they are, the rate is what was asked for. */
    @ParameterizedTest
    @ValueSource(longs = {1_000_000, 20_000_000, 125_000_000, 1_250_000_000})
    void theRateIsReachedWithCoarseTimers(long bytesPerSecond) {
        Random random = new Random(4);
        pacer.follow(ALL, false, bytesPerSecond, 10 * MILLI, 10 * MILLI, MSS, now);
        drain();
        long began = now;
        long sent = 0;
        while (now - began < 2 * SECOND) {
            sent += drain();
            long due = pacer.readyNanos(ALL, now);
            long tick = Math.floorDiv(due + MILLI - 1, MILLI) * MILLI;
            now = tick + random.nextLong(MILLI / 10);
        }
        double rate = sent * 1e9 / (now - began);
        assertThat(rate).isBetween(0.95 * bytesPerSecond, 1.01 * bytesPerSecond);
    }

    @Test
    void whatLeavesUnaskedIsPaidForLater() {
        follow(1000 * MSS, false, 100);
        drain();
        long ready = pacer.readyNanos(ALL, now);
        pacer.sent(6 * MSS);
        assertThat(pacer.readyNanos(ALL, now) - ready).isCloseTo(MILLI / 2, within(2L));
        pacer.sent(ALL);
        assertThat(pacer.readyNanos(ALL, now) - now).as("not for ever").isCloseTo(3 * MILLI, within(2L));
    }

    @Test
    void aClockThatStandsStillFillsNothing() {
        follow(1000 * MSS, false, 100);
        drain();
        now -= SECOND;
        assertThat(send(ALL, false)).isZero();
    }
}
