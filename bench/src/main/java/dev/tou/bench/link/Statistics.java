// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.util.List;
import java.util.Map;

import dev.tou.bench.JsonLines;

/** The arithmetic behind the tables. */
final class Statistics {

    /** The 0.975 quantile of Student's t for 1, 2, ... 30 degrees of freedom. */
    private static final double[] T_975 = {
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448,
        2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484,
        2.0452, 2.0423
    };

    private static final double NORMAL_975 = 1.959964;

    private Statistics() {}

    /**
     * The ratio of figures that belong together in pairs: the mean of their logarithms with Student's two-sided 95 % bounds, both
     * taken back from the logarithm. So twice as much and half as much cancel out, and no bound is below zero.
     *
     * @param mean the geometric mean of the ratios
     * @param lower bound, NaN with fewer than two pairs
     * @param upper bound, NaN with fewer than two pairs
     */
    record PairedRatio(int pairs, double mean, double lower, double upper) {

        /** {@return the ratio of each of {@code figures}, all above zero, to its fellow in {@code baseline}} */
        static PairedRatio of(List<Double> figures, List<Double> baseline) {
            if (figures.size() != baseline.size() || figures.isEmpty()) {
                throw new IllegalArgumentException(figures.size() + " figures and " + baseline.size() + " to compare");
            }
            int n = figures.size();
            double[] logs = new double[n];
            double mean = 0;
            for (int i = 0; i < n; i++) {
                logs[i] = Math.log(figures.get(i) / baseline.get(i));
                mean += logs[i] / n;
            }
            if (n == 1) {
                return new PairedRatio(1, Math.exp(mean), Double.NaN, Double.NaN);
            }
            double squares = 0;
            for (double log : logs) {
                squares += (log - mean) * (log - mean);
            }
            double margin = studentT(n - 1) * Math.sqrt(squares / (n - 1) / n);
            return new PairedRatio(n, Math.exp(mean), Math.exp(mean - margin), Math.exp(mean + margin));
        }

        Map<String, Object> fields() {
            return JsonLines.fields("pairs", pairs, "mean", mean, "lower", orNull(lower), "upper", orNull(upper));
        }

        private static Double orNull(double bound) {
            return Double.isNaN(bound) ? null : bound;
        }
    }

    /** {@return the 0.975 quantile of Student's t, to three digits} */
    static double studentT(int degrees) {
        if (degrees <= T_975.length) {
            return T_975[degrees - 1];
        }
        // The beginning of its expansion about the normal distribution, in powers of 1/degrees.
        double z = NORMAL_975;
        double cube = z * z * z;
        double first = (cube + z) / 4;
        double second = (5 * cube * z * z + 16 * cube + 3 * z) / 96;
        return z + first / degrees + second / degrees / degrees;
    }

    /** {@return Jain's index of what each got: 1 if all got the same, 1/n if one got everything; NaN if nobody got anything} */
    static double jain(double... shares) {
        double sum = 0;
        double squares = 0;
        for (double share : shares) {
            sum += share;
            squares += share * share;
        }
        return sum * sum / (shares.length * squares);
    }

    /** {@return the figure in the middle, or the mean of the two there} */
    static double median(List<Double> figures) {
        double[] sorted =
                figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }
}
