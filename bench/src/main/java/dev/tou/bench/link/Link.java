// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.JsonLines;

/** The program that joins the two namespaces, from its start to its counters. Each has a subnet that none had before in its lab. */
final class Link implements AutoCloseable {

    /**
     * What one direction has done.
     *
     * @param offeredPackets that the sender put on the link
     * @param offeredBytes of these, with their IP headers; what a link program does not tell is what it delivered
     * @param packets delivered
     * @param bytes delivered
     * @param queueDrops packets for which the queue had no room
     * @param losses packets lost at random
     */
    record Direction(long offeredPackets, long offeredBytes, long packets, long bytes, long queueDrops, long losses) {

        static Direction of(JsonNode counters) {
            long packets = counters.path("packets").asLong();
            long bytes = counters.path("bytes").asLong();
            long drops = counters.path("queue_drops").asLong();
            long losses = counters.path("losses").asLong();
            return new Direction(
                    counters.path("in_packets").asLong(packets + drops + losses),
                    counters.path("in_bytes").asLong(bytes),
                    packets,
                    bytes,
                    drops,
                    losses);
        }

        Map<String, Object> fields() {
            return JsonLines.fields(
                    "offeredPackets", offeredPackets,
                    "offeredBytes", offeredBytes,
                    "packets", packets,
                    "bytes", bytes,
                    "queueDrops", queueDrops,
                    "losses", losses);
        }
    }

    /** Both directions: data from A to B, acknowledgments and answers from B to A. */
    record Counters(Direction toB, Direction toA) {

        /** @throws IOException when the link has died and said nothing, or something else */
        static Counters of(String json) throws IOException {
            JsonNode both = new ObjectMapper().readTree(String.valueOf(json));
            if (!both.path("a_to_b").isObject() || !both.path("b_to_a").isObject()) {
                throw new IOException(json == null ? "there are none" : "not " + json);
            }
            return new Counters(Direction.of(both.path("a_to_b")), Direction.of(both.path("b_to_a")));
        }

        long offeredBytes() {
            return toB.offeredBytes + toA.offeredBytes;
        }

        Map<String, Object> fields() {
            return JsonLines.fields("aToB", toB.fields(), "bToA", toA.fields());
        }
    }

    private static final int SUBNETS = 250;
    private static int lastSubnet;

    private final Process process;
    private final BufferedReader said;
    private final Path log;
    private final int subnet;

    private Link(Process process, Path log, int subnet) {
        this.process = process;
        this.log = log;
        this.said = process.inputReader();
        this.subnet = subnet;
    }

    /** Starts a link, and returns when packets can flow. */
    static Link start(Lab lab, LinkShape shape, long seed) throws InterruptedException {
        lastSubnet++;
        int subnet = lastSubnet;
        Path log = lab.folder().resolve("link.log");
        List<String> command = new ArrayList<>(List.of(
                lab.linkProgram().toString(),
                "--a",
                lab.a() + ",tou" + subnet + "," + address(subnet, 1) + "/30",
                "--b",
                lab.b() + ",tou" + subnet + "," + address(subnet, 2) + "/30",
                "--seed",
                String.valueOf(seed)));
        command.addAll(shape.options());
        try {
            Link link = new Link(
                    new ProcessBuilder(command).redirectError(log.toFile()).start(), log, subnet);
            if ("ready".equals(link.said.readLine())) {
                return link;
            }
            link.close();
            throw Lab.failed("The link did not start: " + Lab.lastWords(log) + ".", null);
        } catch (IOException e) {
            throw Lab.failed("The link program cannot be run: " + e.getMessage() + ".", e);
        }
    }

    private static String address(int subnet, int host) {
        return "10." + (100 + subnet / SUBNETS) + "." + subnet % SUBNETS + "." + host;
    }

    /** {@return the IPv4 address at B} */
    String addressOfB() {
        return address(subnet, 2);
    }

    /** Ends the link, {@return what it has counted} */
    Counters stop() throws InterruptedException {
        process.toHandle().destroy(); // unlike the process's own destroy, it leaves what was said to be read
        try {
            return Counters.of(said.readLine());
        } catch (IOException e) {
            throw Lab.failed(
                    "The link's counters cannot be read, " + e.getMessage() + "; its last words: " + Lab.lastWords(log)
                            + ".",
                    e);
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        Lab.end(process);
    }
}
