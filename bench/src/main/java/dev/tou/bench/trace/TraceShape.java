// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.trace;

import java.util.Arrays;

/**
 * What a kind of line looks like: its name, and the names and kinds of its fields. Values are numbers until they are written, so
 * that an event loop has nothing to do with text.
 */
final class TraceShape {

    /** A value of this size is "none yet". */
    static final long NONE = Long.MAX_VALUE;

    /** A field: what it is called, and how a number becomes its value. */
    private record Field(String prefix, Kind kind, String[] names) {}

    private enum Kind {
        NUMBER,
        SEQUENCE_NUMBER,
        FLAG,
        NAME
    }

    private final String prefix;
    private final Field[] fields;

    private TraceShape(String prefix, Field... fields) {
        this.prefix = prefix;
        this.fields = fields;
    }

    /** {@return a line of this name, without fields so far} */
    static TraceShape of(String name) {
        return new TraceShape("{\"e\":\"" + name + "\",\"c\":");
    }

    /** {@return the same with a number; {@link #NONE} is written as null} */
    TraceShape number(String name) {
        return with(name, Kind.NUMBER);
    }

    /** {@return the same with a sequence number} */
    TraceShape sequenceNumber(String name) {
        return with(name, Kind.SEQUENCE_NUMBER);
    }

    /** {@return the same with a truth value, 0 for false} */
    TraceShape flag(String name) {
        return with(name, Kind.FLAG);
    }

    /** {@return the same with a constant, by its ordinal} */
    TraceShape constant(String name, Enum<?>[] constants) {
        return with(name, Kind.NAME, Arrays.stream(constants).map(Enum::name).toArray(String[]::new));
    }

    private TraceShape with(String name, Kind kind, String... names) {
        Field[] more = Arrays.copyOf(fields, fields.length + 1);
        more[fields.length] = new Field(",\"" + name + "\":", kind, names);
        return new TraceShape(prefix, more);
    }

    /** Writes a line. */
    void append(StringBuilder line, int connection, long nanos, long[] values) {
        line.append(prefix).append(connection).append(",\"t\":").append(nanos);
        for (int i = 0; i < fields.length; i++) {
            Field field = fields[i];
            line.append(field.prefix);
            switch (field.kind) {
                case NUMBER -> appendNumber(line, values[i]);
                case SEQUENCE_NUMBER -> line.append(values[i] & 0xFFFF_FFFFL);
                case FLAG -> line.append(values[i] != 0);
                case NAME ->
                    line.append('"').append(field.names[(int) values[i]]).append('"');
            }
        }
        line.append('}');
    }

    private static void appendNumber(StringBuilder line, long value) {
        if (value == NONE) {
            line.append("null");
        } else {
            line.append(value);
        }
    }
}
