// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

/** Where a scenario is shown: to a person, or to a program. */
interface Page {

    void begin(Card card, boolean realTime);

    /** What happens now is not what the scenario is about, such as the handshake before a close. */
    void offstage();

    /** From now on it is. */
    void onstage();

    /** Sequence numbers are those of the wire, and do not count from the first. */
    void absoluteNumbers();

    /** The timestamps of the client are shown, too. */
    void showTimestamps();

    void segment(Event event, Fate fate);

    void state(Event event);

    void words(Event event);

    void say(String sentence);

    /** The end, if everything was seen. */
    void seen(Card card, String sentence);

    /** The end, if not. */
    void notSeen(Card card, String sentence);
}
