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

    /** What {@link #segment} has shown reaches the other end: the same object. */
    void arrival(Event event);

    /** An end waits for connections from now on. */
    void listens(Event.Source end);

    /** Segments are not shown one by one, because they are many. */
    void hideSegments();

    void state(Event event);

    void words(Event event);

    void say(String sentence);

    /** The end, if everything was seen. */
    void seen(Card card, String sentence);

    /** The end, if not. */
    void notSeen(Card card, String sentence);
}
