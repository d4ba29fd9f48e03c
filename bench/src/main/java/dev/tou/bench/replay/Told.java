// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One step of a scenario in a sentence, and where its rule is written.
 *
 * @param sentence what happens, for somebody who sees it for the first time
 * @param rfc the number of the RFC
 * @param section of it, such as 3.10.7.4, or empty
 */
record Told(String sentence, int rfc, String section) {

    private static final int TCP = 9293;
    private static final Pattern REFERENCE = Pattern.compile("RFC (\\d+)(?:,? sections? (\\d+(?:\\.\\d+)*))?");

    /** {@return a sentence about a rule of RFC 9293} */
    static Told tcp(String sentence, String section) {
        return new Told(sentence, TCP, section);
    }

    /** {@return a sentence about the first rule that {@code references} names, such as those of a {@link Card}} */
    static Told by(String references, String sentence) {
        Matcher first = REFERENCE.matcher(references);
        if (!first.find()) {
            return tcp(sentence, "3.9.1");
        }
        return new Told(sentence, Integer.parseInt(first.group(1)), first.group(2) == null ? "" : first.group(2));
    }

    Told and(String more) {
        return new Told(sentence + " " + more, rfc, section);
    }
}
