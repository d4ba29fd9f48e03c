// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Units;

/** Shows what a relay does, and once, at its end, what it has done. */
final class ImpairView {

    private final CommonOptions common;
    private final Console console;
    private final UdpRelay relay;
    private final boolean lines;
    private boolean ended;

    /** @param lines whether each tick is a line that stays */
    ImpairView(CommonOptions common, UdpRelay relay, boolean lines) {
        this.common = common;
        this.console = common.console();
        this.relay = relay;
        this.lines = lines;
    }

    /** Shows what has happened until now, if that is wanted. */
    synchronized void tick() {
        if (ended || !lines && (common.json() || !console.isLive())) {
            return;
        }
        RelayStatistics now = relay.statistics();
        if (common.json()) {
            emit("interval", now);
        } else if (lines) {
            console.note(line(now));
        } else {
            console.progress(line(now));
        }
    }

    private String line(RelayStatistics now) {
        return "  " + Units.grouped(now.clients()) + (now.clients() == 1 ? " client" : " clients")
                + direction("to server", now.toServer()) + direction("to client", now.toClient());
    }

    private String direction(String name, RelayStatistics.Direction of) {
        long dropped = of.lost() + of.corrupted() + of.queueDropped() + of.tooBig() + of.unsendable();
        return console.dim("   " + name + " ")
                + Units.grouped(of.left())
                + console.dim(" passed, ")
                + Units.grouped(dropped)
                + console.dim(" dropped");
    }

    private void emit(String event, RelayStatistics now) {
        common.lines()
                .emit(
                        event,
                        JsonLines.fields(
                                "clients", now.clients(), "toServer", now.toServer(), "toClient", now.toClient()));
    }

    /** Prints the result, unless that has happened. */
    synchronized void end() {
        if (ended) {
            return;
        }
        ended = true;
        RelayStatistics all = relay.statistics();
        emit("impair", all);
        if (!common.json()) {
            console.say("");
            LinkTable.show(console, all);
        }
    }

    void interrupted() {
        end();
        console.lastWord("Interrupted; no longer relaying.");
    }
}
