// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.zip.DataFormatException;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.ChildProcess;
import dev.tou.bench.compare.Meter;
import dev.tou.bench.compare.Settings;
import org.HdrHistogram.Histogram;

/** A process at one end of the link, as the one that directs the measurement sees it: see {@link LinkPeerCommand}. */
final class Peer implements AutoCloseable {

    private final ChildProcess process;
    private final JsonNode listening;

    private Peer(ChildProcess process) {
        this.process = process;
        this.listening = process.await("listening", event -> {});
    }

    /** Starts it and waits until it listens. */
    static Peer start(Lab lab, String namespace, Settings settings) {
        ChildProcess process = ChildProcess.start(
                "link-peer",
                lab.folder().resolve(namespace + ".log"),
                Lab.in(namespace),
                List.of(
                        "link-peer",
                        "--path-mtu=" + settings.pathMtuBytes(),
                        "--rcvbuf=" + settings.receiveBufferBytes(),
                        "--io=" + settings.io().name().toLowerCase(Locale.ROOT)));
        try {
            return new Peer(process);
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /** {@return where it listens for a transport} */
    int port(String transport) {
        return listening.path("ports").path(transport).asInt();
    }

    /** {@return what tou is, with the settings that matter} */
    String describeTou() {
        return listening.path("tou").asText();
    }

    /** Opens a connection and floods it. */
    void flood(String transport, String host, int port) {
        process.tell("connect " + transport + " " + host + " " + port + " flood");
        process.await("opened", event -> {});
    }

    /**
     * Nanoseconds of requests.
     *
     * @param latency from when a request was to be sent until its answer had come
     * @param lateness until it was in fact sent
     */
    record Answers(Histogram latency, Histogram lateness) {}

    /** Opens a connection for requests. */
    void openForRequests(String transport, String host, int port) {
        process.tell("connect " + transport + " " + host + " " + port + " requests");
        process.await("opened", event -> {});
    }

    /** {@return how long the answers to {@code count} requests took, on the connection that is open} */
    Answers request(int perSecond, int count) {
        process.tell("requests " + perSecond + " " + count);
        JsonNode answered = process.await("answered", event -> {});
        return new Answers(
                decode(answered.path("latency").asText()),
                decode(answered.path("lateness").asText()));
    }

    static Histogram decode(String text) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("not a histogram", e);
        }
    }

    /** {@return what the connection that is open knows about itself, by the names of TcpInfo; empty for the kernel's} */
    JsonNode info() {
        process.tell("info");
        return process.await("info", event -> {}).path("connection");
    }

    /** Ends the connection that is open. */
    void closeConnection() {
        process.tell("close");
        process.await("closed", event -> {});
    }

    /** {@return what it has received so far} */
    Meter.Reading read() {
        process.tell("read");
        return Meter.Reading.of(process.await("reading", event -> {}));
    }

    @Override
    public void close() {
        process.close();
    }
}
