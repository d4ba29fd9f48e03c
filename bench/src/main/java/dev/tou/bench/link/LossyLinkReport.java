// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tou.bench.Failures;

/**
 * The report of a day: a JSON file with every run, and a Markdown file made from it. A part that is measured again replaces what
 * the files have of it; the other parts stay.
 */
final class LossyLinkReport {

    private static final int SCHEMA = 1;
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path json;
    private final Path markdown;

    /** @param date of the names, as {@code 2026-11-21} */
    LossyLinkReport(Path folder, String date) {
        json = folder.resolve(date + "-lossy-link.json");
        markdown = folder.resolve(date + "-lossy-link.md");
    }

    Path markdown() {
        return markdown;
    }

    /**
     * Writes both files.
     *
     * @param part the name of what was measured
     * @param circumstances what a reader must know to judge it, by name
     */
    void put(Part part, Findings findings, Map<String, ?> circumstances) {
        try {
            Files.createDirectories(json.toAbsolutePath().getParent());
            ObjectNode all = Files.exists(json)
                    ? (ObjectNode) MAPPER.readTree(json.toFile())
                    : MAPPER.createObjectNode().put("schema", SCHEMA);
            ObjectNode one = MAPPER.valueToTree(findings.fields());
            one.set("circumstances", MAPPER.valueToTree(circumstances));
            all.withObjectProperty("parts").set(part.name(), one);
            MAPPER.writeValue(json.toFile(), all);
            Files.write(markdown, lines(all));
        } catch (IOException e) {
            throw Failures.writing(json, e);
        }
    }

    private static List<String> lines(JsonNode all) {
        List<String> lines = new ArrayList<>(List.of(
                "# Kernel TCP and tou over the same lossy link",
                "",
                "Written by `bench/lossy-link.sh`; the JSON file beside it has every run. See [README.md](README.md) for how the"
                        + " figures are formed."));
        for (Part part : Part.values()) {
            JsonNode one = all.path("parts").path(part.name());
            if (!one.isMissingNode()) {
                lines.add("");
                lines.addAll(section(one));
            }
        }
        return lines;
    }

    /** {@return one part as Markdown} */
    static List<String> section(JsonNode one) {
        List<String> lines = new ArrayList<>();
        lines.add("## " + one.path("title").asText());
        for (JsonNode remark : one.path("remarks")) {
            lines.add("");
            lines.add(remark.asText());
        }
        for (JsonNode table : one.path("tables")) {
            lines.add("");
            lines.add(row(table.path("columns")));
            lines.add("|" + "---|".repeat(table.path("columns").size()));
            table.path("rows").forEach(row -> lines.add(row(row)));
        }
        lines.add("");
        one.path("circumstances")
                .properties()
                .forEach(fact ->
                        lines.add("- " + fact.getKey() + ": " + fact.getValue().asText()));
        return lines;
    }

    private static String row(JsonNode cells) {
        StringBuilder row = new StringBuilder("|");
        cells.forEach(cell -> row.append(' ').append(cell.asText()).append(" |"));
        return row.toString();
    }
}
