// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.Console;
import dev.tou.bench.Failures;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Units;
import dev.tou.bench.file.Sha256;
import dev.tou.bench.impair.LinkTable;
import dev.tou.bench.impair.RelayStatistics;
import dev.tou.bench.ping.Lateness;

/**
 * What the demonstration found, as a table for people and as {@code summary.json}.
 *
 * @param sent what the client said about the transfer
 * @param latency what it said about the requests, in nanoseconds
 * @param link what the relay counted from the SYN of the transfer to its last FIN
 * @param pictures what was drawn
 * @param nanos the demo took
 */
record DemoSummary(
        Demo.Plan plan,
        long bytes,
        Sha256 digest,
        JsonNode sent,
        JsonNode latency,
        RelayStatistics link,
        List<Path> pictures,
        long nanos) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    Map<String, Object> fields() {
        return JsonLines.fields(
                "seed", plan.seed(),
                "link", plan.link().describe(),
                "bytes", bytes,
                "sha256", digest.hex(),
                "transferNanos", sent.path("nanos").asLong(),
                "bytesPerSecond", Math.round(rate()),
                "connection", sent.path("connection"),
                "relay", link,
                "latencyNanos", latencyFields(),
                "latenessNanos", lateness(),
                "pictures", pictures.stream().map(Path::toString).toList(),
                "demoNanos", nanos);
    }

    private Map<String, Object> latencyFields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (String name : new String[] {"count", "p50", "p90", "p99", "max"}) {
            fields.put(name, latency.path(name).asLong());
        }
        return fields;
    }

    private Lateness lateness() {
        JsonNode told = latency.path("lateness");
        return new Lateness(told.path("p50").asLong(), told.path("p99").asLong());
    }

    private double rate() {
        return bytes * 1e9 / sent.path("nanos").asLong();
    }

    void write(Path folder) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("schema", JsonLines.SCHEMA);
        all.putAll(fields());
        try {
            String text = MAPPER.writer(new DefaultPrettyPrinter()).writeValueAsString(all);
            Files.writeString(folder.resolve("summary.json"), text + "\n");
        } catch (IOException e) {
            throw Failures.writing(folder, "summary.json", e);
        }
    }

    void show(Console console) {
        showTransfer(console);
        showLink(console);
        showLatency(console);
        console.say("");
        console.say("  Results in " + console.bold(plan.results().toString())
                + console.dim("  summary.json, trace.jsonl, latency.hlog, latency.hgrm"));
        pictures.forEach(file -> console.say("  " + pictureLabel(file) + console.bold(file.toString())));
        console.say(console.dim("  Done in " + Units.nanos(nanos) + ". The same link again: --seed " + plan.seed()));
    }

    private static String pictureLabel(Path file) {
        return file.toString().endsWith(".html") ? "Open in a browser: " : "Or look at:        ";
    }

    private void showTransfer(Console console) {
        heading(console, "Transfer");
        row(console, "bytes", Units.grouped(bytes) + "  (" + Units.bytes(bytes) + ")");
        row(
                console,
                "time",
                Units.nanos(sent.path("nanos").asDouble()) + console.dim("  from connecting to the receiver's answer"));
        row(
                console,
                "rate",
                bytes == 0 ? "-" : Units.bytesPerSecond(rate()) + "  (" + Units.bitsPerSecond(rate() * 8) + ")");
        JsonNode connection = sent.path("connection");
        row(
                console,
                "channel",
                connection.path("transport").asText() + ", "
                        + connection.path("congestionControl").asText() + ", MSS "
                        + connection.path("mss").asText());
        row(
                console,
                "round trip",
                Units.format(
                        "%.1f ms  (+/- %.1f ms, least %.1f ms)",
                        connection.path("rttMillis").asDouble(),
                        connection.path("rttVarMillis").asDouble(),
                        connection.path("minRttMillis").asDouble()));
        row(
                console,
                "sent again",
                Units.format(
                        "%s of %s segments  (%s, %s)",
                        Units.grouped(connection.path("retransmits").asLong()),
                        Units.grouped(connection.path("segmentsSent").asLong()),
                        Units.counted(connection.path("recoveries").asLong(), "recovery", "recoveries"),
                        Units.counted(connection.path("timeouts").asLong(), "timeout", "timeouts")));
    }

    private void showLink(Console console) {
        console.say("");
        LinkTable.show(console, link);
    }

    private void showLatency(Console console) {
        heading(
                console,
                "Request latency"
                        + console.dim("  " + Units.grouped(latency.path("count").asLong())
                                + " requests of " + DemoClientCommand.REQUEST_BYTES + " bytes, "
                                + Demo.REQUESTS_PER_SECOND
                                + " a second, from the intended send time"));
        StringBuilder line = new StringBuilder();
        for (String name : new String[] {"p50", "p90", "p99", "max"}) {
            line.append(Units.format(
                    "  %-4s%-12s", name, Units.nanos(latency.path(name).asDouble())));
        }
        console.say("  " + line.toString().stripTrailing());
        console.say(console.dim("    " + lateness().clause() + ", which is in these figures"));
        if (lateness().isMuchOf(latency.path("p99").asLong())) {
            console.say(console.dim("    Much of the p99 is the sender's own lateness."));
        }
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        String busy = busy(load, Runtime.getRuntime().availableProcessors());
        if (busy != null) {
            console.say("    " + busy);
        }
    }

    /**
     * {@return a warning if others keep the processors busy, null if they do not}
     *
     * @param load of the last minute, less than 0 if the system does not tell; the demo itself makes about one in a minute
     */
    static String busy(double load, int processors) {
        return load <= 1.5 * processors
                ? null
                : Units.format(
                        "This machine is busy (load %.1f for %s): both ends and the link wait for it, in every figure.",
                        load, Units.counted(processors, "processor"));
    }

    private static void heading(Console console, String text) {
        console.say("");
        console.say("  " + console.bold(text));
    }

    private static void row(Console console, String name, String value) {
        console.say(Units.format("    %-18s", name) + value);
    }
}
