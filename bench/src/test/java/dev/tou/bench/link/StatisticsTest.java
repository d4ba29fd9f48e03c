// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.util.List;

import dev.tou.bench.link.Statistics.PairedRatio;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

class StatisticsTest {

    @Test
    void jainsIndexIsOneForEqualSharesAndOneOfAllForAGreedyOne() {
        assertThat(Statistics.jain(47, 47)).isEqualTo(1);
        assertThat(Statistics.jain(94, 0)).isEqualTo(0.5);
        assertThat(Statistics.jain(3, 1)).isCloseTo(0.8, within(1e-12));
        assertThat(Statistics.jain(1, 0, 0, 0)).isEqualTo(0.25);
        assertThat(Statistics.jain(0, 0)).isNaN();
    }

    @Test
    void twiceAndHalfCancelOut() {
        PairedRatio ratio = PairedRatio.of(List.of(2.0, 1.0), List.of(1.0, 2.0));
        assertThat(ratio.mean()).isCloseTo(1, within(1e-12));
        assertThat(ratio.lower() * ratio.upper()).isCloseTo(1, within(1e-9));
    }

    /** Logarithms -0.1, 0 and 0.1: mean 0, deviation 0.1; t with two degrees of freedom is 4.3027. */
    @Test
    void boundsAreStudents() {
        PairedRatio ratio = PairedRatio.of(List.of(Math.exp(-0.1), 1.0, Math.exp(0.1)), List.of(1.0, 1.0, 1.0));
        double margin = 4.3027 * 0.1 / Math.sqrt(3);
        assertThat(Math.log(ratio.lower())).isCloseTo(-margin, within(1e-9));
        assertThat(Math.log(ratio.upper())).isCloseTo(margin, within(1e-9));
    }

    @Test
    void whatIsTheSameInEveryPairHasNoSpread() {
        PairedRatio ratio = PairedRatio.of(List.of(95.0, 1.9), List.of(100.0, 2.0));
        assertThat(ratio.lower()).isCloseTo(0.95, within(1e-9));
        assertThat(ratio.upper()).isCloseTo(0.95, within(1e-9));
    }

    @Test
    void onePairHasNoBounds() {
        PairedRatio ratio = PairedRatio.of(List.of(3.0), List.of(2.0));
        assertThat(ratio.mean()).isCloseTo(1.5, within(1e-12));
        assertThat(ratio.lower()).isNaN();
        assertThat(ratio.fields()).containsEntry("lower", null);
        assertThatIllegalArgumentException().isThrownBy(() -> PairedRatio.of(List.of(), List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> PairedRatio.of(List.of(1.0), List.of(1.0, 2.0)));
    }

    @Test
    void studentsQuantileGoesOverIntoTheNormalOne() {
        assertThat(Statistics.studentT(9)).isEqualTo(2.2622);
        assertThat(Statistics.studentT(30)).isEqualTo(2.0423);
        assertThat(Statistics.studentT(31)).isCloseTo(2.0395, within(2e-3));
        assertThat(Statistics.studentT(1000)).isCloseTo(1.9623, within(1e-3));
    }

    @Test
    void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(Statistics.median(List.of(9.0, 1.0, 4.0))).isEqualTo(4);
        assertThat(Statistics.median(List.of(9.0, 1.0, 4.0, 2.0))).isEqualTo(3);
        assertThat(Statistics.median(List.of())).isNaN();
    }
}
