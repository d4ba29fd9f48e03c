// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.tou.bench.JsonLines;

/** A look for programs: what the process has told, in its own units, and what limits each connection. */
final class InspectJson {

    private InspectJson() {}

    /** {@return which process it is} */
    static Map<String, Object> process(Inspected inspected) {
        JavaProcess process = inspected.process();
        return JsonLines.fields(
                "pid",
                process.pid(),
                "command",
                process.command(),
                "java",
                inspected.java(),
                "up_ms",
                process.age().toMillis());
    }

    /**
     * {@return the fields of a look}
     *
     * @param before an earlier look, or null
     */
    static Map<String, Object> look(Inspected inspected, Look look, Look before, Wanted wanted) {
        Glossary glossary = inspected.glossary();
        Map<String, Object> fields = process(inspected);
        fields.put("loops", loops(look));
        fields.put("states", look.sums("states", glossary));
        fields.put("orphans", look.sum("orphans"));
        fields.put("drops", look.sums("drops", glossary));
        fields.put("sockets", rows(look.sockets(), glossary, "socket"));
        fields.put("listeners", wanted.listeners() ? rows(look.listeners(), glossary, "listener") : List.of());
        fields.put("matching", look.sum("matching"));
        fields.put("connections", wanted.connections() ? connections(look, before, glossary) : List.of());
        return fields;
    }

    private static List<Object> loops(Look look) {
        List<Object> loops = new ArrayList<>();
        for (Row loop : look.loops()) {
            loops.add(JsonLines.fields(
                    "name", loop.text("name"),
                    "answer", loop.text("answer"),
                    "stack", loop.texts("stack"),
                    "memory", loop.number("memory")));
        }
        return loops;
    }

    private static List<Object> rows(List<Row> rows, Glossary glossary, String shape) {
        List<Object> objects = new ArrayList<>();
        rows.forEach(row -> objects.add(items(row, glossary, shape)));
        return objects;
    }

    private static Map<String, Object> items(Row row, Glossary glossary, String shape) {
        Map<String, Object> items = new LinkedHashMap<>();
        for (Glossary.Word word : glossary.of(shape)) {
            items.put(word.name(), row.items().get(word.name()));
        }
        return items;
    }

    private static List<Object> connections(Look look, Look before, Glossary glossary) {
        Map<String, Row> earlier = before == null ? Map.of() : before.byName();
        List<Object> objects = new ArrayList<>();
        for (Row connection : look.connections()) {
            Diagnosis diagnosis = new Diagnosis(connection, earlier.get(Look.nameOf(connection)));
            Map<String, Object> items = items(connection, glossary, "connection");
            Map<String, Object> shares = new LinkedHashMap<>();
            diagnosis.shares().forEach((limit, share) -> shares.put(limit.label(), share));
            items.put(
                    "limits",
                    JsonLines.fields(
                            "over_ns",
                            diagnosis.nanos(),
                            "main",
                            diagnosis.main().label(),
                            "shares",
                            shares,
                            "sentence",
                            diagnosis.sentence(),
                            "remarks",
                            diagnosis.remarks()));
            objects.add(items);
        }
        return objects;
    }

    /** {@return a sentence about every item, for {@code --explain}} */
    static Map<String, Object> words(Inspected inspected) {
        Map<String, Object> shapes = new LinkedHashMap<>();
        for (String shape : List.of("connection", "listener", "socket", "states", "drops", "loop")) {
            Map<String, Object> items = new LinkedHashMap<>();
            for (Glossary.Word word : inspected.glossary().of(shape)) {
                items.put(word.name(), JsonLines.fields("unit", word.unit(), "sentence", word.sentence()));
            }
            shapes.put(shape, items);
        }
        return shapes;
    }
}
