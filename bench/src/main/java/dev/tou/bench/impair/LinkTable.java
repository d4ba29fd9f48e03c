// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.util.function.ToLongFunction;

import dev.tou.bench.Console;
import dev.tou.bench.Units;

/** What a relay has done, as a table of both directions. Rare fates have a line only if there were any. */
public final class LinkTable {

    private LinkTable() {}

    /** Prints {@code link}. */
    public static void show(Console console, RelayStatistics link) {
        console.say("  "
                + console.bold(Units.format("%-20s%16s%16s", "Link, in datagrams", "to the server", "to the client")));
        row(console, link, "arrived", RelayStatistics.Direction::entered);
        row(console, link, "lost", RelayStatistics.Direction::lost);
        rowIfAny(console, link, "corrupted, dropped", RelayStatistics.Direction::corrupted);
        rowIfAny(console, link, "damaged, passed", RelayStatistics.Direction::damaged);
        row(console, link, "reordered", RelayStatistics.Direction::reordered);
        row(console, link, "duplicated", RelayStatistics.Direction::duplicated);
        row(console, link, "passed on", RelayStatistics.Direction::left);
        rowIfAny(console, link, "queue full", RelayStatistics.Direction::queueDropped);
        rowIfAny(console, link, "not sendable", RelayStatistics.Direction::unsendable);
        rowIfAny(console, link, "too big", RelayStatistics.Direction::tooBig);
    }

    private static void rowIfAny(
            Console console, RelayStatistics link, String name, ToLongFunction<RelayStatistics.Direction> figure) {
        if (figure.applyAsLong(link.toServer()) + figure.applyAsLong(link.toClient()) > 0) {
            row(console, link, name, figure);
        }
    }

    private static void row(
            Console console, RelayStatistics link, String name, ToLongFunction<RelayStatistics.Direction> figure) {
        console.say(Units.format(
                "    %-18s%16s%16s",
                name,
                Units.grouped(figure.applyAsLong(link.toServer())),
                Units.grouped(figure.applyAsLong(link.toClient()))));
    }
}
