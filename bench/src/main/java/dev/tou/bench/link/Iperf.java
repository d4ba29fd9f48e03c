// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** One run of {@code iperf3 -C cubic} from A to B: the kernel's TCP, with the buffers that the namespaces allow. */
final class Iperf implements AutoCloseable {

    private static final String ALGORITHM = "cubic";
    private static final int USUAL_PORT = 5201;

    /** One for control and one for data. */
    private static final int CONNECTIONS = 2;

    private static final long POLL_MILLIS = 20;
    private static final long PATIENCE_SECONDS = 30;

    private final Lab lab;
    private final int port;
    private final int seconds;
    private final Process server;
    private Process client;
    private final Path serverSaid;
    private final Path clientSaid;

    /**
     * What the kernel did.
     *
     * @param bitsPerSecond received, by the receiver's clock and count
     * @param receivedBytes of the stream
     * @param retransmits segments sent again
     * @param intervals the receiver's, of a second each
     */
    record Outcome(double bitsPerSecond, long receivedBytes, long retransmits, JsonNode intervals) {

        /** {@return bytes received from second {@code from} of the run to second {@code to}} */
        double bytesBetween(double from, double to) {
            double sum = 0;
            for (JsonNode interval : intervals) {
                double start = interval.path("sum").path("start").asDouble();
                double end = interval.path("sum").path("end").asDouble();
                double within = Math.min(end, to) - Math.max(start, from);
                if (within > 0) {
                    sum += interval.path("sum").path("bytes").asDouble() * within / (end - start);
                }
            }
            return sum;
        }
    }

    private Iperf(Lab lab, int port, int seconds) throws IOException {
        this.lab = lab;
        this.port = port;
        this.seconds = seconds;
        this.serverSaid = lab.folder().resolve("iperf3-server-" + port + ".json");
        this.clientSaid = lab.folder().resolve("iperf3-client-" + port + ".json");
        this.server = run(lab.b(), serverSaid, "iperf3", "-s", "-1", "-J", "-i", "1", "-p", String.valueOf(port));
    }

    /** Starts a run of so many seconds; returns when its data begin to flow. */
    static Iperf start(Lab lab, String address, int seconds) throws InterruptedException {
        return start(lab, address, USUAL_PORT, seconds);
    }

    /** The same on a port, so that two can run at once. */
    static Iperf start(Lab lab, String address, int port, int seconds) throws InterruptedException {
        try {
            Iperf iperf = new Iperf(lab, port, seconds);
            try {
                iperf.begin(address);
                return iperf;
            } catch (IOException | RuntimeException | InterruptedException e) {
                iperf.close();
                throw e;
            }
        } catch (IOException e) {
            throw Lab.failed("iperf3 cannot be run: " + e.getMessage() + ".", e);
        }
    }

    private static Process run(String namespace, Path said, String... command) throws IOException {
        File file = said.toFile();
        return new ProcessBuilder(Lab.in(namespace, command))
                .redirectOutput(file)
                .redirectError(file)
                .start();
    }

    private void begin(String address) throws IOException, InterruptedException {
        await("listening", 1);
        client = run(
                lab.a(),
                clientSaid,
                "iperf3",
                "-c",
                address,
                "-p",
                String.valueOf(port),
                "-C",
                ALGORITHM,
                "-t",
                String.valueOf(seconds),
                "-J",
                "--get-server-output");
        await("established", CONNECTIONS);
    }

    private void await(String state, int count) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        List<String> command = Lab.in(lab.b(), "ss", "-Htn", "state", state, "sport", "=", ":" + port);
        while (Lab.output(command).lines().count() < count) {
            if (!server.isAlive() || client != null && !client.isAlive() || deadline - System.nanoTime() < 0) {
                throw Lab.failed(
                        "iperf3 did not start: " + Lab.lastWords(client == null ? serverSaid : clientSaid) + ".", null);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    /** Waits for the end of the run, {@return what the kernel did} */
    Outcome finish() throws InterruptedException {
        if (!client.waitFor(seconds + PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw Lab.failed("iperf3 has not ended in time.", null);
        }
        try {
            JsonNode all = new ObjectMapper().readTree(clientSaid.toFile());
            if (all.has("error")) {
                throw Lab.failed("iperf3: " + all.path("error").asText() + ".", null);
            }
            return outcome(all);
        } catch (IOException e) {
            throw Lab.failed("What iperf3 said cannot be read: " + Lab.lastWords(clientSaid), e);
        }
    }

    private static Outcome outcome(JsonNode all) {
        JsonNode end = all.path("end");
        String algorithm = end.path("sender_tcp_congestion").asText();
        if (!algorithm.equals(ALGORITHM)) {
            throw Lab.failed("iperf3 sent with " + algorithm + " and not with " + ALGORITHM + ".", null);
        }
        return new Outcome(
                end.path("sum_received").path("bits_per_second").asDouble(),
                end.path("sum_received").path("bytes").asLong(),
                end.path("sum_sent").path("retransmits").asLong(),
                all.path("server_output_json").path("intervals"));
    }

    @Override
    public void close() {
        if (client != null) {
            Lab.end(client);
        }
        Lab.end(server);
    }
}
