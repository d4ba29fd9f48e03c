// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A requirement of RFC 9293 appendix B.
 *
 * @param id such as MUST-12
 * @param section where it stands
 * @param words what is asked, in our own
 * @param whyNot why we do not do it, or do it only in part; null if we do
 */
record Requirement(String id, String section, String words, String whyNot) {

    private static final String TEXT = "rfc9293.txt";

    /** {@return all, in the order of the text} */
    static List<Requirement> all() {
        List<Requirement> all = new ArrayList<>();
        try (InputStream in = Requirement.class.getResourceAsStream(TEXT)) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    all.add(of(line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private static Requirement of(String line) {
        String[] fields = line.split("\\|");
        if (fields.length != 3 && fields.length != 4) {
            throw new AssertionError(TEXT + ": " + line);
        }
        String whyNot = fields.length == 4 ? fields[3].strip() : null;
        return new Requirement(fields[0].strip(), fields[1].strip(), fields[2].strip(), whyNot);
    }
}
