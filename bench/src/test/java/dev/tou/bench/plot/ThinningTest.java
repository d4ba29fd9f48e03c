// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.util.Random;

import dev.tou.bench.plot.Curve.Form;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What thinning keeps, and that it never shows what was not there. */
class ThinningTest {

    private static final long SEED = 20260131;
    private static final int MANY = 1_000_000;

    private static Samples thin(Form form, Samples samples, int columns) {
        Curve curve = new Curve("c", Role.SENT, form, samples);
        return new Thinning(columns, 500).of(curve, samples.x(0), samples.x(samples.size() - 1));
    }

    @Test
    void aShortCurveIsLeftAlone() {
        Samples samples = Samples.points();
        for (int i = 0; i < 100; i++) {
            samples.add(i, i);
        }
        assertThat(thin(Form.LINE, samples, 100)).isSameAs(samples);
    }

    @Test
    void aMillionPointsKeepThePeaksOfEachColumn() {
        Random random = new Random(SEED);
        Samples samples = Samples.points();
        for (int i = 0; i < MANY; i++) {
            samples.add(i, random.nextInt(1000));
        }
        samples.add(MANY, 5);
        int peak = MANY / 3;
        Samples peaked = Samples.points();
        for (int i = 0; i < samples.size(); i++) {
            peaked.add(samples.x(i), i == peak ? 1_000_000 : i == peak + 1 ? -7 : samples.y(i));
        }
        Samples thin = thin(Form.LINE, peaked, 1000);
        assertThat(thin.size()).isBetween(2000, 4 * 1001);
        double highest = 0;
        double lowest = 0;
        for (int i = 0; i < thin.size(); i++) {
            assertThat(thin.y(i)).as("seed %d", SEED).isEqualTo(peaked.y((int) thin.x(i)));
            highest = Math.max(highest, thin.y(i));
            lowest = Math.min(lowest, thin.y(i));
        }
        assertThat(highest).isEqualTo(1_000_000);
        assertThat(lowest).isEqualTo(-7);
        assertThat(thin.x(0)).isZero();
        assertThat(thin.x(thin.size() - 1)).isEqualTo(MANY);
    }

    @Test
    void aGapOfALineStaysAGap() {
        Samples samples = Samples.points();
        for (int i = 0; i < 1000; i++) {
            samples.add(i, i >= 400 && i < 600 ? Double.NaN : 3);
        }
        Samples thin = thin(Form.STEP, samples, 10);
        int gaps = 0;
        for (int i = 0; i < thin.size(); i++) {
            gaps += Double.isNaN(thin.y(i)) ? 1 : 0;
            assertThat(Double.isNaN(thin.y(i))).isEqualTo(thin.x(i) >= 400 && thin.x(i) < 600);
        }
        assertThat(gaps).isPositive();
    }

    @Test
    void barsOfAColumnAreMergedOnlyWhereTheyTouch() {
        Samples samples = Samples.extended();
        for (int i = 0; i < 1000; i++) {
            samples.add(i, 1000 * i, 1000 * (i + 1)); // each begins where the one before ends
            samples.add(i, 5_000_000, 5_001_000); // and one that is far above
        }
        Samples thin = thin(Form.BARS, samples, 10);
        assertThat(thin.size()).isBetween(20, 24);
        for (int i = 0; i < thin.size(); i++) {
            assertThat(thin.end(i) <= 1_000_000 || thin.y(i) >= 5_000_000)
                    .as("nothing is drawn between them")
                    .isTrue();
        }
    }

    @Test
    void ofDotsOneRemainsInEachCell() {
        Random random = new Random(SEED);
        Samples samples = Samples.points();
        samples.add(0, 0);
        samples.add(0, 500);
        for (int i = 0; i < 200_000; i++) {
            samples.add(i, random.nextBoolean() ? 100.2 : 300.7);
        }
        Samples thin = thin(Form.DOTS, samples, 100);
        assertThat(thin.size()).isBetween(200, 206);
    }

    @Test
    void spansWithLessThanAColumnBetweenThemBecomeOne() {
        Samples samples = Samples.extended();
        for (int i = 0; i < 10_000; i++) {
            samples.add(i < 5_000 ? i : i + 50_000, 2, (i < 5_000 ? i : i + 50_000) + 0.5);
        }
        Samples thin = thin(Form.SPANS, samples, 100);
        assertThat(thin.size()).isEqualTo(2);
        assertThat(thin.end(0)).isEqualTo(4999.5);
        assertThat(thin.x(1)).isEqualTo(55_000);
        assertThat(thin.y(1)).isEqualTo(2);
    }

    @Test
    void aMomentIsNotDivided() {
        Samples samples = Samples.points();
        for (int i = 0; i < 1000; i++) {
            samples.add(7, i);
        }
        assertThat(thin(Form.DOTS, samples, 10).size()).isEqualTo(1000);
    }
}
