// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.JsonLines;

/**
 * What a stream has done between two moments, as one of its ends has counted it.
 *
 * @param stream its number, 1 and up
 * @param sender whether it was counted where it was sent
 * @param bytes sent or received
 * @param nanos how long it took
 * @param before what the sending end knew at the first moment, or null
 * @param after what it knew at the second, or null
 */
record Span(int stream, boolean sender, long bytes, long nanos, SenderFigures before, SenderFigures after) {

    /** {@return segments sent again meanwhile, or null if that is not known} */
    Long retransmits() {
        return after == null ? null : (Long) (after.retransmits() - (before == null ? 0 : before.retransmits()));
    }

    double bitsPerSecond() {
        return nanos <= 0 ? 0 : bytes * 8e9 / nanos;
    }

    /** {@return the same, with what the sending end has told} */
    Span told(SenderFigures earlier, SenderFigures later) {
        return new Span(stream, sender, bytes, nanos, earlier, later);
    }

    /** {@return the same for the control connection} */
    Map<String, Object> fields() {
        return JsonLines.fields(
                "stream",
                stream,
                "sender",
                sender,
                "bytes",
                bytes,
                "nanos",
                nanos,
                "before",
                before == null ? null : before.fields(),
                "after",
                after == null ? null : after.fields());
    }

    /** {@return what the other end has counted} */
    static Span of(JsonNode fields) {
        return new Span(
                fields.path("stream").asInt(),
                fields.path("sender").asBoolean(),
                fields.path("bytes").asLong(),
                fields.path("nanos").asLong(),
                SenderFigures.of(fields.path("before")),
                SenderFigures.of(fields.path("after")));
    }
}
