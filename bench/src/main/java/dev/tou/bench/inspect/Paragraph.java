// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.ArrayList;
import java.util.List;

/** Words in lines that are not wider than the screen. */
final class Paragraph {

    private Paragraph() {}

    /**
     * {@return the words in as many lines as they need}
     *
     * @param words each stays in one line
     * @param indent what each line begins with
     * @param width the columns of a line, indent included
     */
    static List<String> wrap(List<String> words, String indent, int width) {
        return wrap(words, indent, indent, width);
    }

    /**
     * {@return the words in as many lines as they need}
     *
     * @param first what the first line begins with, however wide
     * @param others what the others do
     */
    static List<String> wrap(List<String> words, String first, String others, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(first);
        boolean empty = true;
        for (String word : words) {
            if (!empty && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line = new StringBuilder(others);
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString());
        return lines;
    }
}
