// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.util.Locale;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One line of a trace: a decision of one connection, with the parameters that {@code TransportListener} has.
 *
 * @param name the method without "on"
 * @param nanos when, since the time of reference
 * @param fields its parameters
 */
record TraceEvent(String name, double nanos, JsonNode fields) {

    /** Control bits of RFC 9293 section 3.1. */
    private static final int FIN = 0x01;

    private static final int SYN = 0x02;
    private static final int ACK = 0x10;

    /** A line that has not what its event needs. */
    static final class Malformed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Malformed(String field) {
            super(field, null, false, false);
        }
    }

    /** {@return a number that the event must have} */
    long number(String field) {
        JsonNode value = fields.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new Malformed(field);
        }
        return value.asLong();
    }

    /** {@return a sequence number, which may be written with or without a sign} */
    int sequence(String field) {
        return (int) number(field);
    }

    /** {@return a word that the event must have, as the constant of an enum is written} */
    String word(String field) {
        JsonNode value = fields.path(field);
        if (!value.isTextual()) {
            throw new Malformed(field);
        }
        return value.asText().toUpperCase(Locale.ROOT);
    }

    /** {@return how much sequence space its segments take, SYN and FIN counted} */
    long sequenceSpace() {
        long bits = number("controlBits");
        return number("textBytes") + ((bits & SYN) == 0 ? 0 : 1) + ((bits & FIN) == 0 ? 0 : 1);
    }

    /** {@return whether its segments acknowledge} */
    boolean acknowledges() {
        return (number("controlBits") & ACK) != 0;
    }
}
