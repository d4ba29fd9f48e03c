// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.List;
import java.util.Locale;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.JsonLines;

/**
 * Shows one test at either end: lines for a person as they come, or for a program one document, or an object for each
 * line.
 */
final class PerfView {

    private final CommonOptions common;
    private final Console console;
    private final JsonLines lines;
    private final boolean server;
    private final boolean stream;
    private final TestPlan plan;
    private final PerfTable table;
    private final PerfJson json;

    /** @param stream whether a program gets each interval as it ends */
    PerfView(CommonOptions common, TestPlan plan, Amounts amounts, boolean server, boolean stream) {
        this.common = common;
        this.console = common.console();
        this.lines = common.lines();
        this.server = server;
        this.stream = stream;
        this.plan = plan;
        this.table = new PerfTable(plan, amounts, server);
        this.json = new PerfJson(plan, server);
    }

    void began(Carrier carrier, HostAndPort peer, List<ClientConnections.Opened> streams) {
        var start = json.start(carrier, common.io(), peer.host(), peer.port(), streams);
        if (stream) {
            lines.emit("start", start);
        }
        if (common.json()) {
            return;
        }
        if (server) {
            console.say(console.bold("Accepted a test of " + peer) + console.dim(", " + describe(carrier)));
        }
        for (ClientConnections.Opened one : streams) {
            console.say(console.dim(String.format(
                    "[%3d] local %s connected to %s",
                    one.stream(), HostAndPort.of(one.local()), HostAndPort.of(one.remote()))));
        }
        console.say(console.bold(table.header()));
    }

    /** {@return what is used, in a few words} */
    String describe(Carrier carrier) {
        String by = carrier == Carrier.TOU ? "tou" : "the kernel's TCP";
        String loops = common.io().name().toLowerCase(Locale.ROOT);
        return by + " on " + loops
                + switch (plan.direction()) {
                    case FORWARD -> "";
                    case REVERSE -> ", the server sends";
                    case BOTH -> ", both send";
                };
    }

    void interval(Interval interval) {
        var fields = json.interval(interval);
        if (stream) {
            lines.emit("interval", fields);
        }
        if (!common.json()) {
            table.rows(interval).forEach(console::say);
        }
    }

    /** @param complete whether the test has run to its end */
    void ended(Outcome outcome, boolean complete) {
        if (stream) {
            lines.emit("end", json.end(outcome, complete));
        } else {
            lines.emit("perf", json.document(outcome, complete));
        }
        if (!common.json()) {
            List<String> rows = table.summary(outcome);
            int title = plan.streams() == 1 ? 1 : 0;
            for (int i = 0; i < rows.size(); i++) {
                console.say(i == title ? console.bold(rows.get(i)) : rows.get(i));
            }
        }
    }
}
