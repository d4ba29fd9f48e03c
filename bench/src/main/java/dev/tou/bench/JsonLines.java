// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;

/**
 * What a command tells a program instead of a person: one JSON object a line, each with {@code "schema"} and {@code
 * "event"} first. The schema number changes when a field changes its meaning.
 */
public final class JsonLines {

    /** Version of the fields of all events. */
    public static final int SCHEMA = 1;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final ObjectWriter ASCII = MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    private final Console console;
    private final boolean enabled;

    /** @param enabled whether JSON was asked for */
    public JsonLines(Console console, boolean enabled) {
        this.console = console;
        this.enabled = enabled;
    }

    /** {@return whether JSON was asked for} */
    public boolean isEnabled() {
        return enabled;
    }

    /** {@return the same, for nobody} */
    public JsonLines unheard() {
        return new JsonLines(console.unheard(), enabled);
    }

    /** Prints {@code event} with its fields, if JSON was asked for. */
    public void emit(String event, Map<String, ?> fields) {
        if (!enabled) {
            return;
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("schema", SCHEMA);
        line.put("event", event);
        line.putAll(fields);
        try {
            // A console of ASCII would make question marks of all other letters.
            ObjectWriter writer = console.isUnicode() ? MAPPER.writer() : ASCII;
            console.say(writer.writeValueAsString(line));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not expressible as JSON: " + event, e);
        }
    }

    /** {@return the fields of the event {@code failed}, which every command has} */
    public static Map<String, Object> failed(ExitCode exit, String sentence) {
        return fields("exit", exit.code(), "sentence", sentence);
    }

    /** {@return an ordered map of alternating names and values; values may be null} */
    public static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }
}
