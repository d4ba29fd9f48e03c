// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.bench.replay.Event.Source;

/** Shows the same on two pages. */
record TwoPages(Page first, Page second) implements Page {

    @Override
    public void begin(Card card, boolean realTime) {
        first.begin(card, realTime);
        second.begin(card, realTime);
    }

    @Override
    public void offstage() {
        first.offstage();
        second.offstage();
    }

    @Override
    public void onstage() {
        first.onstage();
        second.onstage();
    }

    @Override
    public void absoluteNumbers() {
        first.absoluteNumbers();
        second.absoluteNumbers();
    }

    @Override
    public void showTimestamps() {
        first.showTimestamps();
        second.showTimestamps();
    }

    @Override
    public void segment(Event event, Fate fate) {
        first.segment(event, fate);
        second.segment(event, fate);
    }

    @Override
    public void arrival(Event event) {
        first.arrival(event);
        second.arrival(event);
    }

    @Override
    public void listens(Source end) {
        first.listens(end);
        second.listens(end);
    }

    @Override
    public void hideSegments() {
        first.hideSegments();
        second.hideSegments();
    }

    @Override
    public void state(Event event) {
        first.state(event);
        second.state(event);
    }

    @Override
    public void words(Event event) {
        first.words(event);
        second.words(event);
    }

    @Override
    public void say(String sentence) {
        first.say(sentence);
        second.say(sentence);
    }

    @Override
    public void seen(Card card, String sentence) {
        first.seen(card, sentence);
        second.seen(card, sentence);
    }

    @Override
    public void notSeen(Card card, String sentence) {
        first.notSeen(card, sentence);
        second.notSeen(card, sentence);
    }
}
