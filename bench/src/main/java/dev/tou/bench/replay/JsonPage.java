// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

import dev.tou.bench.JsonLines;
import dev.tou.bench.Sentence;
import dev.tou.bench.replay.Event.Source;

/**
 * A scenario as a program reads it: a line for each event. Sequence numbers are those of the wire, windows are in bytes but for the
 * field of the header.
 *
 * <p>A segment has two events: it leaves ("segment"), and it arrives ("arrival"), unless it is lost. Both have its "number", the
 * sequence variables of both ends after it, and a sentence with the section of its RFC.
 */
final class JsonPage implements Page {

    private final BiConsumer<String, Map<String, ?>> sink;
    private final Narrator narrator = new Narrator();
    private final Map<WireSegment, Integer> onTheirWay = new IdentityHashMap<>();
    private String rules = "";
    private int segments;

    JsonPage(JsonLines lines) {
        this(lines::emit);
    }

    /** @param sink what gets each event: its name, and its fields */
    JsonPage(BiConsumer<String, Map<String, ?>> sink) {
        this.sink = sink;
    }

    private void emit(String event, Map<String, ?> fields) {
        sink.accept(event, fields);
    }

    /** The sentence of a step comes after its facts. */
    private void emit(String event, Map<String, Object> fields, Told told) {
        Map<String, Object> all = new LinkedHashMap<>(fields);
        all.put("sentence", told.sentence());
        all.put("rfc", told.rfc());
        all.put("rfcSection", told.section());
        emit(event, all);
    }

    @Override
    public void begin(Card card, boolean realTime) {
        rules = card.rfc();
        emit(
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
        emit("offstage", JsonLines.fields());
    }

    @Override
    public void onstage() {
        emit("onstage", JsonLines.fields());
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
    public void hideSegments() {
        // A program can skip them.
    }

    @Override
    public void listens(Source end) {
        emit("listens", JsonLines.fields("end", end.text()));
    }

    @Override
    public void segment(Event event, Fate fate) {
        WireSegment segment = event.segment();
        segments++;
        if (fate == Fate.PASSED || fate == Fate.REPEATED) {
            onTheirWay.put(segment, segments);
        }
        Told told = narrator.departs(event.source(), segment, fate);
        Map<String, Object> fields = JsonLines.fields(
                "nanos", event.nanos(),
                "number", segments,
                "to", event.source().text(),
                "fate", fate.name(),
                "sourcePort", segment.sourcePort(),
                "destinationPort", segment.destinationPort(),
                "flags", Flags.text(segment.flags()),
                "seq", Integer.toUnsignedLong(segment.seq()),
                "ack", segment.has(Flags.ACK) ? Integer.toUnsignedLong(segment.ack()) : null,
                "textBytes", segment.text().length,
                "window", segment.window(),
                "timestamp", Integer.toUnsignedLong(segment.options().timestamp()),
                "options", segment.has(Flags.SYN) ? segment.options().offers() : null,
                "sack", sack(segment));
        fields.putAll(spaces(event));
        emit("segment", fields, told);
    }

    @Override
    public void arrival(Event event) {
        Told told = narrator.arrives(event.source(), event.segment());
        Map<String, Object> fields = JsonLines.fields(
                "nanos",
                event.nanos(),
                "number",
                onTheirWay.remove(event.segment()),
                "to",
                event.source().text());
        fields.putAll(spaces(event));
        emit("arrival", fields, told);
    }

    private Map<String, Object> spaces(Event event) {
        return JsonLines.fields(
                "client", narrator.client(event.source(), event.segment()).toMap(),
                "server", narrator.server(event.source(), event.segment()).toMap());
    }

    /** {@return from and to of each block, or null without any} */
    private static List<List<Long>> sack(WireSegment segment) {
        long[] edges = Arrays.stream(segment.options().sackBlocks())
                .mapToLong(Integer::toUnsignedLong)
                .toArray();
        return edges.length == 0
                ? null
                : IntStream.range(0, edges.length / 2)
                        .mapToObj(i -> List.of(edges[2 * i], edges[2 * i + 1]))
                        .toList();
    }

    @Override
    public void state(Event event) {
        String end = event.source().text();
        emit(
                "state",
                JsonLines.fields(
                        "nanos", event.nanos(),
                        "end", end,
                        "cause", event.cause().name(),
                        "state", event.state().name()),
                StateWords.of(end, event.cause(), event.state()));
    }

    @Override
    public void words(Event event) {
        String end = event.source().text();
        String sentence = Sentence.ended("The " + end + "'s " + event.words());
        emit(
                "words",
                JsonLines.fields("nanos", event.nanos(), "end", end, "words", event.words()),
                event.words().startsWith(End.APPLICATION) ? Told.tcp(sentence, "3.9.1") : Told.by(rules, sentence));
    }

    @Override
    public void say(String sentence) {
        emit("say", JsonLines.fields(), Told.by(rules, sentence));
    }

    @Override
    public void seen(Card card, String sentence) {
        emit("seen", JsonLines.fields("name", card.name()), Told.by(rules, sentence));
    }

    @Override
    public void notSeen(Card card, String sentence) {
        emit("not-seen", JsonLines.fields("name", card.name(), "sentence", sentence));
    }
}
