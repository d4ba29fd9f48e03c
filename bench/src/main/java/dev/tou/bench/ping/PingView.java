// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Units;
import org.HdrHistogram.Histogram;

/**
 * Shows a measurement while it runs, a line a second, and its result once: at its end, or at what has been measured when the
 * process is told to end.
 */
final class PingView implements PingRun.Listener, AutoCloseable {

    private final CommonOptions common;
    private final Console console;
    private final JsonLines lines;
    private final PingRun.Plan plan;
    private final boolean quiet;
    private final LatencyLog log;
    private final List<Measurement> measurements = new ArrayList<>();
    private boolean ended;

    /** @param hlog where to write the histograms, or null */
    PingView(CommonOptions common, PingRun.Plan plan, Path hlog, boolean quiet) {
        this.common = common;
        this.console = common.console();
        this.lines = common.lines();
        this.plan = plan;
        this.quiet = quiet;
        this.log = hlog == null ? null : LatencyLog.create(hlog, what());
    }

    private String what() {
        return Units.grouped(plan.count()) + " requests of " + Units.grouped(plan.size()) + " bytes, "
                + Units.grouped(plan.perSecond()) + " a second";
    }

    void begin() {
        if (!common.json()) {
            console.say(console.bold("tou ping " + plan.target()) + "  " + what()
                    + console.dim(", " + common.io().name().toLowerCase(Locale.ROOT)));
        }
    }

    @Override
    public synchronized void onConnected(Measurement measurement) {
        measurements.add(measurement);
    }

    @Override
    public synchronized void onInterval(Measurement measurement, Histogram interval) {
        if (ended || interval.getTotalCount() == 0 && interval.getEndTimeStamp() == interval.getStartTimeStamp()) {
            return;
        }
        if (log != null) {
            log.append(interval, plan.baseline() ? measurement.transport() : null);
        }
        if (quiet) {
            return;
        }
        long count = interval.getTotalCount();
        Long p50 = count == 0 ? null : (Long) interval.getValueAtPercentile(50);
        Long p99 = count == 0 ? null : (Long) interval.getValueAtPercentile(99);
        Long max = count == 0 ? null : (Long) interval.getMaxValue();
        lines.emit(
                "interval",
                JsonLines.fields(
                        "transport", measurement.transport(), "answered", count, "p50", p50, "p99", p99, "max", max));
        if (!common.json()) {
            String series = plan.baseline() ? measurement.transport() + "  " : "";
            String figures = count == 0
                    ? ""
                    : Units.format(
                            "   p50 %8s   p99 %8s   max %8s", Units.nanos(p50), Units.nanos(p99), Units.nanos(max));
            console.note(console.dim(Units.format(
                            "  %s%7s of %7s answered",
                            series, Units.grouped(measurement.answered()), Units.grouped(plan.count())))
                    + figures);
        }
    }

    /** Prints the result, unless that has happened, and {@return why it may not be trusted, if so}. */
    Optional<String> end() {
        return end(true);
    }

    private synchronized Optional<String> end(boolean complete) {
        if (ended) {
            return Optional.empty();
        }
        ended = true;
        PingReport report = new PingReport(plan, measurements, complete);
        if (measurements.stream().allMatch(measurement -> measurement.scheduled() == 0)) {
            return Optional.empty(); // it had not begun
        }
        lines.emit("ping", report.fields());
        if (!common.json()) {
            report.show(console);
        }
        return report.problems().stream().findFirst();
    }

    /** What has been measured until now is the result. */
    synchronized void interrupted() {
        measurements.forEach(measurement -> onInterval(measurement, measurement.takeInterval()));
        end(false);
        console.lastWord("Interrupted"
                + (measurements.isEmpty() ? " before the connection was open." : "; the measurement is not complete."));
    }

    @Override
    public synchronized void close() {
        if (log != null) {
            log.close();
        }
    }
}
