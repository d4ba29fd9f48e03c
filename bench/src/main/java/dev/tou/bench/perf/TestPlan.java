// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.JsonLines;

/**
 * What a test is to be; the client's to choose, and the server's to take or to refuse.
 *
 * @param streams connections that carry data each way, 1 to {@value #MAX_STREAMS}
 * @param direction who sends
 * @param nanos how long it is to send; 0 if bytes decide
 * @param bytes how much to send, of all streams of a direction; 0 if time decides
 * @param omitNanos what is sent before the measurement begins
 * @param blockBytes bytes of a write, 1 to {@value #MAX_BLOCK_BYTES}
 * @param windowBytes the send and receive buffers of each stream; 0 leaves them to the transport
 * @param congestion name of the congestion control of whoever sends, or null for the default
 */
record TestPlan(
        int streams,
        Direction direction,
        long nanos,
        long bytes,
        long omitNanos,
        int blockBytes,
        int windowBytes,
        String congestion) {

    static final int MAX_STREAMS = 128;
    static final int MAX_BLOCK_BYTES = 1 << 20;

    static final long SECOND = 1_000_000_000L;
    private static final long MAX_SECONDS = 86_400;
    private static final long MAX_OMIT_SECONDS = 600;
    private static final long MAX_BYTES = 1L << 50;
    private static final int MAX_WINDOW_BYTES = 1 << 30;
    private static final int MAX_NAME = 15; // as the kernel's

    /** {@return what is wrong with it, in a sentence without an end, or nothing} */
    Optional<String> problem() {
        return Optional.<String>empty()
                .or(() -> outside("-P", streams, 1, MAX_STREAMS))
                .or(() -> nanos == 0 && bytes == 0 ? Optional.of("-t is 0; give a time, or bytes with -n") : none())
                .or(() -> nanos != 0 && bytes != 0 ? Optional.of("give either -t or -n, not both") : none())
                .or(() -> outside("-t", nanos, 0, MAX_SECONDS * SECOND, " seconds"))
                .or(() -> outside("-n", bytes, 0, MAX_BYTES))
                .or(() -> outside("-O", omitNanos, 0, MAX_OMIT_SECONDS * SECOND, " seconds"))
                .or(() -> outside("-l", blockBytes, 1, MAX_BLOCK_BYTES))
                .or(() -> outside("-w", windowBytes, 0, MAX_WINDOW_BYTES))
                .or(() -> congestion != null && !congestion.matches("[a-z0-9_-]{1," + MAX_NAME + "}")
                        ? Optional.of("-C is no name of a congestion control; give cubic or reno")
                        : none());
    }

    private static Optional<String> none() {
        return Optional.empty();
    }

    private static Optional<String> outside(String option, long value, long least, long most, String... unit) {
        long scale = unit.length == 0 ? 1 : SECOND;
        return value >= least && value <= most
                ? none()
                : Optional.of(option + " is " + value / scale + "; give a number from " + least / scale + " to "
                        + most / scale + String.join("", unit));
    }

    /** {@return how many connections carry data} */
    int connections() {
        return direction == Direction.BOTH ? 2 * streams : streams;
    }

    /** {@return whether the client sends on stream {@code number}: with both directions its own come first} */
    boolean clientSends(int number) {
        return direction == Direction.BOTH ? number <= streams : direction.clientSends();
    }

    /** {@return the same for the control connection} */
    Map<String, Object> fields() {
        return JsonLines.fields(
                "version",
                Control.VERSION,
                "streams",
                streams,
                "direction",
                direction.name().toLowerCase(Locale.ROOT),
                "nanos",
                nanos,
                "bytes",
                bytes,
                "omitNanos",
                omitNanos,
                "blockBytes",
                blockBytes,
                "windowBytes",
                windowBytes,
                "congestion",
                congestion);
    }

    /**
     * {@return the plan that a client proposes}
     *
     * @throws IllegalArgumentException with a sentence for that client, if it cannot be taken
     */
    static TestPlan of(JsonNode message) {
        int version = message.path("version").asInt();
        if (version != Control.VERSION) {
            throw new IllegalArgumentException("The client speaks version " + version + " of the test protocol and the"
                    + " server version " + Control.VERSION + "; use the same tou at both ends.");
        }
        TestPlan plan = new TestPlan(
                whole(message, "streams"),
                direction(message.path("direction").asText()),
                message.path("nanos").asLong(-1),
                message.path("bytes").asLong(-1),
                message.path("omitNanos").asLong(-1),
                whole(message, "blockBytes"),
                whole(message, "windowBytes"),
                message.path("congestion").asText(null));
        plan.problem().ifPresent(what -> {
            throw new IllegalArgumentException("The server does not take the test: " + what + ".");
        });
        return plan;
    }

    private static int whole(JsonNode message, String name) {
        JsonNode value = message.path(name);
        return value.canConvertToInt() ? value.asInt() : -1;
    }

    private static Direction direction(String word) {
        for (Direction direction : Direction.values()) {
            if (direction.name().toLowerCase(Locale.ROOT).equals(word)) {
                return direction;
            }
        }
        throw new IllegalArgumentException("The server knows no such direction; use the same tou at both ends.");
    }
}
