// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.HdrHistogram.HistogramLogReader;

/**
 * Reads logs of HdrHistogram, as {@code tou ping --hlog} writes them: values in nanoseconds, one series for each tag.
 *
 * <p>The intervals of a series are added up.
 */
final class Latencies {

    private static final int DIGITS = 3;

    private Latencies() {}

    /**
     * {@return the series of {@code file} by name: the tag, or {@code name} where there is none}
     *
     * @throws Failure if a line of it is no histogram, or it has no values
     */
    static Map<String, Histogram> read(Path file, String name) {
        Map<String, Histogram> series = new LinkedHashMap<>();
        try (HistogramLogReader log = new HistogramLogReader(file.toFile())) {
            while (log.hasNext()) {
                EncodableHistogram interval = log.nextIntervalHistogram();
                if (interval instanceof AbstractHistogram values) {
                    String tag = values.getTag() == null ? name : values.getTag();
                    series.computeIfAbsent(tag, any -> autoResizing()).add(values);
                }
            }
        } catch (RuntimeException | java.io.FileNotFoundException e) {
            throw broken(file, e);
        }
        series.values().removeIf(histogram -> histogram.getTotalCount() == 0);
        if (series.isEmpty()) {
            throw new Failure(
                    ExitCode.UNREADABLE,
                    file + " has no latencies; was the measurement ended before its first second?");
        }
        return series;
    }

    private static Histogram autoResizing() {
        Histogram histogram = new Histogram(DIGITS);
        histogram.setAutoResize(true);
        return histogram;
    }

    private static Failure broken(Path file, Exception cause) {
        return new Failure(
                ExitCode.UNREADABLE,
                file
                        + " begins like a log of latencies, but a line of it is no histogram; was it cut or edited? Measure"
                        + " again with \"tou ping --hlog\".",
                cause);
    }

    /**
     * {@return the latency by the number of nines: at 2 what 99 % of the requests did not exceed}
     *
     * <p>It ends where one request is left: beyond that the measurement has nothing to say.
     */
    static Samples byNines(Histogram histogram) {
        Samples samples = Samples.points();
        double count = histogram.getTotalCount();
        double last = Math.log10(Math.max(count, 1));
        for (HistogramIterationValue value : histogram.recordedValues()) {
            double beyond = 1 - value.getTotalCountToThisValue() / count;
            double before = 1 - (value.getTotalCountToThisValue() - value.getCountAtValueIteratedTo()) / count;
            double nanos = value.getValueIteratedTo();
            samples.add(Math.min(last, nines(before)), nanos);
            samples.add(Math.min(last, nines(beyond)), nanos);
        }
        return samples;
    }

    private static double nines(double beyond) {
        return beyond <= 0 ? Double.MAX_VALUE : Math.abs(-Math.log10(Math.min(1, beyond)));
    }
}
