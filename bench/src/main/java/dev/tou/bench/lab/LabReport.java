// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.ExitCode;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Table;
import dev.tou.bench.Units;

/** What a comparison has found, for people in Markdown that is readable as it is, and for programs. */
final class LabReport {

    private final LabPlan plan;
    private final Map<String, String> about;
    private final Map<String, String> environment;
    private final List<LabRun.Result> results;

    /**
     * @param about what each link stands for, by its name
     * @param environment what the machine is
     */
    LabReport(LabPlan plan, Map<String, String> about, Map<String, String> environment, List<LabRun.Result> results) {
        this.plan = plan;
        this.about = about;
        this.environment = environment;
        this.results = results;
    }

    /** {@return whether everything was measured, and may be trusted} */
    boolean isSound() {
        return results.stream()
                .allMatch(result -> result.exit() == 0 && !result.figures().isMissingNode());
    }

    /** {@return the report as Markdown} */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("# The links that have a name, in containers");
        lines.add("");
        lines.add("The router made them by " + (plan.impair() == LabPlan.Impair.RELAY ? "tou impair" : "tc netem")
                + ", seed " + plan.seed()
                + (plan.linkFlags().isBlank() ? "." : ", changed by " + plan.linkFlags() + "."));
        lines.add("");
        lines.add("## Latency");
        lines.add("");
        lines.add(plan.perSecond() + " requests of 64 bytes a second for " + plan.seconds()
                + " s over one connection; from the time at which each was to be sent.");
        lines.add("");
        lines.addAll(latency());
        lines.add("");
        lines.add("## Throughput");
        lines.add("");
        lines.add("One connection for " + plan.seconds()
                + " s, slow start included; what arrived. Sent again: within that time. Dropped: by the router, of all"
                + " datagrams that way, those too that left later, to deliver what was still waiting.");
        lines.add("");
        lines.addAll(throughput());
        lines.add("");
        lines.addAll(troubles());
        lines.add("## Links");
        lines.add("");
        plan.links().forEach(link -> lines.add("- " + link + ": " + about.getOrDefault(link, "")));
        lines.add("");
        lines.add("## Where");
        lines.add("");
        environment.forEach((name, value) -> lines.add("- " + name + ": " + value));
        return lines;
    }

    private List<String> latency() {
        Table table = Table.ofFigures("link", "", "p50", "p90", "p99", "p99.9", "max", "answered");
        for (LabRun.Result result : of(Measurement.LATENCY)) {
            for (JsonNode one : result.figures().path("results")) {
                JsonNode nanos = one.path("latencyNanos");
                table.row(
                        result.link(),
                        one.path("transport").asText(),
                        nanos(nanos.path("p50")),
                        nanos(nanos.path("p90")),
                        nanos(nanos.path("p99")),
                        nanos(nanos.path("p999")),
                        nanos(nanos.path("max")),
                        Units.grouped(one.path("answered").asLong()) + " of "
                                + Units.grouped(one.path("scheduled").asLong()));
            }
        }
        return table.markdown();
    }

    private List<String> throughput() {
        Table table = Table.ofFigures(
                "link", "to the server", "sent again", "dropped", "to the client", "sent again", "dropped");
        for (String link : plan.links()) {
            List<String> cells = new ArrayList<>(List.of(link));
            for (LabRun.Result result : results) {
                if (result.link().equals(link) && result.measurement() != Measurement.LATENCY) {
                    boolean up = result.measurement() == Measurement.TO_SERVER;
                    JsonNode end = result.figures().path("end");
                    cells.add(bits(end.path("sum_received").path("bits_per_second")));
                    cells.add(number(end.path("sum_sent").path("retransmits")));
                    cells.add(dropped(result.router().path(up ? "toServer" : "toClient")));
                }
            }
            table.row(cells.toArray(String[]::new));
        }
        return table.markdown();
    }

    private static String dropped(JsonNode way) {
        long entered = way.path("entered").asLong();
        long dropped = way.path("lost").asLong()
                + way.path("corrupted").asLong()
                + way.path("queueDropped").asLong()
                + way.path("tooBig").asLong();
        return entered == 0 ? "-" : Units.grouped(dropped) + " of " + Units.grouped(entered);
    }

    private List<String> troubles() {
        List<String> lines = new ArrayList<>();
        for (LabRun.Result result : results) {
            if (result.exit() != 0 || result.figures().isMissingNode()) {
                lines.add("- **" + result.link() + ", " + result.measurement().file() + "**: ended with "
                        + result.exit() + ", " + ExitCode.of(result.exit()).meaning() + "; log.txt has what it said");
            }
        }
        if (!lines.isEmpty()) {
            lines.add(0, "## Not to be trusted");
            lines.add(1, "");
            lines.add("");
        }
        return lines;
    }

    private List<LabRun.Result> of(Measurement measurement) {
        return results.stream()
                .filter(result -> result.measurement() == measurement)
                .toList();
    }

    private static String nanos(JsonNode nanos) {
        return nanos.isNumber() ? Units.nanos(nanos.asDouble()) : "-";
    }

    private static String bits(JsonNode rate) {
        return rate.isNumber() ? Units.bitsPerSecond(rate.asDouble()) : "-";
    }

    private static String number(JsonNode number) {
        return number.isNumber() ? Units.grouped(number.asLong()) : "-";
    }

    /** {@return the same for programs} */
    Map<String, Object> fields() {
        List<Map<String, Object>> measurements = new ArrayList<>();
        for (LabRun.Result result : results) {
            measurements.add(JsonLines.fields(
                    "link", result.link(),
                    "measurement", result.measurement().file(),
                    "exit", result.exit(),
                    "figures", result.figures().isMissingNode() ? null : result.figures(),
                    "router", result.router().isMissingNode() ? null : result.router()));
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("impair", plan.impair().name().toLowerCase(Locale.ROOT));
        fields.put("linkFlags", plan.linkFlags());
        fields.put("seed", plan.seed());
        fields.put("perSecond", plan.perSecond());
        fields.put("seconds", plan.seconds());
        fields.put("environment", environment);
        fields.put("sound", isSound());
        fields.put("measurements", measurements);
        return fields;
    }
}
