// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.replay.Event.Source;
import dev.tou.capture.DatagramWriter;
import dev.tou.capture.Direction;
import dev.tou.capture.PcapNgWriter;

/**
 * Writes what passes the wire of scenarios to a pcapng file, as seen at its client's end. What the wire loses is there, too, with a
 * comment; what it holds back is there when it goes on. Told by the threads of the wire, closed by that of the command.
 */
final class SceneCapture implements Closeable {

    /** Writes nothing. */
    static final SceneCapture NONE = new SceneCapture(null, null);

    private final Path file;
    private final DatagramWriter writer;
    private String scene;
    private IOException failure;
    private boolean ended;

    private SceneCapture(Path file, DatagramWriter writer) {
        this.file = file;
        this.writer = writer;
    }

    /**
     * {@return a capture into {@code file}, which is replaced, or none without a file}
     *
     * @throws Failure if it cannot be written
     */
    static SceneCapture open(Path file) {
        if (file == null) {
            return NONE;
        }
        try {
            BufferedOutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
            return new SceneCapture(
                    file, new DatagramWriter(out, "tou replay", "client's end", PcapNgWriter.WHOLE_PACKETS));
        } catch (IOException e) {
            throw Failures.writing(file, e);
        }
    }

    /** The next datagram is the first of a scenario, and says so. */
    synchronized void begin(Card card) {
        scene = "tou replay " + card.name() + ": " + card.title();
    }

    /** Writes one datagram between {@code client} and the wire's address {@code server}. */
    synchronized void write(Wire.Datagram datagram, InetSocketAddress client, InetSocketAddress server, Fate fate) {
        if (writer == null || ended || failure != null) {
            return;
        }
        boolean toServer = datagram.direction() == Source.TO_SERVER;
        byte[] bytes = datagram.bytes();
        Instant now = Instant.now();
        try {
            writer.write(
                    TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano(),
                    toServer ? Direction.OUTBOUND : Direction.INBOUND,
                    toServer ? client : server,
                    toServer ? server : client,
                    bytes,
                    0,
                    bytes.length,
                    comment(fate));
        } catch (IOException e) {
            failure = e;
        }
    }

    private String comment(Fate fate) {
        StringJoiner comment = new StringJoiner("; ");
        if (scene != null) {
            comment.add(scene);
            scene = null;
        }
        if (fate == Fate.LOST) {
            comment.add("lost by the wire");
        } else if (fate == Fate.REPEATED) {
            comment.add("passed on by the wire later, or once more");
        }
        return comment.length() == 0 ? null : comment.toString();
    }

    /** {@return how many datagrams are in the file} */
    synchronized long datagrams() {
        return writer == null ? 0 : writer.datagrams();
    }

    /**
     * Ends the file.
     *
     * @throws Failure if it could not be written to its end
     */
    @Override
    public synchronized void close() {
        if (writer == null || ended) {
            return;
        }
        ended = true;
        try (writer) {
            writer.end(0);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
        }
        if (failure != null) {
            throw Failures.breakingOff(file, failure);
        }
    }
}
