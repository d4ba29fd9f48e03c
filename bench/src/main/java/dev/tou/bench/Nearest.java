// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that somebody meant who typed another. */
public final class Nearest {

    /** In a short word one mistake is enough to make it another. */
    private static final int LETTERS_A_MISTAKE = 3;

    private Nearest() {}

    /** {@return "; did you mean ...?" for the word that {@code typed} is most like, or nothing if none is like it} */
    public static String question(String typed, Collection<String> words) {
        return meant(to(typed, words));
    }

    /** {@return "; did you mean ...?" for a word, or nothing for none} */
    static String meant(Optional<String> word) {
        return word.map(near -> "; did you mean " + near + "?").orElse("");
    }

    /** {@return the word that {@code typed} is most like, if one is like it at all} */
    static Optional<String> to(String typed, Collection<String> words) {
        int mistakes = Math.max(1, typed.length() / LETTERS_A_MISTAKE);
        return words.stream()
                .filter(word -> isLike(typed, word, mistakes) || isBeginning(typed, word))
                .min(Comparator.comparingInt(word -> distance(typed, word)));
    }

    /** A word in which no letter is right is another word. */
    private static boolean isLike(String typed, String word, int mistakes) {
        int distance = distance(typed, word);
        return distance <= mistakes && distance < typed.length();
    }

    private static boolean isBeginning(String typed, String word) {
        return typed.length() >= LETTERS_A_MISTAKE && word.startsWith(typed);
    }

    /** {@return how many letters were left out, added, changed, or swapped with their neighbour} */
    static int distance(String a, String b) {
        int[][] distances = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                distances[i][j] = i == 0 || j == 0 ? i + j : step(distances, a, i, b, j);
            }
        }
        return distances[a.length()][b.length()];
    }

    private static int step(int[][] distances, String a, int i, String b, int j) {
        int changed = distances[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int least = Math.min(changed, Math.min(distances[i - 1][j], distances[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, distances[i - 2][j - 2] + 1) : least;
    }
}
