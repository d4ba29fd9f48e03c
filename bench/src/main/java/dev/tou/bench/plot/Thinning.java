// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Leaves of a curve what a grid of cells can show of it, and nothing that it does not have.
 *
 * <p>A line keeps the first, the lowest, the highest and the last point of each column, so no peak is lost. Of dots one remains
 * for each cell. Bars of one column are merged where they touch or are less than a cell apart, and spans of one row where
 * less than a column is between them. A curve of fewer points than columns is left as it is.
 *
 * @param columns cells over the whole width, at least 1
 * @param rows cells over the whole height, at least 1
 */
record Thinning(int columns, int rows) {

    /** {@return what is to be drawn of {@code curve}; {@code from} and {@code to} are the ends of the x axis} */
    Samples of(Curve curve, double from, double to) {
        Samples samples = curve.samples();
        if (samples.size() <= columns || !(to > from)) {
            return samples;
        }
        double cell = (to - from) / columns;
        return switch (curve.form()) {
            case LINE, STEP -> line(samples, from, cell);
            case BARS, DIAMONDS, RINGS -> bars(samples, from, cell);
            case SPANS -> spans(samples, cell);
            case DOTS, CROSSES, TRIANGLES -> dots(samples, from, cell);
        };
    }

    /** {@return the index after the last point of the column that begins at {@code begin}} */
    private static int endOfColumn(Samples samples, int begin, double from, double cell) {
        double column = Math.floor((samples.x(begin) - from) / cell);
        int end = begin + 1;
        while (end < samples.size() && Math.floor((samples.x(end) - from) / cell) == column) {
            end++;
        }
        return end;
    }

    private static Samples line(Samples samples, double from, double cell) {
        Samples thin = Samples.points();
        for (int begin = 0; begin < samples.size(); ) {
            int end = endOfColumn(samples, begin, from, cell);
            keepExtremes(samples, begin, end, thin);
            begin = end;
        }
        return thin;
    }

    private static void keepExtremes(Samples samples, int begin, int end, Samples thin) {
        int lowest = begin;
        int highest = begin;
        int gap = -1;
        for (int i = begin; i < end; i++) {
            if (Double.isNaN(samples.y(i))) {
                gap = i;
                continue;
            }
            if (Double.isNaN(samples.y(lowest)) || samples.y(i) < samples.y(lowest)) {
                lowest = i;
            }
            if (Double.isNaN(samples.y(highest)) || samples.y(i) > samples.y(highest)) {
                highest = i;
            }
        }
        int[] kept = {begin, lowest, highest, gap < 0 ? begin : gap, end - 1};
        Arrays.sort(kept);
        int before = -1;
        for (int index : kept) {
            if (index != before) {
                thin.add(samples.x(index), samples.y(index));
            }
            before = index;
        }
    }

    private Samples dots(Samples samples, double from, double cell) {
        double[] ends = yRange(samples);
        double height = Math.max((ends[1] - ends[0]) / rows, Double.MIN_NORMAL);
        Samples thin = Samples.points();
        BitSet taken = new BitSet(rows + 1);
        for (int begin = 0; begin < samples.size(); ) {
            int end = endOfColumn(samples, begin, from, cell);
            taken.clear();
            for (int i = begin; i < end; i++) {
                int row = (int) ((samples.y(i) - ends[0]) / height);
                if (!taken.get(row)) {
                    taken.set(row);
                    thin.add(samples.x(i), samples.y(i));
                }
            }
            begin = end;
        }
        return thin;
    }

    private Samples bars(Samples samples, double from, double cell) {
        double[] ends = yRange(samples);
        double gap = (ends[1] - ends[0]) / rows;
        Samples thin = Samples.extended();
        for (int begin = 0; begin < samples.size(); ) {
            int end = endOfColumn(samples, begin, from, cell);
            mergeBars(samples, begin, end, gap, thin);
            begin = end;
        }
        return thin;
    }

    private static void mergeBars(Samples samples, int begin, int end, double gap, Samples thin) {
        Integer[] order = new Integer[end - begin];
        Arrays.setAll(order, i -> begin + i);
        Arrays.sort(order, (a, b) -> Double.compare(samples.y(a), samples.y(b)));
        double low = samples.y(order[0]);
        double high = samples.end(order[0]);
        for (int index : order) {
            if (samples.y(index) > high + gap) {
                thin.add(samples.x(begin), low, high);
                low = samples.y(index);
            }
            high = Math.max(high, samples.end(index));
        }
        thin.add(samples.x(begin), low, high);
    }

    private static Samples spans(Samples samples, double cell) {
        Samples thin = Samples.extended();
        double begin = samples.x(0);
        double end = samples.end(0);
        for (int i = 1; i < samples.size(); i++) {
            if (samples.x(i) - end >= cell) {
                thin.add(begin, samples.y(0), end);
                begin = samples.x(i);
            }
            end = Math.max(end, samples.end(i));
        }
        thin.add(begin, samples.y(0), end);
        return thin;
    }

    private static double[] yRange(Samples samples) {
        double low = Double.MAX_VALUE;
        double high = -Double.MAX_VALUE;
        for (int i = 0; i < samples.size(); i++) {
            low = Math.min(low, Math.min(samples.y(i), samples.end(i)));
            high = Math.max(high, Math.max(samples.y(i), samples.end(i)));
        }
        return new double[] {low, high};
    }
}
