// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.ChildProcess;

/** The other process of the pair, as the client sees it. */
final class PairedServer implements AutoCloseable {

    private final ChildProcess process;
    private final JsonNode ports;

    private PairedServer(ChildProcess process, JsonNode ports) {
        this.process = process;
        this.ports = ports;
    }

    /**
     * Starts it and waits until it listens.
     *
     * @param names the transports that it must offer
     * @param log gets what it writes to standard error
     * @param core that its event loop is pinned to, or -1
     * @param recording where it writes a flight recording, or null
     */
    static PairedServer start(List<String> names, Settings settings, int core, Path recording, Path log) {
        List<String> arguments = new ArrayList<>(List.of(
                "bench-server",
                "--transports=" + String.join(",", names),
                "--path-mtu=" + settings.pathMtuBytes(),
                "--rcvbuf=" + settings.receiveBufferBytes(),
                "--io=" + settings.io().name().toLowerCase(Locale.ROOT)));
        if (core >= 0) {
            arguments.add("--core=" + core);
        }
        if (recording != null) {
            arguments.add("--jfr=" + recording);
        }
        ChildProcess process = ChildProcess.start("server", log, arguments);
        try {
            return new PairedServer(
                    process, process.await("listening", event -> {}).path("ports"));
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    long pid() {
        return process.pid();
    }

    void kill() {
        process.kill();
    }

    InetSocketAddress address(Contender contender) {
        return new InetSocketAddress("127.0.0.1", ports.path(contender.name()).asInt());
    }

    /** Tells it that the measured time begins, and returns where it stands. */
    Meter.Reading begin(RoundEvent round) {
        process.tell("begin " + round.workload + " " + round.transport + " " + round.round);
        return Meter.Reading.of(process.await("reading", event -> {}));
    }

    /** {@return where it stands} */
    Meter.Reading read() {
        process.tell("read");
        return Meter.Reading.of(process.await("reading", event -> {}));
    }

    /** Tells it that the measured time has ended, and returns where it stands. */
    Meter.Reading end() {
        process.tell("end");
        return Meter.Reading.of(process.await("reading", event -> {}));
    }

    @Override
    public void close() {
        process.close();
    }
}
