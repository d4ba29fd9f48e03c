// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code docs/schema} promises of {@code -J}. Every test that runs a command with {@code -J} holds its output to that, by
 * {@link CapturedConsole} and {@link TouProcess}: a field that is in no schema is a failure, too.
 */
public final class JsonSchemas {

    static final Path FOLDER =
            Path.of("").toAbsolutePath().getParent().resolve("docs").resolve("schema");

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private static final Map<String, Schema> STRICT = new ConcurrentHashMap<>();

    private JsonSchemas() {}

    static Path file(String command) {
        return FOLDER.resolve(command + ".schema.json");
    }

    static JsonNode read(Path file) {
        try {
            return MAPPER.readTree(Files.readString(file));
        } catch (IOException e) {
            throw new AssertionError(file + " cannot be read", e);
        }
    }

    /** Programs may meet fields that are newer than their schema; our own tests may not. */
    private static Schema strict(String command) {
        return STRICT.computeIfAbsent(command, name -> {
            JsonNode schema = read(file(name));
            forbidOthers(schema);
            return REGISTRY.getSchema(schema);
        });
    }

    private static void forbidOthers(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("properties").isObject()
                && !object.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        node.forEach(JsonSchemas::forbidOthers);
    }

    /** {@return the user's command that speaks JSON by {@code arguments}, or null} */
    static String command(String... arguments) {
        List<String> words = List.of(arguments);
        boolean json = words.contains("-J") || String.join("=", words).contains("--report=json");
        if (!json || words.contains("--help")) {
            return null;
        }
        return words.stream()
                .filter(Tou.visibleCommands(
                        Tou.commandLine(new CapturedConsole().console()).getCommandSpec())::contains)
                .findFirst()
                .orElse(null);
    }

    /** Holds one line of {@code command -J} to its schema. */
    static void check(String command, String line) {
        try {
            JsonNode json = MAPPER.readTree(line);
            assertThat(strict(command).validate(json))
                    .as("what docs/schema/" + command + ".schema.json says against: " + line)
                    .isEmpty();
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + line, e);
        }
    }
}
