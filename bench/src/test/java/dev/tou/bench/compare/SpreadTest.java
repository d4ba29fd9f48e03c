// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SpreadTest {

    @Test
    void ofAnOddNumber() {
        assertThat(Spread.of(List.of(5.0, 1.0, 2.0, 4.0, 3.0))).isEqualTo(new Spread(5, 1, 2, 3, 4, 5));
    }

    @Test
    void betweenTwoItIsInterpolated() {
        assertThat(Spread.of(List.of(4.0, 2.0, 8.0, 1.0))).isEqualTo(new Spread(4, 1, 1.75, 3, 5, 8));
    }

    @Test
    void ofOne() {
        assertThat(Spread.of(List.of(7.0))).isEqualTo(new Spread(1, 7, 7, 7, 7, 7));
    }

    @Test
    void ofNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> Spread.of(List.of()));
    }

    /** The machine was half as fast in the second round, for both: the ratio has no spread, though the figures have. */
    @Test
    void ratiosAreThoseOfTheSameRound() {
        List<Double> baseline = List.of(20.0, 10.0, 16.0);
        List<Double> figures = List.of(10.0, 5.0, 8.0);
        assertThat(Spread.ofRatios(figures, baseline)).isEqualTo(new Spread(3, 0.5, 0.5, 0.5, 0.5, 0.5));
    }

    @Test
    void ratiosNeedAsManyRounds() {
        assertThatIllegalArgumentException().isThrownBy(() -> Spread.ofRatios(List.of(1.0), List.of(1.0, 2.0)));
    }
}
