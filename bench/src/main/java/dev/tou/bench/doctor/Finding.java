// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.doctor;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import dev.tou.bench.JsonLines;

/**
 * One thing that was looked at.
 *
 * @param topic what, in a word or two
 * @param verdict how it is
 * @param sentence what was found, and what to do if anything
 * @param facts the same for a program; values may be null
 */
record Finding(String topic, Verdict verdict, String sentence, Map<String, Object> facts) {

    /** How something is. */
    enum Verdict {
        /** As it should be. */
        OK,
        /** tou works, and would work better otherwise. */
        NOTE,
        /** tou does not work. */
        PROBLEM;

        /** {@return the word for it} */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding ok(String topic, String sentence, Object... facts) {
        return new Finding(topic, Verdict.OK, sentence, JsonLines.fields(facts));
    }

    static Finding note(String topic, String sentence, Object... facts) {
        return new Finding(topic, Verdict.NOTE, sentence, JsonLines.fields(facts));
    }

    static Finding problem(String topic, String sentence, Object... facts) {
        return new Finding(topic, Verdict.PROBLEM, sentence, JsonLines.fields(facts));
    }

    /** {@return this finding as the fields of a JSON object} */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("topic", topic);
        fields.put("verdict", verdict.word());
        fields.put("sentence", sentence);
        fields.put("facts", facts);
        return fields;
    }
}
