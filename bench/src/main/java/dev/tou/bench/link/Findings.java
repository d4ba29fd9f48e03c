// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import dev.tou.bench.JsonLines;
import dev.tou.bench.Units;

/** What one part has found: tables for people, and every run for programs. */
final class Findings {

    /** The dash of a figure that there is none of. */
    private static final String NONE = "-";

    private final String title;
    private final Consumer<Findings> onRow;
    private final List<String> remarks = new ArrayList<>();
    private final List<Map<String, Object>> tables = new ArrayList<>();
    private final List<Map<String, Object>> runs = new ArrayList<>();
    private List<List<String>> rows;

    /** @param onRow is given this with each row that it gets, so that what is measured is not lost by what comes after it */
    Findings(String title, Consumer<Findings> onRow) {
        this.title = title;
        this.onRow = onRow;
    }

    /** Adds a sentence that a reader must know. */
    void remark(String sentence) {
        remarks.add(sentence);
    }

    /** Begins a table; {@link #row} adds to it. */
    void table(String... columns) {
        rows = new ArrayList<>();
        tables.add(JsonLines.fields("columns", List.of(columns), "rows", rows));
    }

    void row(String... cells) {
        rows.add(List.of(cells));
        onRow.accept(this);
    }

    /** Keeps everything about a run. */
    void run(Map<String, Object> setting, Map<String, Object> outcome) {
        Map<String, Object> run = new LinkedHashMap<>(setting);
        run.putAll(outcome);
        runs.add(run);
    }

    /** {@return three digits that say something, if there are any} */
    static String figure(double value) {
        return Double.isNaN(value) || Double.isInfinite(value) ? NONE : Units.figure(value);
    }

    /** {@return a ratio with its bounds} */
    static String ratio(Statistics.PairedRatio ratio) {
        return Double.isNaN(ratio.lower())
                ? Units.format("%.3f", ratio.mean())
                : Units.format("%.3f (%.3f to %.3f)", ratio.mean(), ratio.lower(), ratio.upper());
    }

    /** {@return the median and the range of figures} */
    static String spread(List<Double> figures) {
        double least = figures.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
        double most = figures.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
        return figure(Statistics.median(figures)) + " (" + figure(least) + " to " + figure(most) + ")";
    }

    static String percent(double share) {
        return Double.isNaN(share) ? NONE : Units.percent(share);
    }

    Map<String, Object> fields() {
        return JsonLines.fields("title", title, "tables", tables, "remarks", remarks, "runs", runs);
    }
}
