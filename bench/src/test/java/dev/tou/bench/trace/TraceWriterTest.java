// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.trace;

import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.telemetry.ConnectionId;
import dev.tou.telemetry.TransportListener;
import dev.tou.telemetry.WindowChange;
import io.netty.util.concurrent.Ticker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The lines of a trace are what docs/TRACE.md and the parameters of {@link TransportListener} say. */
class TraceWriterTest {

    private static final Path DOCUMENT = Path.of("../docs/TRACE.md");
    private static final Path LISTENER = Path.of("../transport/src/main/java/dev/tou/telemetry/TransportListener.java");
    private static final ConnectionId CONNECTION =
            new ConnectionId(new InetSocketAddress("127.0.0.1", 40123), new InetSocketAddress("2001:db8::7", 9700));

    @TempDir
    Path folder;

    private static List<JsonNode> lines(Path file) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    private static List<String> fields(JsonNode line) {
        List<String> names = new ArrayList<>();
        line.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** {@return the fields of each kind of line that the document has} */
    private static Map<String, List<String>> documented() throws IOException {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            if (line.startsWith("| `")) {
                String[] cells = line.split("\\|");
                rows.put(
                        cells[1].strip().replace("`", ""),
                        Arrays.stream(cells[2].strip().split("[`, ]+"))
                                .filter(name -> !name.isEmpty())
                                .toList());
            }
        }
        return rows;
    }

    /** {@return the parameters of each event, the time aside} */
    private static Map<String, List<String>> parameters() throws IOException {
        Map<String, List<String>> events = new LinkedHashMap<>();
        Matcher method = Pattern.compile("default void on(\\w+)\\(([^)]*)\\)").matcher(Files.readString(LISTENER));
        for (MatchResult each : method.results().toList()) {
            List<String> names = Arrays.stream(each.group(2).strip().split("\\s*,\\s*"))
                    .map(parameter -> parameter.substring(parameter.lastIndexOf(' ') + 1))
                    .toList();
            assertThat(names.get(0)).isEqualTo("nowNanos");
            events.put(eventOf(each.group(1)), names.subList(1, names.size()));
        }
        return events;
    }

    private static String eventOf(String name) {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    private static Object[] argumentsOf(Method event, long nowNanos) {
        Object[] arguments = new Object[event.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            Class<?> type = event.getParameterTypes()[i];
            if (type.isEnum()) {
                arguments[i] = type.getEnumConstants()[i % type.getEnumConstants().length];
            } else if (type == boolean.class) {
                arguments[i] = i % 2 == 0;
            } else {
                Object one = Array.newInstance(type, 1);
                Array.setInt(one, 0, 10 + i);
                arguments[i] = Array.get(one, 0);
            }
        }
        arguments[0] = nowNanos;
        return arguments;
    }

    @Test
    void everyEventIsALineWithItsParameters() throws Exception {
        Path file = folder.resolve("all.jsonl");
        Map<String, Object[]> told = new LinkedHashMap<>();
        try (TraceWriter trace = TraceWriter.open(file)) {
            TransportListener listener = trace.active().newListener(CONNECTION);
            for (Method event : TransportListener.class.getDeclaredMethods()) {
                if (!event.isSynthetic()) {
                    Object[] arguments =
                            argumentsOf(event, Ticker.systemTicker().nanoTime());
                    event.invoke(listener, arguments);
                    told.put(eventOf(event.getName().substring(2)), arguments);
                }
            }
        }
        Map<String, List<String>> documented = documented();
        Map<String, List<String>> parameters = parameters();
        assertThat(told).containsOnlyKeys(parameters.keySet());
        assertThat(documented.keySet()).containsAll(parameters.keySet()).hasSize(parameters.size() + 3);
        List<JsonNode> lines = lines(file);
        assertThat(lines).hasSize(told.size() + 3);
        for (JsonNode line : lines.subList(2, lines.size() - 1)) {
            String event = line.path("e").asText();
            List<String> names = fields(line);
            assertThat(names).startsWith("e", "c", "t");
            List<String> own = names.subList(3, names.size());
            assertThat(own).as(event).isEqualTo(parameters.get(event)).isEqualTo(documented.get(event));
            assertThat(line.path("c").asInt()).isEqualTo(1);
            assertThat(line.path("t").asLong()).isBetween(0L, 60_000_000_000L);
            for (int i = 0; i < own.size(); i++) {
                Object argument = told.get(event)[i + 1];
                String expected = argument instanceof Enum<?> constant ? constant.name() : argument.toString();
                assertThat(line.path(own.get(i)).asText())
                        .as(event + "." + own.get(i))
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void theFirstLinesAndTheLast() throws Exception {
        Path file = folder.resolve("short.jsonl");
        try (TraceWriter trace = TraceWriter.open(file)) {
            trace.passive().newListener(CONNECTION).onRecoveryEnds(0);
            trace.active().newListener(CONNECTION);
        }
        List<JsonNode> lines = lines(file);
        assertThat(fields(lines.get(0))).containsExactly("schema", "tou", "version", "began");
        assertThat(lines.get(0).path("schema").asInt()).isEqualTo(TraceWriter.SCHEMA);
        assertThat(lines.get(0).path("tou").asText()).isEqualTo("trace");
        assertThat(Instant.parse(lines.get(0).path("began").asText())).isBefore(Instant.now());
        List<String> connection = new ArrayList<>(List.of("e", "c", "t"));
        connection.addAll(documented().get("connection"));
        assertThat(fields(lines.get(1))).isEqualTo(connection);
        assertThat(lines.get(1).path("local").asText()).isEqualTo("127.0.0.1:40123");
        assertThat(lines.get(1).path("remote").asText()).isEqualTo("[2001:db8::7]:9700");
        assertThat(lines.get(1).path("passive").asBoolean()).isTrue();
        assertThat(lines.get(3).path("passive").asBoolean()).isFalse();
        assertThat(lines.get(3).path("c").asInt()).isEqualTo(2);
        assertThat(lines.get(4).path("e").asText()).isEqualTo("end");
        assertThat(lines.get(4).path("events").asLong()).isEqualTo(3);
        assertThat(lines.get(4).path("dropped").asLong()).isZero();
    }

    /** Numbers of the wire are unsigned, and what there is not is null. */
    @Test
    void sequenceNumbersAndNothing() throws Exception {
        Path file = folder.resolve("numbers.jsonl");
        try (TraceWriter trace = TraceWriter.open(file)) {
            TransportListener listener = trace.active().newListener(CONNECTION);
            listener.onSent(0, -2, 1000, 1, 24);
            listener.onCongestionWindow(0, 10_000, Long.MAX_VALUE, 0, WindowChange.INITIAL);
        }
        List<JsonNode> lines = lines(file);
        assertThat(lines.get(2).path("seq").asLong()).isEqualTo(4_294_967_294L);
        assertThat(lines.get(3).path("ssthreshBytes").isNull()).isTrue();
    }

    /** A connection's line finds no room here, and an event's does. */
    @Test
    void whatFindsNoRoomIsCounted() throws Exception {
        Path file = folder.resolve("drops.jsonl");
        try (TraceWriter trace = TraceWriter.open(file, 200)) {
            trace.active().newListener(CONNECTION);
            trace.active().newListener(CONNECTION).onSent(0, 1, 2, 3, 4);
            assertThat(trace.dropped()).isEqualTo(2);
        }
        List<JsonNode> lines = lines(file);
        assertThat(lines).extracting(line -> line.path("e").asText()).containsExactly("", "dropped", "sent", "end");
        assertThat(lines.get(1).path("count").asLong()).isEqualTo(2);
        assertThat(lines.get(3).path("dropped").asLong()).isEqualTo(2);
        assertThat(lines.get(3).path("events").asLong()).isEqualTo(1);
    }
}
