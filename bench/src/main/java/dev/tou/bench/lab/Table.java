// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.tou.bench.Units;

/** A table in Markdown, padded so that it is one in a terminal, too. */
final class Table {

    private final List<String[]> rows = new ArrayList<>();

    Table(String... heads) {
        rows.add(heads);
    }

    /** Adds a row; cells that are missing are empty. */
    void row(String... cells) {
        rows.add(cells);
    }

    List<String> lines() {
        int columns = rows.get(0).length;
        int[] widths = IntStream.range(0, columns)
                .map(column -> rows.stream()
                        .mapToInt(row -> cell(row, column).length())
                        .max()
                        .orElse(0))
                .map(width -> Math.max(3, width))
                .toArray();
        List<String> lines =
                rows.stream().map(row -> line(row, widths)).collect(Collectors.toCollection(ArrayList::new));
        lines.add(
                1,
                IntStream.range(0, columns)
                        .mapToObj(column -> "-".repeat(widths[column] + 1) + (column == 0 ? "-" : ":"))
                        .collect(Collectors.joining("|", "|", "|")));
        return lines;
    }

    private static String line(String[] row, int[] widths) {
        return IntStream.range(0, widths.length)
                .mapToObj(column -> Units.format(
                        column == 0 ? " %-" + widths[column] + "s " : " %" + widths[column] + "s ", cell(row, column)))
                .collect(Collectors.joining("|", "|", "|"));
    }

    private static String cell(String[] row, int column) {
        return column < row.length ? row[column] : "";
    }
}
