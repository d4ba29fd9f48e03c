// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SequenceNumberTest {

    private static final int[] PLACES = {
        0, 1, -1, 2, -2, 1000, -1000, Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE - 1, Integer.MIN_VALUE + 1
    };

    @Test
    void comparesByDistanceWhereverTheWrapIs() {
        Random random = new Random(1);
        for (int place : PLACES) {
            check(place, 1);
            check(place, 1 << 30);
            check(place, Integer.MAX_VALUE);
            for (int i = 0; i < 1000; i++) {
                check(place, 1 + random.nextInt(Integer.MAX_VALUE));
            }
        }
    }

    private static void check(int earlier, int distance) {
        int later = earlier + distance;
        assertThat(SequenceNumber.lt(earlier, later)).isTrue();
        assertThat(SequenceNumber.lt(later, earlier)).isFalse();
        assertThat(SequenceNumber.leq(earlier, later)).isTrue();
        assertThat(SequenceNumber.leq(later, earlier)).isFalse();
        assertThat(SequenceNumber.gt(later, earlier)).isTrue();
        assertThat(SequenceNumber.gt(earlier, later)).isFalse();
        assertThat(SequenceNumber.geq(later, earlier)).isTrue();
        assertThat(SequenceNumber.geq(earlier, later)).isFalse();
        assertThat(SequenceNumber.max(earlier, later)).isEqualTo(later);
        assertThat(SequenceNumber.max(later, earlier)).isEqualTo(later);
        assertThat(SequenceNumber.min(earlier, later)).isEqualTo(earlier);
        assertThat(SequenceNumber.min(later, earlier)).isEqualTo(earlier);
    }

    @Test
    void aNumberIsNeitherBeforeNorAfterItself() {
        for (int place : PLACES) {
            assertThat(SequenceNumber.lt(place, place)).isFalse();
            assertThat(SequenceNumber.gt(place, place)).isFalse();
            assertThat(SequenceNumber.leq(place, place)).isTrue();
            assertThat(SequenceNumber.geq(place, place)).isTrue();
            assertThat(SequenceNumber.max(place, place)).isEqualTo(place);
            assertThat(SequenceNumber.min(place, place)).isEqualTo(place);
        }
    }

    @Test
    void isWrittenUnsigned() {
        assertThat(SequenceNumber.toString(-1)).isEqualTo("4294967295");
        assertThat(SequenceNumber.toString(5)).isEqualTo("5");
    }
}
