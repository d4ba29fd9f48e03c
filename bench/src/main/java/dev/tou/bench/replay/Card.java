// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

/**
 * What a scenario is, before it is played.
 *
 * @param section which of S1 to S16 it belongs to
 * @param name what to type
 * @param title what it shows, in a few words
 * @param rfc where the rule is written
 * @param shortened what is shorter than in reality unless {@code --real-time} is given, or null
 */
record Card(String section, String name, String title, String rfc, String shortened) {

    Card(String section, String name, String title, String rfc) {
        this(section, name, title, rfc, null);
    }

    boolean isCalled(String word) {
        return section.equalsIgnoreCase(word) || name.equalsIgnoreCase(word);
    }
}
