// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.ArrayList;
import java.util.List;

/** Columns as wide as their widest cell. */
final class Table {

    private static final String GAP = "  ";

    private final boolean[] right;
    private final List<List<String>> lines = new ArrayList<>();

    /** @param right for each column whether it is aligned to the right */
    Table(boolean... right) {
        this.right = right.clone();
    }

    Table row(String... cells) {
        lines.add(List.of(cells));
        return this;
    }

    /** {@return the lines in their order, each beginning with {@code indent}, without blanks at their ends} */
    List<String> lines(String indent) {
        int[] widths = new int[right.length];
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        return lines.stream()
                .map(line -> (indent + joined(line, widths)).stripTrailing())
                .toList();
    }

    private String joined(List<String> line, int... widths) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < line.size(); i++) {
            String cell = line.get(i);
            String pad = " ".repeat(widths[i] - cell.length());
            text.append(i == 0 ? "" : GAP).append(right[i] ? pad + cell : cell + pad);
        }
        return text.toString();
    }
}
