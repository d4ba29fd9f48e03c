// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.tou.bench.Console;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Units;
import org.HdrHistogram.Histogram;

/**
 * What a measurement found, as a table for people and as fields for programs, and whether it may be trusted.
 *
 * <p>A percentile is given only if the measurement has a request beyond it; with fewer than {@link #FIRM} of them it is
 * marked, because the next run will show another figure.
 *
 * @param measurements tou's, and the kernel's if that was compared
 * @param complete whether it ran to its end; one that was cut short by the user is judged by what it has
 */
record PingReport(PingRun.Plan plan, List<Measurement> measurements, boolean complete) {

    /** A percentile and its name in a table and in JSON. */
    private record Percentile(double value, String label, String field) {

        /** {@return how many of {@code count} requests took longer} */
        double beyond(long count) {
            return count * (100 - value) / 100;
        }
    }

    private static final List<Percentile> PERCENTILES = List.of(
            new Percentile(50, "p50", "p50"),
            new Percentile(90, "p90", "p90"),
            new Percentile(99, "p99", "p99"),
            new Percentile(99.9, "p99.9", "p999"),
            new Percentile(99.99, "p99.99", "p9999"));

    /** So many requests beyond a percentile make it firm. */
    private static final int FIRM = 10;

    /** The division by 100 leaves a remainder of rounding, which is not to decide. */
    private static final double ROUNDING = 1e-6;

    /** A sender that ends later than this, beyond one percent of the time, has not kept its rate. */
    private static final long GRACE_NANOS = 50_000_000;

    private static final int CELL = 12;

    /** {@return what forbids to trust the figures, in clauses; empty if nothing does} */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (!complete) {
            return problems;
        }
        for (Measurement of : measurements) {
            if (of.sent() < of.scheduled()) {
                problems.add(of.transport() + " could send only " + Units.grouped(of.sent()) + " of "
                        + Units.grouped(of.scheduled()) + " requests");
            } else if (of.overrunNanos() > of.scheduledNanos() / 100 + GRACE_NANOS) {
                problems.add(of.transport() + " could not keep the rate: it took "
                        + Units.nanos(of.scheduledNanos() + of.overrunNanos()) + " to send what was to take "
                        + Units.nanos(of.scheduledNanos()));
            }
            if (of.answered() < of.sent()) {
                problems.add(Units.grouped(of.sent() - of.answered()) + " of " + Units.grouped(of.sent())
                        + " requests over " + of.transport() + " were not answered");
            }
        }
        return problems;
    }

    Map<String, Object> fields() {
        List<Map<String, Object>> results = new ArrayList<>();
        for (Measurement of : measurements) {
            results.add(JsonLines.fields(
                    "transport", of.transport(),
                    "scheduled", of.scheduled(),
                    "sent", of.sent(),
                    "answered", of.answered(),
                    "latencyNanos", figures(of.latency()),
                    "serviceNanos", figures(of.service()),
                    "latenessNanos", figures(of.lateness()),
                    "rounds", of.rounds().stream().map(PingReport::figures).toList(),
                    "connection", of.connection()));
        }
        return JsonLines.fields(
                "target", plan.target().toString(),
                "io", plan.io().name().toLowerCase(Locale.ROOT),
                "bytes", plan.size(),
                "perSecond", plan.perSecond(),
                "complete", complete,
                "valid", problems().isEmpty(),
                "problems", problems(),
                "results", results);
    }

    private static Map<String, Object> figures(Histogram histogram) {
        Map<String, Object> figures = new LinkedHashMap<>();
        long count = histogram.getTotalCount();
        figures.put("count", count);
        figures.put("min", count == 0 ? null : histogram.getMinValue());
        figures.put("mean", count == 0 ? null : Math.round(histogram.getMean()));
        for (Percentile percentile : PERCENTILES) {
            figures.put(percentile.field(), given(histogram, percentile));
        }
        figures.put("max", count == 0 ? null : histogram.getMaxValue());
        return figures;
    }

    /** The percentile in nanoseconds, or null if no request is beyond it. */
    private static Long given(Histogram histogram, Percentile percentile) {
        long count = histogram.getTotalCount();
        return count == 0 || percentile.beyond(count) < 1 - ROUNDING
                ? null
                : (Long) histogram.getValueAtPercentile(percentile.value());
    }

    void show(Console console) {
        console.say("");
        console.say("  " + console.bold("Latency") + console.dim("  from the intended send time"));
        if (measurements.size() > 1) {
            StringBuilder heads = new StringBuilder(" ".repeat(12));
            measurements.forEach(of -> heads.append(right(of.transport())));
            console.say(heads + right("ratio"));
        }
        boolean unfirm = false;
        for (Percentile percentile : PERCENTILES) {
            unfirm |= showRow(console, percentile);
        }
        showMaximum(console);
        console.say("");
        measurements.forEach(of -> showSender(console, of));
        if (unfirm) {
            console.say(
                    console.dim("  ~ fewer than " + FIRM + " requests beyond it, - none: measure longer for these."));
        }
        problems().forEach(problem -> console.say("  " + console.red("Not to be trusted: " + problem + ".")));
    }

    /** Prints one percentile of each transport, and {@return whether one of them is not firm}. */
    private boolean showRow(Console console, Percentile percentile) {
        StringBuilder row = new StringBuilder(Units.format("    %-8s", percentile.label()));
        boolean unfirm = false;
        for (Measurement of : measurements) {
            Histogram latency = of.latency();
            Long nanos = given(latency, percentile);
            boolean firm = percentile.beyond(latency.getTotalCount()) >= FIRM - ROUNDING;
            unfirm |= !firm;
            row.append(right(nanos == null ? "-" : (firm ? "" : "~ ") + Units.nanos(nanos)));
        }
        if (measurements.size() > 1) {
            row.append(ratio(
                    given(measurements.get(0).latency(), percentile),
                    given(measurements.get(1).latency(), percentile)));
        }
        console.say(row.toString());
        return unfirm;
    }

    private void showMaximum(Console console) {
        StringBuilder row = new StringBuilder(Units.format("    %-8s", "max"));
        List<Long> values = new ArrayList<>();
        for (Measurement of : measurements) {
            Histogram latency = of.latency();
            values.add(latency.getTotalCount() == 0 ? null : (Long) latency.getMaxValue());
            row.append(right(values.get(values.size() - 1) == null ? "-" : Units.nanos(latency.getMaxValue())));
        }
        if (measurements.size() > 1) {
            row.append(ratio(values.get(0), values.get(1)));
        }
        console.say(row.toString());
    }

    private static void showSender(Console console, Measurement of) {
        boolean sent = of.lateness().getTotalCount() > 0;
        Lateness lateness = Lateness.of(of.lateness());
        console.say("  " + of.transport() + ": " + Units.grouped(of.answered()) + " of " + Units.grouped(of.scheduled())
                + " answered" + (sent ? console.dim("; " + lateness.clause()) : ""));
        if (sent && lateness.isMuchOf(of.latency().getValueAtPercentile(99))) {
            console.say(console.dim("  Much of the p99 of " + of.transport() + " is the sender's own lateness."));
        }
    }

    private static String ratio(Long first, Long second) {
        return right(
                first == null || second == null || second == 0 ? "-" : Units.format("%.2f", (double) first / second));
    }

    private static String right(String text) {
        return Units.format("%" + CELL + "s", text);
    }
}
