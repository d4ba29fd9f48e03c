// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.ping;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * A file in HdrHistogram's log format (version 1.3): one line for each interval, which any of its tools can read and add up.
 *
 * <p>Values are nanoseconds; the column of the maximum is in milliseconds, as the format has it. Lines of different
 * transports have different tags. Flushed line by line, so that an interrupted measurement leaves what it has measured.
 */
public final class LatencyLog implements AutoCloseable {

    /** The writer of the log swallows the errors of its stream, so the stream keeps the first. */
    private static final class Remembering extends FilterOutputStream {
        private IOException first;

        Remembering(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                first = first == null ? e : first;
                throw e;
            }
        }
    }

    private final Path file;
    private final Remembering out;
    private final HistogramLogWriter log;

    private LatencyLog(Path file, OutputStream out) {
        this.file = file;
        this.out = new Remembering(out);
        this.log = new HistogramLogWriter(this.out);
    }

    /**
     * Creates {@code file}, or empties it, and writes the head.
     *
     * @param what was measured, for the comment in the first line
     * @throws Failure if it cannot be written
     */
    public static LatencyLog create(Path file, String what) {
        Path absolute = file.toAbsolutePath();
        try {
            LatencyLog log = new LatencyLog(absolute, Files.newOutputStream(absolute));
            log.log.outputComment("[tou ping: " + what + ", in nanoseconds, from the intended send time]");
            log.log.outputLogFormatVersion();
            log.log.outputStartTime(System.currentTimeMillis());
            log.log.outputLegend();
            return log;
        } catch (IOException e) {
            throw failed(absolute, e);
        }
    }

    private static Failure failed(Path file, IOException e) {
        return Failures.writing(file, e);
    }

    /**
     * Appends one interval.
     *
     * @param tag which series it belongs to, or null if there is only one
     */
    public synchronized void append(Histogram interval, String tag) {
        interval.setTag(tag);
        log.outputIntervalHistogram(interval);
    }

    /**
     * Ends the file.
     *
     * @throws Failure if not all of it could be written
     */
    @Override
    public synchronized void close() {
        log.close();
        if (out.first != null) {
            throw failed(file, out.first);
        }
    }
}
