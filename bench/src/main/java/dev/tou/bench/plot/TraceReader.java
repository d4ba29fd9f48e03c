// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;

/**
 * Reads what {@code --trace} wrote: JSON Lines, a head and then events.
 *
 * <p>Believes nothing: a file without the head is refused, a line that is no event is counted and skipped, and so is an event
 * that a later version may have added.
 */
final class TraceReader {

    /** The version of the format that is understood. */
    static final int SCHEMA = 1;

    /** So many events are read, of about 30 bytes of memory each. */
    static final long MOST_EVENTS = 20_000_000;

    /** So many connections are read, of some kilobytes of memory each before their first event. */
    static final int MOST_CONNECTIONS = 10_000;

    /** A name of an event is not longer than this; what is, is none. */
    private static final int LONGEST_NAME = 64;

    private static final ObjectReader JSON = new ObjectMapper().reader();

    private final Path file;
    private final BoundedLines lines;
    private final Map<String, ConnectionTrace> connections = new HashMap<>();
    private Trace trace;
    private double offsetNanos;

    private TraceReader(Path file, InputStream in) {
        this.file = file;
        this.lines = new BoundedLines(in);
    }

    /**
     * Reads all of it.
     *
     * @param reference when time is zero; null for the beginning of this trace
     * @throws Failure if it is no trace, or of another version
     */
    static Trace read(Path file, InputStream in, Instant reference) throws IOException {
        TraceReader reader = new TraceReader(file, in);
        reader.readHead(reference);
        reader.readEvents();
        return reader.trace;
    }

    private void readHead(Instant reference) throws IOException {
        String line = lines.next();
        JsonNode head = line == null ? null : parse(line);
        if (head == null || !head.isObject() || !head.path("tou").asText().equals("trace")) {
            throw FileKind.OTHER.failure(file);
        }
        if (head.path("schema").asInt(0) != SCHEMA) {
            throw new Failure(
                    ExitCode.UNREADABLE,
                    file + " is a trace of schema " + head.path("schema").asText("?") + ", and this tou reads " + SCHEMA
                            + "; plot it with the tou that wrote it (version "
                            + head.path("version").asText("unknown") + ").");
        }
        Instant began = instant(head.path("began").asText());
        trace = new Trace(file, head.path("version").asText("unknown"), began);
        offsetNanos = reference == null || began == null
                ? 0
                : Duration.between(reference, began).toNanos();
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private void readEvents() throws IOException {
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (trace.events() == MOST_EVENTS) {
                trace.hasMoreEvents();
                break;
            }
            if (!line.isBlank()) {
                readEvent(line);
            }
        }
        connections.values().forEach(ConnectionTrace::end);
    }

    private void readEvent(String line) {
        JsonNode event = lines.wasTooLong() ? null : parse(line);
        if (event == null || !event.isObject()) {
            if (lines.wasEnded()) {
                trace.countMalformed();
            } else {
                trace.endsInHalfALine();
            }
            return;
        }
        String name = event.path("e").asText();
        if (name.equals("end") || name.equals("dropped")) {
            readCount(name, event);
            return;
        }
        JsonNode nanos = event.path("t");
        if (name.isEmpty() || name.length() > LONGEST_NAME || !nanos.isNumber() || !event.has("c")) {
            trace.countMalformed();
            return;
        }
        take(new TraceEvent(name, offsetNanos + nanos.asDouble(), event));
    }

    /** What the writer says of itself: the last line has the sum of what it dropped on the way. */
    private void readCount(String name, JsonNode event) {
        if (name.equals("end")) {
            trace.isComplete();
        } else {
            trace.countDropped(Math.max(0, event.path("count").asLong()));
        }
    }

    private void take(TraceEvent event) {
        String id = event.fields().path("c").asText();
        if (connections.size() == MOST_CONNECTIONS && !connections.containsKey(id)) {
            trace.countOfMoreConnections();
            return;
        }
        ConnectionTrace connection = connections.computeIfAbsent(id, this::begin);
        if (event.name().equals("connection")) {
            connection.introduce(event.fields());
            return;
        }
        try {
            if (connection.take(event)) {
                trace.countEvent();
            } else {
                trace.countUnknown(event.name());
            }
        } catch (TraceEvent.Malformed e) {
            trace.countMalformed();
        }
    }

    private ConnectionTrace begin(String id) {
        ConnectionTrace connection = new ConnectionTrace(String.valueOf(file.getFileName()), id);
        trace.add(connection);
        return connection;
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            return null;
        }
    }
}
