// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.ChildProcess;
import dev.tou.bench.Failure;
import dev.tou.bench.Transports;
import dev.tou.bench.replay.Event.Source;
import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;

/** A server in a process of its own, which can be killed, and started again on the same port. */
final class ServerProcess implements AutoCloseable {

    private final Transports.Io io;
    private final Transcript transcript;
    private ChildProcess process;
    private InetSocketAddress address;

    ServerProcess(Transports.Io io, Transcript transcript) {
        this.io = io;
        this.transcript = transcript;
    }

    /** Starts it; {@return where it listens} The second time it is the same port. */
    InetSocketAddress start() {
        List<String> arguments =
                new ArrayList<>(List.of("replay-server", "-J", "--io", io.name().toLowerCase(Locale.ROOT)));
        if (address != null) {
            arguments.addAll(List.of("--port", String.valueOf(address.getPort())));
        }
        process = ChildProcess.start(
                "server", Path.of(System.getProperty("os.name").startsWith("Win") ? "NUL" : "/dev/null"), arguments);
        int port = process.await("listening", event -> {}).path("port").asInt();
        address = new InetSocketAddress(Stage.loopback(1), port);
        transcript.listens(Source.SERVER);
        transcript.say("The server is a process of its own, number " + process.pid() + ".");
        ChildProcess current = process;
        Thread reader = new Thread(() -> read(current), "replay-server-reader");
        reader.setDaemon(true);
        reader.start();
        return address;
    }

    private void read(ChildProcess child) {
        try {
            child.await("end", this::tell);
        } catch (Failure ended) {
            // as it was asked to
        }
    }

    private void tell(JsonNode event) {
        String kind = event.path("event").asText();
        if (kind.equals("state")) {
            TcpEvent cause = TcpEvent.valueOf(event.path("cause").asText());
            transcript.state(
                    Source.SERVER, cause, TcpState.valueOf(event.path("state").asText()));
        } else if (kind.equals("words")) {
            transcript.words(Source.SERVER, event.path("words").asText());
        }
    }

    /** SIGKILL: it has no time for a word. */
    void kill() {
        transcript.say("kill -9 " + process.pid());
        process.kill();
        process.close();
    }

    /** SIGTERM: it may end in order. */
    void terminate() {
        transcript.say("kill -TERM " + process.pid());
        process.terminate();
    }

    @Override
    public void close() {
        process.kill();
        process.close();
    }
}
