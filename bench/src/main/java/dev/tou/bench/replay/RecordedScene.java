// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.JsonLines;

/** A scenario that was played, as the lines that {@code -J} prints. Told by several threads, read when it is over. */
final class RecordedScene {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final List<String> lines = new ArrayList<>();

    /** {@return the page that records it} */
    Page page() {
        return new JsonPage(this::add);
    }

    private void add(String event, Map<String, ?> fields) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("schema", JsonLines.SCHEMA);
        line.put("event", event);
        line.putAll(fields);
        try {
            synchronized (lines) {
                lines.add(MAPPER.writeValueAsString(line));
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not expressible as JSON: " + event, e);
        }
    }

    /** {@return what it consists of, one JSON object each} */
    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }
}
