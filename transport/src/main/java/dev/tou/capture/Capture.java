// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.capture;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

import dev.tou.channel.UdpPipelineInitializer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.util.concurrent.Ticker;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * Writes what passes UDP channels to a file that Wireshark opens, see {@link DatagramWriter}:
 *
 * <pre>
 *   try (Capture capture = Capture.open(Path.of("wire.pcapng"))) {
 *       bootstrap.option(TouChannelOption.UDP_PIPELINE, capture);
 *       ...
 *   }
 * </pre>
 *
 * <p>One capture may serve any number of bootstraps and event loops. Where both ends of a connection are in it, each segment is in it
 * twice, and the analysis takes the second for a retransmission: give each end a capture of its own.
 *
 * <p>Datagrams are seen when they are handed to the UDP channel; one that the host then refuses was seen nevertheless. They are
 * copied, and a thread of the capture writes them. If it falls behind by more than {@value #BUFFER_BYTES} bytes, datagrams are
 * dropped from the capture, not from the wire; how many, the statistics of the file say, {@link #dropped}, a warning in the log at the
 * end, and a comment at the next datagram. A process that is killed leaves a file which lacks the last hundredth of a
 * second and the statistics.
 */
public final class Capture implements UdpPipelineInitializer, Closeable {

    /** How much may wait to be written, in bytes. */
    public static final int BUFFER_BYTES = 16 << 20;

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Capture.class);
    private static final int FILE_BUFFER_BYTES = 1 << 16;

    /** A datagram, or a train of them, on its way to the file. */
    private record Piece(
            long epochNanos,
            Direction direction,
            InetSocketAddress source,
            InetSocketAddress destination,
            byte[] payload,
            int stride,
            long droppedBefore)
            implements BackgroundWriter.Entry {

        private static final int OWN_BYTES = 128;

        @Override
        public int bytes() {
            return payload.length + OWN_BYTES;
        }
    }

    private final WallClock clock = new WallClock();
    private final AtomicLong dropped = new AtomicLong();
    private final String file;
    private final BackgroundWriter<Piece> writer;
    private final long most;
    private volatile long written;
    private boolean warned;

    private Capture(String file, DatagramWriter out, long most, long bufferBytes) {
        this.file = file;
        this.most = most;
        writer = new BackgroundWriter<>("tou-capture", bufferBytes, new Output(out));
    }

    /**
     * Starts a capture of whole packets.
     *
     * @param file is replaced if it is there
     */
    public static Capture open(Path file) throws IOException {
        return open(file, PcapNgWriter.WHOLE_PACKETS);
    }

    /**
     * Starts a capture.
     *
     * @param file is replaced if it is there
     * @param snapBytes how much of each packet is kept at most, its IP header counted, 1 to {@link PcapNgWriter#WHOLE_PACKETS}
     */
    public static Capture open(Path file, int snapBytes) throws IOException {
        return open(file, snapBytes, Long.MAX_VALUE);
    }

    /**
     * Starts a capture that is full at some time. What comes then is neither in it nor missing from it.
     *
     * @param file is replaced if it is there
     * @param snapBytes how much of each packet is kept at most, its IP header counted, 1 to {@link PcapNgWriter#WHOLE_PACKETS}
     * @param most how many datagrams are in the file at most
     */
    public static Capture open(Path file, int snapBytes, long most) throws IOException {
        return to(file, Files.newOutputStream(file), snapBytes, most, BUFFER_BYTES);
    }

    static Capture to(Path file, OutputStream out, int snapBytes, long most, long bufferBytes) throws IOException {
        BufferedOutputStream stream = new BufferedOutputStream(out, FILE_BUFFER_BYTES);
        String version = Capture.class.getPackage().getImplementationVersion();
        try {
            DatagramWriter writer =
                    new DatagramWriter(stream, version == null ? "tou" : "tou " + version, "", snapBytes);
            // A file without packets is one, too, and who waits for the first sees that it is there.
            writer.flush();
            return new Capture(file.toString(), writer, most, bufferBytes);
        } catch (IOException e) {
            stream.close();
            throw e;
        }
    }

    /** Puts a {@link CaptureHandler} next to the wire. */
    @Override
    public void accept(ChannelPipeline udp) {
        udp.addBefore("codec", null, new CaptureHandler(this));
    }

    /**
     * Takes a datagram, or a train of datagrams of one size. On any event loop; never waits.
     *
     * @param ticker the clock of the event loop
     * @param content is copied, and does not change
     * @param stride the size of each datagram but the last, in bytes
     */
    void take(
            Ticker ticker,
            Direction direction,
            InetSocketAddress source,
            InetSocketAddress destination,
            ByteBuf content,
            int stride) {
        if (written >= most) {
            return;
        }
        int bytes = content.readableBytes();
        if (!writer.hasRoom(bytes)) {
            dropped.addAndGet(datagrams(bytes, stride));
            return;
        }
        byte[] payload = new byte[bytes];
        content.getBytes(content.readerIndex(), payload);
        long now = clock.epochNanos(ticker);
        writer.put(new Piece(now, direction, source, destination, payload, stride, dropped.get()));
    }

    private static long datagrams(int bytes, int stride) {
        return Math.max(1, ((long) bytes + stride - 1) / stride);
    }

    /** {@return how many datagrams are in the file} */
    public long written() {
        return written;
    }

    /** {@return how many datagrams should be in the file and are not; about, once there is a {@link #failure}} */
    public long dropped() {
        return dropped.get();
    }

    /**
     * {@return why the file is not complete and nothing more is written to it, for instance because the disk is full; null
     * while all is well. The log has a warning of it, and {@link #close} throws it. Any thread.}
     */
    public IOException failure() {
        return writer.failure();
    }

    /**
     * Writes all that waits, and the statistics. Waits for the disk, so not for event loops; close the channels first.
     *
     * @throws IOException if the file could not be written to its end
     */
    @Override
    public void close() throws IOException {
        try {
            writer.close();
        } finally {
            warn();
        }
    }

    private synchronized void warn() {
        if (dropped.get() > 0 && !warned && failure() == null) {
            warned = true;
            LOGGER.warn("{} lacks {} datagrams, which came faster than they could be written", file, dropped);
        }
    }

    /** On the thread of the writer. */
    private final class Output implements BackgroundWriter.Output<Piece> {

        private final DatagramWriter out;
        private long toldDropped;

        Output(DatagramWriter out) {
            this.out = out;
        }

        @Override
        public void write(Piece piece) throws IOException {
            String comment = null;
            if (piece.droppedBefore != toldDropped) {
                comment = "datagrams missing before this one: " + (piece.droppedBefore - toldDropped);
                toldDropped = piece.droppedBefore;
            }
            int at = 0;
            while (out.datagrams() < most) {
                int length = Math.min(piece.stride, piece.payload.length - at);
                out.write(
                        piece.epochNanos,
                        piece.direction,
                        piece.source,
                        piece.destination,
                        piece.payload,
                        at,
                        length,
                        comment);
                at += length;
                comment = null;
                if (at >= piece.payload.length) {
                    break; // an empty datagram is one, too
                }
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
            written = out.datagrams();
        }

        @Override
        public void end() throws IOException {
            out.end(dropped.get());
            written = out.datagrams();
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
