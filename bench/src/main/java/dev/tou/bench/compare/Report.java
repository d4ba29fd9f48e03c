// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.tou.bench.Table;
import dev.tou.bench.Units;

/** The outcome of a comparison, for people (text and Markdown are the same tables) and for programs. */
final class Report {

    private final Map<String, Object> settings;
    private final Map<String, String> transports;
    private final Map<String, String> environment;
    private final List<Results> results;

    /**
     * @param settings of the run, by option
     * @param transports what each is, by name
     * @param environment what the machine is and was
     */
    Report(
            Map<String, Object> settings,
            Map<String, String> transports,
            Map<String, String> environment,
            List<Results> results) {
        this.settings = settings;
        this.transports = transports;
        this.environment = environment;
        this.results = results;
    }

    /** {@return the report as Markdown, which is also readable as it is} */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Results one : results) {
            lines.addAll(table(one));
            lines.add("");
        }
        lines.add("\"of tcp\": the median and range of the ratios to kernel TCP, round by round; then the ratio of");
        lines.add("the best rounds. Each round begins with the transport that was second in the one before.");
        lines.add("");
        transports.forEach((name, what) -> lines.add("- `" + name + "`: " + what));
        lines.add("");
        environment.forEach((name, value) -> lines.add("- " + name + ": " + value));
        return lines;
    }

    /** {@return why the figures cannot be trusted, a line for each reason; empty if they can} */
    List<String> doubts() {
        List<String> doubts = new ArrayList<>();
        for (Results one : results) {
            one.doubts()
                    .forEach((transport, why) -> doubts.add(one.workload().label() + ", " + transport + ": " + why));
        }
        return doubts;
    }

    /** {@return one workload, as two tables, of figures and of what they cost, that fit a terminal; with a heading} */
    static List<String> table(Results results) {
        Workload workload = results.workload();
        List<String> lines = new ArrayList<>();
        lines.add("**" + workload.label() + "**, " + workload.unit() + ": " + workload.description() + "; "
                + results.rounds(results.transports().get(0)).size() + " rounds");
        lines.add("");
        lines.addAll(figures(results));
        lines.add("");
        lines.addAll(costs(results));
        for (String transport : results.transports()) {
            results.failures(transport)
                    .forEach((what, count) -> lines.add("- " + transport + ": " + count + " x " + what));
        }
        results.doubts().forEach((transport, why) -> lines.add("- **invalid**: " + transport + ": " + why));
        return lines;
    }

    private static List<String> figures(Results results) {
        String best = results.workload().moreIsBetter() ? "most" : "least";
        Table table = Table.ofFigures("transport", "median", "min..max", best, "of tcp", "min..max", best + "/tcp");
        for (String transport : results.transports()) {
            Spread spread = results.spread(transport);
            Spread ratios = results.ratios(transport);
            table.row(
                    transport,
                    Units.figure(spread.median()),
                    Units.figure(spread.min()) + ".." + Units.figure(spread.max()),
                    Units.figure(results.best(transport)),
                    ratios == null ? "" : Units.format("%.2f", ratios.median()),
                    ratios == null ? "" : Units.format("%.2f..%.2f", ratios.min(), ratios.max()),
                    ratios == null ? "" : Units.format("%.2f", results.ratioOfBests(transport)));
        }
        return table.markdown();
    }

    private static List<String> costs(Results results) {
        Table table = Table.ofFigures("transport", "CPU client + server", "allocated", "p99 us", "failed");
        for (String transport : results.transports()) {
            Double p99 = results.detail(transport, "p99Micros");
            table.row(
                    transport,
                    cpu(results, transport),
                    allocated(results, transport),
                    p99 == null ? "" : Units.figure(p99),
                    String.valueOf(results.failed(transport)));
        }
        return table.markdown();
    }

    private static String cpu(Results results, String transport) {
        return results.workload() == Workload.BULK
                ? ofBoth(results, transport, "CpuSecondsPerGB", "s/GB")
                : ofBoth(results, transport, "CpuMicrosPerOperation", "us");
    }

    /** By both event loops, heap only. */
    private static String allocated(Results results, String transport) {
        return results.workload() == Workload.BULK
                ? ofBoth(results, transport, "AllocatedBytesPerMB", "B/MB")
                : ofBoth(results, transport, "AllocatedBytesPerOperation", "B");
    }

    /** {@return a figure of the client and that of the server, or nothing where one is not known} */
    private static String ofBoth(Results results, String transport, String figure, String unit) {
        Double client = results.detail(transport, "client" + figure);
        Double server = results.detail(transport, "server" + figure);
        return client == null || server == null ? "" : Units.figure(client) + " + " + Units.figure(server) + " " + unit;
    }

    /** {@return all figures of all rounds} */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("settings", settings);
        fields.put("transports", transports);
        fields.put("environment", environment);
        fields.put("workloads", results.stream().map(Report::fields).toList());
        return fields;
    }

    private static Map<String, Object> fields(Results results) {
        Map<String, Object> byTransport = new LinkedHashMap<>();
        for (String transport : results.transports()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("value", results.spread(transport));
            one.put("best", results.best(transport));
            one.put("ratioToTcp", results.ratios(transport));
            one.put("bestToTcp", results.ratioOfBests(transport));
            one.put("rounds", results.rounds(transport));
            byTransport.put(transport, one);
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("workload", results.workload().label());
        fields.put("unit", results.workload().unit());
        fields.put("moreIsBetter", results.workload().moreIsBetter());
        fields.put("orders", results.orders());
        fields.put("results", byTransport);
        fields.put("invalid", results.doubts());
        return fields;
    }
}
