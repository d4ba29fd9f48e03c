// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.util.List;

/**
 * A picture to be: what is drawn against what, in which units, and what it says.
 *
 * @param key the name of its file, without the extension
 * @param title what one sees
 * @param reading how it is read, in a sentence or two
 * @param x the horizontal axis
 * @param y the vertical axis
 * @param curves from back to front
 * @param rows the names of the rows, from the lowest up, if y counts rows
 */
record Graph(String key, String title, String reading, Axis x, Axis y, List<Curve> curves, List<String> rows) {

    /**
     * One axis.
     *
     * @param title with the unit
     * @param quantity what it counts
     * @param unit the unit of its numbers
     * @param zero what it counts from, in base units
     * @param logarithmic whether each step is ten times as much as the one before
     * @param begin where it begins, in base units; NaN for where the curves do
     * @param end where it ends; NaN likewise
     */
    record Axis(
            String title,
            Quantity quantity,
            Quantity.Unit unit,
            double zero,
            boolean logarithmic,
            double begin,
            double end) {

        /** {@return an axis from 0 whose unit fits {@code largest}, which stands behind {@code name}} */
        static Axis of(String name, Quantity quantity, double largest) {
            Quantity.Unit unit = quantity.unitFor(largest);
            return new Axis(
                    unit.name().isEmpty() ? name : name + " (" + unit.name() + ")",
                    quantity,
                    unit,
                    0,
                    false,
                    Double.NaN,
                    Double.NaN);
        }

        /** {@return the same axis from one value to another, both in base units, counted from a third} */
        Axis over(double from, double to, double otherZero) {
            return new Axis(title, quantity, unit, otherZero, logarithmic, from, to);
        }

        /** {@return the same axis, where small and large values can be told apart} */
        Axis inDecades() {
            return new Axis(title, quantity, unit, zero, true, begin, end);
        }

        /** {@return what stands at the axis for {@code value} in base units} */
        double shown(double value) {
            return (value - zero) / unit.size();
        }
    }

    Graph(String key, String title, String reading, Axis x, Axis y, List<Curve> curves) {
        this(key, title, reading, x, y, List.copyOf(curves), List.of());
    }

    /** {@return whether there is nothing to see} */
    boolean isEmpty() {
        return curves.stream().allMatch(curve -> curve.samples().isEmpty());
    }

    /** {@return the first and the last x, in base units; NaN if there is nothing} */
    double[] range() {
        if (!Double.isNaN(x.begin())) {
            return new double[] {x.begin(), x.end()};
        }
        double first = Double.NaN;
        double last = Double.NaN;
        for (Curve curve : curves) {
            Samples samples = curve.samples();
            if (!samples.isEmpty()) {
                double end = samples.x(samples.size() - 1);
                if (curve.form() == Curve.Form.SPANS) {
                    end = Math.max(end, samples.end(samples.size() - 1));
                }
                first = Double.isNaN(first) ? samples.x(0) : Math.min(first, samples.x(0));
                last = Double.isNaN(last) ? end : Math.max(last, end);
            }
        }
        return new double[] {first, last};
    }
}
