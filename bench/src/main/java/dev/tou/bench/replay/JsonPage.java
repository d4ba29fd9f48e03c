// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.bench.JsonLines;

/** A scenario as a program reads it: a line for each event. Sequence numbers are those of the wire. */
final class JsonPage implements Page {

    private final JsonLines lines;

    JsonPage(JsonLines lines) {
        this.lines = lines;
    }

    @Override
    public void begin(Card card, boolean realTime) {
        lines.emit(
                "scenario",
                JsonLines.fields(
                        "section", card.section(),
                        "name", card.name(),
                        "title", card.title(),
                        "rfc", card.rfc(),
                        "shortened", realTime ? null : card.shortened()));
    }

    @Override
    public void offstage() {
        lines.emit("offstage", JsonLines.fields());
    }

    @Override
    public void onstage() {
        lines.emit("onstage", JsonLines.fields());
    }

    @Override
    public void absoluteNumbers() {
        // They always are.
    }

    @Override
    public void showTimestamps() {
        // They always are.
    }

    @Override
    public void segment(Event event, Fate fate) {
        WireSegment segment = event.segment();
        lines.emit(
                "segment",
                JsonLines.fields(
                        "nanos", event.nanos(),
                        "to", event.source() == Event.Source.TO_SERVER ? "server" : "client",
                        "fate", fate.name(),
                        "sourcePort", segment.sourcePort(),
                        "destinationPort", segment.destinationPort(),
                        "flags", Flags.text(segment.flags()),
                        "seq", Integer.toUnsignedLong(segment.seq()),
                        "ack", segment.has(Flags.ACK) ? Integer.toUnsignedLong(segment.ack()) : null,
                        "textBytes", segment.text().length,
                        "window", segment.window(),
                        "timestamp", Integer.toUnsignedLong(segment.options().timestamp()),
                        "options", segment.has(Flags.SYN) ? segment.options().offers() : null));
    }

    @Override
    public void state(Event event) {
        lines.emit(
                "state",
                JsonLines.fields(
                        "nanos",
                        event.nanos(),
                        "end",
                        event.source().text(),
                        "cause",
                        event.cause().name(),
                        "state",
                        event.state().name()));
    }

    @Override
    public void words(Event event) {
        lines.emit(
                "words",
                JsonLines.fields("nanos", event.nanos(), "end", event.source().text(), "words", event.words()));
    }

    @Override
    public void say(String sentence) {
        lines.emit("say", JsonLines.fields("sentence", sentence));
    }

    @Override
    public void seen(Card card, String sentence) {
        lines.emit("seen", JsonLines.fields("name", card.name(), "sentence", sentence));
    }

    @Override
    public void notSeen(Card card, String sentence) {
        lines.emit("not-seen", JsonLines.fields("name", card.name(), "sentence", sentence));
    }
}
