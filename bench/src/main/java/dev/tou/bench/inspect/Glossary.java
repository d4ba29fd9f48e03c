// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the items of a process are called, in their order, with units and sentences: all of it told by that process. */
final class Glossary {

    /**
     * An item.
     *
     * @param unit bytes, bytes/s, ns, or nothing for a count or a word
     */
    record Word(String name, String unit, String sentence) {}

    private static final Word UNKNOWN = new Word("", "", "");

    private final Map<String, Map<String, Word>> byShape = new LinkedHashMap<>();

    private Glossary() {}

    Glossary(List<Row> words) {
        for (Row word : words) {
            byShape.computeIfAbsent(word.text("of"), of -> new LinkedHashMap<>())
                    .put(word.text("name"), new Word(word.text("name"), word.text("unit"), word.text("sentence")));
        }
    }

    /** {@return the items of several processes; what more than one has as the first of them says it} */
    static Glossary of(Collection<Glossary> glossaries) {
        Glossary all = new Glossary();
        for (Glossary each : glossaries) {
            each.byShape.forEach((shape, words) -> {
                Map<String, Word> known = all.byShape.computeIfAbsent(shape, any -> new LinkedHashMap<>());
                words.forEach(known::putIfAbsent);
            });
        }
        return all;
    }

    /** {@return the items of connections, listeners and so on, in their order} */
    List<Word> of(String shape) {
        return List.copyOf(byShape.getOrDefault(shape, Map.of()).values());
    }

    /** {@return an item; one without a name if it is not known} */
    Word word(String shape, String name) {
        return byShape.getOrDefault(shape, Map.of()).getOrDefault(name, UNKNOWN);
    }
}
