// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table of states by segments, from its text. */
final class SegmentMatrix {

    private static final String TEXT = "state-segment-matrix.txt";

    /** What follows from a segment; "." is none, nothing, or the state that it was. */
    record Outcome(String reply, String next, String user) {}

    /**
     * A cell of the matrix.
     *
     * @param outcome what must happen, which is what the RFC says, or what "ours" says instead
     * @param section where that is written
     */
    record Row(String state, String segment, Outcome outcome, String section) {}

    private SegmentMatrix() {}

    static String name(String state, String segment) {
        return state + ": " + segment;
    }

    /** {@return the cells by their {@linkplain #name names}, as they stand in the text} */
    static Map<String, Row> read() {
        Map<String, Row> rows = new LinkedHashMap<>();
        List<Row> latest = List.of();
        for (String line : lines()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] fields = line.split("\\|");
            for (int i = 0; i < fields.length; i++) {
                fields[i] = fields[i].strip();
            }
            if (fields[0].equals("ours")) {
                latest = differing(latest, fields);
            } else {
                latest = asWritten(fields);
                for (Row row : latest) {
                    check(!rows.containsKey(name(row.state(), row.segment())), "twice: " + line);
                }
            }
            latest.forEach(row -> rows.put(name(row.state(), row.segment()), row));
        }
        return rows;
    }

    private static List<Row> asWritten(String[] fields) {
        check(fields.length == 6, "not six fields: " + String.join("|", fields));
        List<Row> rows = new ArrayList<>();
        for (String state : fields[0].split(", ")) {
            for (String segment : fields[1].split(", ")) {
                rows.add(new Row(state, segment, new Outcome(fields[2], fields[3], fields[4]), fields[5]));
            }
        }
        return rows;
    }

    private static List<Row> differing(List<Row> rows, String[] fields) {
        check(fields.length == 6 && !fields[1].isEmpty(), "a difference needs its reason: " + fields[1]);
        Outcome ours = new Outcome(fields[2], fields[3], fields[4]);
        List<Row> differing = new ArrayList<>();
        for (Row row : rows) {
            check(!row.outcome().equals(ours), "does not differ: " + row);
            differing.add(new Row(row.state(), row.segment(), ours, fields[5]));
        }
        return differing;
    }

    private static List<String> lines() {
        try (InputStream in = SegmentMatrix.class.getResourceAsStream(TEXT)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(TEXT + ": " + what);
        }
    }
}
