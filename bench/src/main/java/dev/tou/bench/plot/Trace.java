// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.tou.bench.Units;

/** What was read of one trace: its connections, and what was left out. */
final class Trace {

    private final Path file;
    private final String version;
    private final Instant began;
    private final List<ConnectionTrace> connections = new ArrayList<>();
    private final Map<String, Long> unknown = new TreeMap<>();
    private long events;
    private long malformed;
    private long dropped;
    private long ofMoreConnections;
    private boolean cutShort;
    private boolean complete;
    private boolean tooMany;

    Trace(Path file, String version, Instant began) {
        this.file = file;
        this.version = version;
        this.began = began;
    }

    void add(ConnectionTrace connection) {
        connections.add(connection);
    }

    void countEvent() {
        events++;
    }

    void countUnknown(String name) {
        // A file of nothing but different names must not fill the memory.
        if (unknown.size() < 20 || unknown.containsKey(name)) {
            unknown.merge(name, 1L, Long::sum);
        } else {
            unknown.merge("others", 1L, Long::sum);
        }
    }

    void countMalformed() {
        malformed++;
    }

    void endsInHalfALine() {
        cutShort = true;
    }

    /** Its writer could not keep up. */
    void countDropped(long count) {
        dropped += count;
    }

    /** Its last line is there. */
    void isComplete() {
        complete = true;
    }

    /** A line of a connection that is one too many. */
    void countOfMoreConnections() {
        ofMoreConnections++;
    }

    void hasMoreEvents() {
        tooMany = true;
    }

    Path file() {
        return file;
    }

    /** {@return the version of tou that wrote it} */
    String version() {
        return version;
    }

    /** {@return the time of its first line} */
    Instant began() {
        return began;
    }

    List<ConnectionTrace> connections() {
        return connections;
    }

    /** {@return how many events it has that were understood} */
    long events() {
        return events;
    }

    /** {@return how many lines were skipped} */
    long skipped() {
        return malformed
                + ofMoreConnections
                + unknown.values().stream().mapToLong(Long::longValue).sum()
                + (cutShort ? 1 : 0);
    }

    /** {@return what was left out, in sentences; empty if nothing was} */
    List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        String name = String.valueOf(file.getFileName());
        if (tooMany) {
            remarks.add("Only the first " + Units.grouped(events) + " events of " + name + " were read.");
        }
        if (ofMoreConnections > 0) {
            remarks.add("Only the first " + Units.grouped(connections.size()) + " connections of " + name
                    + " were read; " + Units.grouped(ofMoreConnections) + " lines of others were left out.");
        }
        if (cutShort) {
            remarks.add("The last line of " + name + " is cut short and was left out; was its writer killed?");
        } else if (!complete && !tooMany) {
            remarks.add(name + " has no last line: its writer was killed, or is still writing.");
        }
        if (dropped > 0) {
            remarks.add(
                    Units.grouped(dropped) + " events are missing from " + name + ", because its writer fell behind.");
        }
        if (malformed > 0) {
            remarks.add(Units.grouped(malformed) + (malformed == 1 ? " line of " : " lines of ") + name
                    + " could not be understood and " + (malformed == 1 ? "was" : "were") + " left out.");
        }
        if (!unknown.isEmpty()) {
            List<String> names = new ArrayList<>();
            unknown.forEach((event, count) -> names.add(event + " (" + Units.grouped(count) + ")"));
            remarks.add("Events of " + name + " that this tou does not know were left out: " + String.join(", ", names)
                    + ".");
        }
        return remarks;
    }
}
