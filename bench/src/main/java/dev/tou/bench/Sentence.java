// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

/** Joins what others have said, with its own full stop or question mark or none, to a sentence that has one. */
public final class Sentence {

    private Sentence() {}

    /** {@return {@code text} with a full stop, unless it ends in one or in a question} */
    public static String ended(String text) {
        return isEnded(text) ? text : text + ".";
    }

    /** {@return {@code text} and {@code question}, which begins with a small letter: behind a semicolon, or as a sentence} */
    public static String thenAsk(String text, String question) {
        return isEnded(text)
                ? text + " " + Character.toUpperCase(question.charAt(0)) + question.substring(1)
                : text + "; " + question;
    }

    private static boolean isEnded(String text) {
        return text.endsWith(".") || text.endsWith("?") || text.endsWith("!");
    }
}
