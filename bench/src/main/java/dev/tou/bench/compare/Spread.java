// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Where a few figures lie.
 *
 * @param count of figures, 1 or more
 * @param lowerQuartile a quarter of them are below
 * @param upperQuartile a quarter of them are above
 */
record Spread(int count, double min, double lowerQuartile, double median, double upperQuartile, double max) {

    /** {@return the spread of {@code figures}, of which there must be one at least} */
    static Spread of(Collection<Double> figures) {
        double[] sorted =
                figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no figures");
        }
        return new Spread(
                sorted.length,
                sorted[0],
                quantile(sorted, 0.25),
                quantile(sorted, 0.5),
                quantile(sorted, 0.75),
                sorted[sorted.length - 1]);
    }

    /**
     * {@return the spread of {@code figures[i] / baseline[i]}: what was measured in the same round is compared, so that what
     * slowed both down cancels out}
     */
    static Spread ofRatios(List<Double> figures, List<Double> baseline) {
        if (figures.size() != baseline.size()) {
            throw new IllegalArgumentException(figures.size() + " figures and " + baseline.size() + " to compare with");
        }
        Double[] ratios = new Double[figures.size()];
        Arrays.setAll(ratios, i -> figures.get(i) / baseline.get(i));
        return of(Arrays.asList(ratios));
    }

    /** Between two neighbours it is interpolated. */
    private static double quantile(double[] sorted, double share) {
        double position = share * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
