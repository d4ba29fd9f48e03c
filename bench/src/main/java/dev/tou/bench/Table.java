// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows of cells, in columns as wide as their widest cell. */
public final class Table {

    private static final String GAP = "  ";

    /** A rule of fewer dashes is none to some readers of Markdown. */
    private static final int NARROWEST_IN_MARKDOWN = 3;

    private final boolean[] right;
    private final List<String[]> rows = new ArrayList<>();

    /** @param right for each column whether it is aligned to the right */
    public Table(boolean... right) {
        this.right = right.clone();
    }

    /** {@return a table with a first row of {@code heads}: names to the left, and figures, which are aligned to the right} */
    public static Table ofFigures(String... heads) {
        boolean[] right = new boolean[heads.length];
        for (int i = 1; i < right.length; i++) {
            right[i] = true;
        }
        return new Table(right).row(heads);
    }

    /** Adds a row; cells that are missing are empty. {@return this} */
    public Table row(String... cells) {
        rows.add(cells.clone());
        return this;
    }

    /** {@return the lines in their order, each beginning with {@code indent}, without blanks at their ends} */
    public List<String> lines(String indent) {
        int[] widths = widths(0);
        return rows.stream()
                .map(row -> (indent + String.join(GAP, padded(row, widths))).stripTrailing())
                .toList();
    }

    /** {@return the lines of a table in Markdown, the first row being its head, so that it is one in a terminal, too} */
    public List<String> markdown() {
        int[] widths = widths(NARROWEST_IN_MARKDOWN);
        List<String> lines = rows.stream()
                .map(row -> "| " + String.join(" | ", padded(row, widths)) + " |")
                .collect(Collectors.toCollection(ArrayList::new));
        lines.add(
                1,
                IntStream.range(0, right.length)
                        .mapToObj(column -> "-".repeat(widths[column] + 1) + (right[column] ? ":" : "-"))
                        .collect(Collectors.joining("|", "|", "|")));
        return lines;
    }

    private int[] widths(int narrowest) {
        return IntStream.range(0, right.length)
                .map(column -> rows.stream()
                        .mapToInt(row -> cell(row, column).length())
                        .reduce(narrowest, Math::max))
                .toArray();
    }

    private List<String> padded(String[] row, int... widths) {
        return IntStream.range(0, right.length)
                .mapToObj(column -> {
                    String cell = cell(row, column);
                    String pad = " ".repeat(widths[column] - cell.length());
                    return right[column] ? pad + cell : cell + pad;
                })
                .toList();
    }

    private static String cell(String[] row, int column) {
        return column < row.length ? row[column] : "";
    }
}
