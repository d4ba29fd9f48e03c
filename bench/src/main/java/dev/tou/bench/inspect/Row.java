// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.management.openmbean.CompositeData;

/**
 * Something that was looked at: its items by name. An item that the other process does not have, because it is of another version, is
 * nothing, zero or false.
 *
 * @param items numbers are {@link Long}, parts are rows or lists of rows
 */
record Row(Map<String, Object> items) {

    /** {@return what composite data says} */
    static Row of(CompositeData data) {
        Map<String, Object> items = new LinkedHashMap<>();
        for (String name : data.getCompositeType().keySet()) {
            items.put(name, value(data.get(name)));
        }
        return new Row(items);
    }

    private static Object value(Object told) {
        if (told instanceof CompositeData part) {
            return of(part);
        } else if (told instanceof CompositeData[] parts) {
            return allOf(parts);
        } else if (told instanceof String[] texts) {
            return List.of(texts);
        }
        return told;
    }

    static List<Row> allOf(CompositeData... data) {
        List<Row> rows = new ArrayList<>();
        for (CompositeData each : data) {
            rows.add(of(each));
        }
        return rows;
    }

    String text(String name) {
        return items.get(name) instanceof String text ? text : "";
    }

    long number(String name) {
        return items.get(name) instanceof Number number ? number.longValue() : 0;
    }

    /** {@return whether there is such a number} */
    boolean has(String name) {
        return items.get(name) instanceof Number;
    }

    boolean flag(String name) {
        return Boolean.TRUE.equals(items.get(name));
    }

    Row part(String name) {
        return items.get(name) instanceof Row part ? part : new Row(Map.of());
    }

    @SuppressWarnings("unchecked") // only rows are put there
    List<Row> parts(String name) {
        return items.get(name) instanceof List<?> parts && !parts.isEmpty() && parts.get(0) instanceof Row
                ? (List<Row>) parts
                : List.of();
    }

    List<String> texts(String name) {
        return items.get(name) instanceof List<?> texts
                ? texts.stream().map(String::valueOf).toList()
                : List.of();
    }
}
