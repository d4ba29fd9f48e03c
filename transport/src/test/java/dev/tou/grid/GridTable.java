// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.grid;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The committed table: a line for each cell, after lines that begin with a number sign. */
final class GridTable {

    private static final Path FILE = Path.of("src", "test", "resources", "simulation-grid.txt");

    private static final List<String> HEADER = List.of(
            "# One bulk transfer for each path, in virtual time: dev.tou.grid.SimulationGridTest.",
            "# Queues hold at least four packets. Segments have 1168 bytes of text until the path MTU is known.",
            "# goodput: text, in per cent of the rate. lost: per cent of the segments with text.",
            "# again: bytes sent again for each byte lost. RTO: expiries of the retransmission timer.",
            "# Made anew by: ./mvnw -pl transport test -Pfull -Dtest=SimulationGridTest -Dtou.grid.write=true",
            "#    RTT           rate    buffer     loss  goodput     lost    again      RTO");

    private GridTable() {}

    /** {@return the committed lines, by the name of the cell} */
    static Map<String, String> read() throws IOException {
        Map<String, String> lines = new LinkedHashMap<>();
        for (String line : Files.readAllLines(FILE, StandardCharsets.UTF_8)) {
            if (!line.startsWith("#")) {
                lines.put(line.substring(0, line.indexOf('%') + 1), line);
            }
        }
        return lines;
    }

    static void write(Collection<CellResult> results) throws IOException {
        List<String> lines = new ArrayList<>(HEADER);
        results.forEach(result -> lines.add(result.line()));
        Files.createDirectories(FILE.getParent());
        Files.write(FILE, lines, StandardCharsets.UTF_8);
    }

    /** {@return what differs, as a diff shows it} */
    static List<String> differences(Collection<CellResult> results) throws IOException {
        Map<String, String> committed = read();
        List<String> differences = new ArrayList<>();
        for (CellResult result : results) {
            String before = committed.get(result.cell().name());
            if (!result.line().equals(before)) {
                differences.add("\n-" + before + "\n+" + result.line());
            }
        }
        return differences;
    }
}
