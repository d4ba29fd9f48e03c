// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.trace;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.tou.bench.HostAndPort;
import dev.tou.capture.BackgroundWriter;
import dev.tou.telemetry.ConnectionId;
import dev.tou.telemetry.TransportListener;
import dev.tou.telemetry.TransportListenerFactory;
import io.netty.util.concurrent.Ticker;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * Writes every decision of connections to a file of JSON lines, as docs/TRACE.md has it. Event loops only hand over numbers; text
 * is made, and written, by a thread of the trace. What finds no room there is dropped and counted.
 */
public final class TraceWriter implements Closeable {

    /** Version of the lines; it changes when a field changes its meaning. */
    public static final int SCHEMA = 1;

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(TraceWriter.class);

    /** How much may wait to be written, in bytes. */
    static final long BUFFER_BYTES = 16 << 20;

    private static final int FILE_BUFFER_BYTES = 1 << 16;

    /** A line on its way to the file. */
    private interface Line extends BackgroundWriter.Entry {
        void append(StringBuilder line);

        long droppedBefore();

        long nanos();
    }

    private record Event(TraceShape shape, int connection, long nanos, long[] values, long droppedBefore)
            implements Line {
        @Override
        public int bytes() {
            return 96 + values.length * Long.BYTES;
        }

        @Override
        public void append(StringBuilder line) {
            shape.append(line, connection, nanos, values);
        }
    }

    private record Connection(int number, long nanos, ConnectionId id, boolean passive, long droppedBefore)
            implements Line {
        @Override
        public int bytes() {
            return 256;
        }

        @Override
        public void append(StringBuilder line) {
            line.append("{\"e\":\"connection\",\"c\":")
                    .append(number)
                    .append(",\"t\":")
                    .append(nanos);
            line.append(",\"local\":\"").append(text(id.local()));
            line.append("\",\"remote\":\"").append(text(id.remote()));
            line.append("\",\"passive\":").append(passive).append('}');
        }

        private static String text(InetSocketAddress address) {
            return HostAndPort.of(address).toString();
        }
    }

    private final long beganNanos = Ticker.systemTicker().nanoTime();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private final Path file;
    private final BackgroundWriter<Line> writer;
    private volatile long written;

    private TraceWriter(Path file, OutputStream out, long bufferBytes) {
        this.file = file;
        writer = new BackgroundWriter<>("tou-trace", bufferBytes, new Output(out));
    }

    /**
     * Starts a trace.
     *
     * @param file is replaced if it is there
     */
    public static TraceWriter open(Path file) throws IOException {
        return open(file, BUFFER_BYTES);
    }

    static TraceWriter open(Path file, long bufferBytes) throws IOException {
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), FILE_BUFFER_BYTES);
        String version = TraceWriter.class.getPackage().getImplementationVersion();
        String first = "{\"schema\":" + SCHEMA + ",\"tou\":\"trace\",\"version\":\""
                + (version == null ? "unpackaged" : version) + "\",\"began\":\"" + Instant.now() + "\"}\n";
        try {
            out.write(first.getBytes(StandardCharsets.US_ASCII));
            out.flush();
        } catch (IOException e) {
            out.close();
            throw e;
        }
        return new TraceWriter(file, out, bufferBytes);
    }

    /** {@return what makes the listeners of connections that are opened here} */
    public TransportListenerFactory active() {
        return id -> newListener(id, false);
    }

    /** {@return what makes the listeners of connections that a listener accepts} */
    public TransportListenerFactory passive() {
        return id -> newListener(id, true);
    }

    private TransportListener newListener(ConnectionId id, boolean passive) {
        int number = connections.incrementAndGet();
        long now = Ticker.systemTicker().nanoTime() - beganNanos;
        put(new Connection(number, now, id, passive, dropped.get()));
        return new TraceListener(this, number);
    }

    /** Takes an event, on an event loop. */
    void event(TraceShape shape, int connection, long nowNanos, long... values) {
        put(new Event(shape, connection, nowNanos - beganNanos, values, dropped.get()));
    }

    private void put(Line line) {
        if (writer.hasRoom(line.bytes())) {
            writer.put(line);
        } else {
            dropped.incrementAndGet();
        }
    }

    /** {@return how many events are in the file} */
    public long written() {
        return written;
    }

    /** {@return how many events should be in the file and are not} */
    public long dropped() {
        return dropped.get();
    }

    /** {@return why the file is not complete and nothing more is written to it; null while all is well} */
    public IOException failure() {
        return writer.failure();
    }

    /**
     * Writes all that waits, and the last line. Waits for the disk.
     *
     * @throws IOException if the file could not be written to its end
     */
    @Override
    public void close() throws IOException {
        writer.close();
    }

    /** On the thread of the writer. */
    private final class Output implements BackgroundWriter.Output<Line> {

        private final OutputStream out;
        private final StringBuilder text = new StringBuilder();
        private long events;
        private long lastNanos;
        private long toldDropped;

        Output(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(Line line) throws IOException {
            lastNanos = Math.max(lastNanos, line.nanos());
            if (line.droppedBefore() != toldDropped) {
                text.append("{\"e\":\"dropped\",\"t\":").append(line.nanos()).append(",\"count\":");
                text.append(line.droppedBefore() - toldDropped).append('}');
                toldDropped = line.droppedBefore();
                end(text);
            }
            line.append(text);
            end(text);
            events++;
        }

        private void end(StringBuilder line) throws IOException {
            out.write(line.append('\n').toString().getBytes(StandardCharsets.ISO_8859_1));
            line.setLength(0);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
            written = events;
        }

        @Override
        public void end() throws IOException {
            text.append("{\"e\":\"end\",\"t\":")
                    .append(lastNanos)
                    .append(",\"events\":")
                    .append(events);
            text.append(",\"dropped\":").append(dropped.get()).append('}');
            end(text);
            written = events;
        }

        @Override
        public void close() throws IOException {
            out.close();
        }

        @Override
        public void failed(IOException why) {
            LOGGER.warn("{} is not complete, and nothing more is written to it: {}", file, why.getMessage());
        }
    }
}
