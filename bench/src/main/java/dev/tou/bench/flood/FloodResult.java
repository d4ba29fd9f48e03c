// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.flood;

import java.util.Locale;

import dev.tou.channel.SynCookieMode;

/**
 * What one run has shown.
 *
 * @param synsPerSecond what the generator made
 * @param connects how many honest clients there were
 * @param served how many of them connected and got an answer
 * @param mbit what the transfer moved, in Mbit/s
 * @param alive whether it went on to the end
 * @param heapBefore the heap after a collection, in bytes, before the flood
 * @param heapAfter the same at its end
 */
record FloodResult(
        FloodRun.Target target,
        SynCookieMode cookies,
        boolean download,
        double synsPerSecond,
        int connects,
        int served,
        double p50Millis,
        double p99Millis,
        double maxMillis,
        double mbit,
        boolean alive,
        long heapBefore,
        long heapAfter) {

    private static final double MIB = 1 << 20;

    static final String HEAD =
            "| flooded | cookies | transfer | SYN/s | connects | served | p50 ms | p99 ms | max ms | Mbit/s"
                    + " | heap before, after MiB |\n|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|";

    /** {@return a line of the table} */
    String row() {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %,.0f | %d | %d | %.1f | %.1f | %.1f | %.1f%s | %.1f, %.1f |",
                target == FloodRun.Target.SINK ? "a sink" : "the server",
                cookies == SynCookieMode.NEVER ? "never" : "under pressure",
                download ? "from the server" : "to the server",
                synsPerSecond,
                connects,
                served,
                p50Millis,
                p99Millis,
                maxMillis,
                mbit,
                alive ? "" : ", broken",
                heapBefore / MIB,
                heapAfter / MIB);
    }
}
