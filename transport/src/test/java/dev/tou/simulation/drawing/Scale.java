// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation.drawing;

import java.util.ArrayList;
import java.util.List;

/** Maps values to places on the paper, and finds the round numbers between them. */
final class Scale {

    private final double from;
    private final double to;
    private final double begin;
    private final double end;
    private final boolean logarithmic;

    private Scale(double from, double to, double begin, double end, boolean logarithmic) {
        this.from = from;
        this.to = to;
        this.begin = begin;
        this.end = end;
        this.logarithmic = logarithmic;
    }

    /** Values {@code from} to {@code to} lie between {@code begin} and {@code end}. */
    static Scale linear(double from, double to, double begin, double end) {
        return new Scale(from, to > from ? to : from + 1, begin, end, false);
    }

    /** The same by powers; both values are positive. */
    static Scale logarithmic(double from, double to, double begin, double end) {
        return new Scale(from, to > from ? to : 2 * from, begin, end, true);
    }

    double at(double value) {
        double share = logarithmic
                ? Math.log(Math.max(value, from) / from) / Math.log(to / from)
                : (value - from) / (to - from);
        return begin + share * (end - begin);
    }

    /** {@return round values, about so many} */
    List<Double> ticks(int about) {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            for (double power = Math.pow(10, Math.floor(Math.log10(from))); power <= to; power *= 10) {
                for (double times : to / from > 300 ? new double[] {1} : new double[] {1, 2, 5}) {
                    if (power * times >= from && power * times <= to) {
                        ticks.add(power * times);
                    }
                }
            }
            return ticks;
        }
        double step = step((to - from) / about);
        for (double tick = Math.ceil(from / step) * step; tick <= to + step / 1e6; tick += step) {
            ticks.add(Math.abs(tick) < step / 2 ? 0 : tick);
        }
        return ticks;
    }

    private static double step(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double times : new double[] {1, 2, 5}) {
            if (power * times >= least) {
                return power * times;
            }
        }
        return power * 10;
    }

    static String bytes(double value) {
        if (value >= 1e6) {
            return trimmed(value / 1e6) + " MB";
        }
        return value >= 1e3 ? trimmed(value / 1e3) + " kB" : trimmed(value) + " B";
    }

    static String time(double nanos) {
        if (nanos >= 1e9) {
            return trimmed(nanos / 1e9) + " s";
        }
        return nanos >= 1e6 || nanos == 0 ? trimmed(nanos / 1e6) + " ms" : trimmed(nanos / 1e3) + " µs";
    }

    private static String trimmed(double value) {
        String text = Drawing.text("%.2f", value);
        return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text.replaceAll("0$", "");
    }
}
