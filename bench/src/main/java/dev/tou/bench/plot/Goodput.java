// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import dev.tou.bench.Units;

/**
 * How fast a count grew, in bins of equal length.
 *
 * @param from where the first bin begins, in nanoseconds
 * @param to where the last one ends, at the latest
 * @param binNanos how long a bin is
 */
record Goodput(double from, double to, double binNanos) {

    /** So many bins are about as many as can be told apart. */
    private static final int MOST_BINS = 150;

    private static final double SHORTEST_NANOS = 1e6;
    private static final int BITS = 8;

    /** {@return bins of 1, 2 or 5 of a unit, as many as can be told apart} */
    static Goodput over(double from, double to) {
        double wanted = Math.max(SHORTEST_NANOS, (to - from) / MOST_BINS);
        double unit = Math.pow(10, Math.floor(Math.log10(wanted)));
        double bin = 10 * unit;
        for (double factor : new double[] {5, 2, 1}) {
            if (factor * unit >= wanted * 0.999_999) {
                bin = factor * unit;
            }
        }
        return new Goodput(from, to, bin);
    }

    /** {@return bits a second in each bin, by a count of bytes that only grows; at the beginning of the bin} */
    Samples rate(Samples count) {
        Samples rate = Samples.points();
        int bins = count.isEmpty() ? 0 : (int) Math.max(1, Math.ceil((to - from) / binNanos));
        for (int bin = 0; bin < bins; bin++) {
            double begin = from + bin * binNanos;
            double end = Math.min(to, begin + binNanos);
            double bytes = at(count, end) - at(count, begin);
            rate.add(begin, end > begin ? bytes * BITS * 1e9 / (end - begin) : 0);
        }
        if (bins > 0) {
            rate.add(to, rate.lastY(0));
        }
        return rate;
    }

    private static double at(Samples count, double nanos) {
        int index = count.at(nanos);
        return index < 0 ? 0 : count.y(index);
    }

    /** {@return how long a bin is, for people} */
    String label() {
        double[] sizes = {1e9, 1e6, 1e3};
        String[] names = {"s", "ms", "us"};
        for (int i = 0; i < sizes.length; i++) {
            if (binNanos >= sizes[i]) {
                return Units.format("%.0f %s", binNanos / sizes[i], names[i]);
            }
        }
        return Units.format("%.0f ns", binNanos);
    }
}
