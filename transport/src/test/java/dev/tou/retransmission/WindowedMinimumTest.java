// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import java.util.ArrayDeque;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class WindowedMinimumTest {

    private static final long WINDOW = 1000;

    private final WindowedMinimum minimum = new WindowedMinimum(WINDOW);

    @Test
    void followsAFallAtOnce() {
        for (long value = 100; value > 0; value--) {
            minimum.update(value, -value);
            assertThat(minimum.value()).isEqualTo(value);
        }
    }

    @Test
    void theSecondChoiceTakesOverWhenTheBestGrowsOld() {
        minimum.update(10, 0);
        minimum.update(30, 300);
        minimum.update(20, 600);
        minimum.update(40, 1000);
        assertThat(minimum.value()).isEqualTo(10);
        minimum.update(40, 1001);
        assertThat(minimum.value()).isEqualTo(20);
        minimum.update(50, 1600);
        assertThat(minimum.value()).isEqualTo(20);
        minimum.update(50, 1601);
        assertThat(minimum.value()).isEqualTo(40);
    }

    @Test
    void theChoicesComeFromLaterQuartersOfTheWindow() {
        minimum.update(10, 0);
        minimum.update(20, 250); // still the first quarter
        minimum.update(30, 300);
        minimum.update(40, 600);
        minimum.update(90, 1001);
        assertThat(minimum.value()).isEqualTo(30);
        minimum.update(90, 1301);
        assertThat(minimum.value()).isEqualTo(40);
    }

    @Test
    void twoChoicesMayGrowOldAtOnce() {
        minimum.update(10, 0);
        minimum.update(20, 300);
        minimum.update(30, 600);
        minimum.update(90, 1400);
        assertThat(minimum.value()).isEqualTo(30);
    }

    @Test
    void afterASilenceLongerThanTheWindowItStartsAfresh() {
        minimum.update(10, 0);
        minimum.update(70, 1001);
        assertThat(minimum.value()).isEqualTo(70);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void isAlwaysASampleOfTheWindowAndNotAboveTheLast(long seed) {
        Random random = new Random(seed);
        ArrayDeque<long[]> window = new ArrayDeque<>();
        long now = Long.MAX_VALUE - 50_000; // the clock may wrap
        for (int i = 0; i < 20_000; i++) {
            now += random.nextInt(random.nextInt(100) == 0 ? 1500 : 40);
            long value = 1 + random.nextInt(1000);
            window.addLast(new long[] {now, value});
            while (now - window.peekFirst()[0] > WINDOW) {
                window.removeFirst();
            }
            minimum.update(value, now);
            long actual = minimum.value();
            assertThat(actual).isLessThanOrEqualTo(value);
            assertThat(window).anyMatch(sample -> sample[1] == actual);
        }
    }
}
