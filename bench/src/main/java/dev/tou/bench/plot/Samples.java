// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.util.Arrays;

/**
 * The course of one quantity: pairs of numbers in the order of the first, and for bars and spans a third, where they end.
 *
 * <p>Grows as it is filled. A number that is {@link Double#NaN} as {@code y} interrupts the line there.
 */
final class Samples {

    private static final int FIRST = 16;

    private final boolean ends;
    private double[] x = new double[FIRST];
    private double[] y = new double[FIRST];
    private double[] end;
    private int size;

    private Samples(boolean ends) {
        this.ends = ends;
        this.end = ends ? new double[FIRST] : null;
    }

    /** {@return an empty course of points} */
    static Samples points() {
        return new Samples(false);
    }

    /** {@return an empty course of things that end elsewhere than they begin} */
    static Samples extended() {
        return new Samples(true);
    }

    void add(double atX, double atY) {
        add(atX, atY, atY);
    }

    void add(double atX, double atY, double atEnd) {
        if (size == x.length) {
            grow();
        }
        // A clock that goes back, as only a damaged file has it, must not tear the order.
        x[size] = size > 0 ? Math.max(atX, x[size - 1]) : atX;
        y[size] = atY;
        if (ends) {
            end[size] = atEnd;
        }
        size++;
    }

    /** Adds a point unless it says the same as the one before it. */
    void addChange(double atX, double atY) {
        if (size == 0 || y[size - 1] != atY) {
            add(atX, atY);
        }
    }

    /** Adds a point; one that has the same x goes, because it was only on the way to this one. */
    void settle(double atX, double atY) {
        if (size > 0 && x[size - 1] >= atX) {
            y[size - 1] = atY;
        } else {
            addChange(atX, atY);
        }
    }

    private void grow() {
        int larger = size * 2;
        x = Arrays.copyOf(x, larger);
        y = Arrays.copyOf(y, larger);
        if (ends) {
            end = Arrays.copyOf(end, larger);
        }
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** {@return whether there is more than interruptions} */
    boolean hasValues() {
        for (int i = 0; i < size; i++) {
            if (!Double.isNaN(y[i])) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether each has an end of its own} */
    boolean hasEnds() {
        return ends;
    }

    double x(int index) {
        return x[index];
    }

    double y(int index) {
        return y[index];
    }

    double end(int index) {
        return ends ? end[index] : y[index];
    }

    /** {@return the last y, or {@code none} if there is nothing yet} */
    double lastY(double none) {
        return size == 0 ? none : y[size - 1];
    }

    /** {@return the index of the last point at or before {@code when}, -1 if all are later} */
    int at(double when) {
        int found = Arrays.binarySearch(x, 0, size, when);
        if (found < 0) {
            return -found - 2;
        }
        while (found + 1 < size && x[found + 1] == when) {
            found++;
        }
        return found;
    }

    /** {@return the least y or end; infinite if there is none} */
    double leastY() {
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < size; i++) {
            least = Math.min(least, Double.isNaN(y[i]) ? least : Math.min(y[i], end(i)));
        }
        return least;
    }

    /** {@return the largest y or end, 0 if there is none above} */
    double largestY() {
        double largest = 0;
        for (int i = 0; i < size; i++) {
            largest = Math.max(largest, Double.isNaN(y[i]) ? 0 : Math.max(y[i], end(i)));
        }
        return largest;
    }

    /** {@return what happened between two times, both included} */
    Samples between(double from, double to) {
        Samples part = new Samples(ends);
        for (int i = at(Math.nextDown(from)) + 1; i < size && x[i] <= to; i++) {
            part.add(x[i], y[i], end(i));
        }
        return part;
    }

    /** {@return what held between two times: the same, and at the first of them what had held before} */
    Samples holding(double from, double to) {
        Samples part = new Samples(ends);
        int before = at(from);
        if (before >= 0 && from <= to) {
            part.add(from, y[before], end(before));
        }
        for (int i = before + 1; i < size && x[i] <= to; i++) {
            part.add(x[i], y[i], end(i));
        }
        return part;
    }
}
