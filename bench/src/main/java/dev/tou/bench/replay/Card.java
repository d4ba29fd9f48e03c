// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

/**
 * What a scenario is, before it is played.
 *
 * @param row which of S1 to S16 it belongs to
 * @param name what to type
 * @param title what it shows, in a few words
 * @param rfc where the rule is written
 * @param shortened what is shorter than in reality unless {@code --real-time} is given, or null
 */
record Card(String row, String name, String title, String rfc, String shortened) {

    Card(String row, String name, String title, String rfc) {
        this(row, name, title, rfc, null);
    }

    boolean isCalled(String word) {
        return row.equalsIgnoreCase(word) || name.equalsIgnoreCase(word);
    }
}
