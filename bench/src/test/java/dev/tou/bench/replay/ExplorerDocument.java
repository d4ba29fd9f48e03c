// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** A page of the explorer: what is written around the traces, and the traces. */
record ExplorerDocument(String text) {

    private static final String BEGIN = "<script type=\"application/x-ndjson\" id=\"traces\">\n";
    private static final String END = "</script>";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static ExplorerDocument read(Path file) throws IOException {
        return new ExplorerDocument(Files.readString(file));
    }

    String frame() {
        return text.substring(0, begin()) + text.substring(end());
    }

    /** {@return the events of each scene, by its name} */
    Map<String, List<JsonNode>> scenes() throws IOException {
        Map<String, List<JsonNode>> scenes = new LinkedHashMap<>();
        List<JsonNode> current = null;
        for (String line : text.substring(begin(), end()).split("\n")) {
            if (line.isBlank()) {
                continue;
            }
            JsonNode event = MAPPER.readTree(line);
            if (event.path("event").asText().equals("scenario")) {
                current = new ArrayList<>();
                scenes.put(event.path("name").asText(), current);
            }
            current.add(event);
        }
        return scenes;
    }

    private int begin() {
        return text.indexOf(BEGIN) + BEGIN.length();
    }

    private int end() {
        return text.indexOf(END, begin());
    }
}
