// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.ChildProcess;
import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Interruption;
import dev.tou.bench.ProgressLine;
import dev.tou.bench.Units;
import dev.tou.bench.file.Sha256;
import dev.tou.bench.impair.ImpairmentProfile;
import dev.tou.bench.impair.RelayStatistics;
import dev.tou.bench.impair.UdpRelay;

/**
 * The steps of the demonstration, in order.
 *
 * <p>Before those that are shown, a smaller file and some requests go through a link of their own, so that no figure has in it how
 * long Java takes to load and to compile three processes: an application that has run for a second does not meet that. It is
 * another link because what it does to the n-th datagram is up to the seed, and the n-th is to be that of the file.
 *
 * <p>The relay has the server's port number on another loopback address, because a connection's TCP port is the UDP port
 * that it was opened to: a relay forwards datagrams, and does not rewrite what is in them.
 */
final class Demo {

    /**
     * What to do.
     *
     * @param seed of the link and of the generated file
     * @param link each direction of the link
     * @param file to send, which can be read, or null to generate one of {@code size} bytes
     * @param results an existing folder
     * @param ours whether the folder was made for this
     * @param recordings arguments that have the client's connections written down
     */
    record Plan(
            long seed,
            ImpairmentProfile link,
            Path file,
            long size,
            Path results,
            boolean ours,
            List<String> recordings) {}

    static final int REQUESTS = 1000;
    static final int REQUESTS_PER_SECOND = 200;

    private static final long WARM_UP_BYTES = 4 << 20;

    /** Bad enough that what repairs losses is warm, too, and with a seed of its own, so that all demos warm up alike. */
    private static final ImpairmentProfile WARM_UP_LINK =
            ImpairmentProfile.parse("delay=1ms,loss=1%,reorder=1%,duplicate=1%");

    private static final long WARM_UP_SEED = 1;

    /** Other names of this machine that a server on 127.0.0.1 leaves free; the first works on Linux and Windows. */
    private static final List<String> RELAY_ADDRESSES = List.of("127.0.0.2", "::1");

    private final CommonOptions common;
    private final Console console;
    private final Plan plan;
    private final long startNanos = System.nanoTime();
    private final List<ChildProcess> children = new ArrayList<>();
    private boolean interrupted;
    private Path work;

    Demo(CommonOptions common, Plan plan) {
        this.common = common;
        this.console = common.console();
        this.plan = plan;
    }

    DemoSummary run() {
        tell(console.bold("tou demo") + "  seed " + plan.seed() + console.dim("  link, each way: ")
                + plan.link().describe());
        work = temporaryFolder();
        try {
            Path source = source(work);
            Path inbox = Files.createDirectories(work.resolve("inbox"));
            return withServer(source, inbox);
        } catch (IOException e) {
            throw Failures.writing(work, "the demo's files", e);
        } finally {
            delete(work);
        }
    }

    private Path source(Path work) {
        if (plan.file() != null) {
            return plan.file().toAbsolutePath();
        }
        Path file = work.resolve("demo.bin");
        SeededFile.write(file, plan.size(), plan.seed());
        return file;
    }

    private DemoSummary withServer(Path source, Path inbox) {
        try (Interruption hook = Interruption.onInterrupt(this::interrupted);
                ChildProcess server = child("server", List.of("demo-server", "--dir=" + inbox))) {
            assert hook != null;
            int port = server.await("listening", event -> {}).path("port").asInt();
            InetSocketAddress address = new InetSocketAddress("127.0.0.1", port);
            step("server", "process " + server.pid() + " listens on " + HostAndPort.of(address));
            Warm warm = warmUp(source, inbox, server, address);
            try (ChildProcess client = warm.client();
                    UdpRelay relay = link(warm.entry(), address, plan.link(), plan.seed())) {
                step("link", HostAndPort.of(relay.address()) + " to " + HostAndPort.of(address));
                return withClient(source, inbox, server, client, relay);
            }
        }
    }

    /** A client that has done all once, and where its link begins. */
    private record Warm(ChildProcess client, InetSocketAddress entry) {}

    private Warm warmUp(Path source, Path inbox, ChildProcess server, InetSocketAddress address) {
        Path file = work.resolve("warm-up.bin");
        SeededFile.write(file, WARM_UP_BYTES, WARM_UP_SEED);
        try (UdpRelay link = warmUpLink(address)) {
            ChildProcess client = client(source, file, HostAndPort.of(link.address()));
            step("client", "process " + client.pid() + " connects to " + HostAndPort.of(link.address()));
            console.progress("  warming up ...");
            try {
                client.await("warm", event -> {});
                server.await("received", event -> {});
                Files.deleteIfExists(inbox.resolve(file.getFileName())); // the file to send may have this name
            } catch (IOException | RuntimeException e) {
                client.close();
                throw Failures.of(e);
            }
            step(
                    "warm-up",
                    Units.bytes(WARM_UP_BYTES) + " and " + DemoClientCommand.WARM_UP_REQUESTS
                            + " requests through another link, so that Java is awake; no figure has them");
            return new Warm(client, link.address());
        }
    }

    private UdpRelay warmUpLink(InetSocketAddress server) {
        Failure last = null;
        for (String candidate : RELAY_ADDRESSES) {
            try {
                InetSocketAddress entry = new InetSocketAddress(InetAddress.getByName(candidate), server.getPort());
                return link(entry, server, WARM_UP_LINK, WARM_UP_SEED);
            } catch (Failure | UnknownHostException e) {
                last = e instanceof Failure known ? known : Failures.listening(server, e);
            }
        }
        throw last;
    }

    private UdpRelay link(InetSocketAddress entry, InetSocketAddress server, ImpairmentProfile profile, long seed) {
        return UdpRelay.start(common.io(), entry, server, profile, profile, seed);
    }

    private ChildProcess client(Path source, Path warmUpFile, HostAndPort entry) {
        List<String> arguments = new ArrayList<>(List.of(
                "demo-client",
                source.toString(),
                entry.toString(),
                "--results=" + plan.results(),
                "--warm-up=" + warmUpFile,
                "--requests=" + REQUESTS,
                "--rate=" + REQUESTS_PER_SECOND));
        arguments.addAll(plan.recordings());
        return child("client", arguments);
    }

    private DemoSummary withClient(Path source, Path inbox, ChildProcess server, ChildProcess client, UdpRelay relay) {
        String name = source.getFileName().toString();
        ProgressLine line = new ProgressLine(console, name, size(source));
        long begin = System.nanoTime();
        client.tell("begin");
        JsonNode sent = client.await("sent", event -> progress(line, event, begin));
        RelayStatistics link = relay.statistics();
        JsonNode received = server.await("received", event -> {});
        Sha256 digest = compare(source, inbox, received);
        step(
                "file",
                name + " has arrived, SHA-256 is the same at both ends: "
                        + digest.hex().substring(0, 16) + "...");
        showWaiting();
        JsonNode latency = client.await("latency", event -> {});
        step("latency", Units.grouped(REQUESTS) + " requests answered");
        tellRecordings(client);
        DemoPictures pictures = DemoPictures.draw(plan);
        step("pictures", pictures.sentence());
        long nanos = System.nanoTime() - startNanos;
        return new DemoSummary(plan, size(source), digest, sent, latency, link, pictures.files(), nanos);
    }

    private void tellRecordings(ChildProcess client) {
        for (String argument : plan.recordings()) {
            if (argument.startsWith("--capture=")) {
                tellRecording("capture", "datagrams", client.await("captured", event -> {}));
            } else if (argument.startsWith("--trace=")) {
                tellRecording("trace", "events", client.await("traced", event -> {}));
            }
        }
    }

    private void tellRecording(String what, String unit, JsonNode recorded) {
        long missing = recorded.path("dropped").asLong();
        step(
                what,
                recorded.path("file").asText() + ": "
                        + Units.grouped(recorded.path(unit).asLong()) + " " + unit
                        + (missing == 0 ? "" : ", " + Units.grouped(missing) + " missing"));
    }

    private void showWaiting() {
        console.progress("  " + Units.grouped(REQUESTS) + " requests of " + DemoClientCommand.REQUEST_BYTES + " bytes, "
                + REQUESTS_PER_SECOND + " a second ...");
    }

    private void progress(ProgressLine line, JsonNode event, long begin) {
        if (event.path("event").asText().equals("progress")) {
            JsonNode retransmits = event.path("retransmits");
            Long resent = retransmits.isNumber() ? retransmits.asLong() : null;
            console.progress("  " + line.at(event.path("bytes").asLong(), System.nanoTime() - begin, resent));
        }
    }

    /** The demo trusts neither process: it reads both files itself. */
    private static Sha256 compare(Path source, Path inbox, JsonNode received) {
        Path copy = inbox.resolve(source.getFileName());
        Sha256 sent = SeededFile.digest(source);
        Sha256 kept = SeededFile.digest(copy);
        if (!sent.equals(kept) || !sent.hex().equals(received.path("sha256").asText())) {
            throw new Failure(
                    ExitCode.INTEGRITY,
                    "The file arrived damaged: its SHA-256 was " + sent + " and is " + kept
                            + "; this is a bug in tou.");
        }
        return sent;
    }

    private ChildProcess child(String role, List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        all.add("--io=" + common.io().name().toLowerCase(Locale.ROOT));
        Path logs = common.debug() ? plan.results() : work;
        synchronized (children) { // so that no process is begun that an interruption does not know of
            if (interrupted) {
                throw new Failure(ExitCode.INTERRUPTED, "Interrupted.");
            }
            ChildProcess child = ChildProcess.start(role, logs.resolve(role + ".log"), all);
            children.add(child);
            return child;
        }
    }

    private void interrupted() {
        console.lastWord("Interrupted; both processes were ended and the demo's files removed.");
        synchronized (children) {
            interrupted = true;
            children.forEach(ChildProcess::kill);
            children.forEach(ChildProcess::awaitEnd);
        }
        delete(work);
        if (plan.ours() && !common.debug()) {
            delete(plan.results());
        }
    }

    private void step(String what, String text) {
        tell("  " + console.green(console.symbol("✔", "-")) + " " + Units.format("%-9s", what) + text);
    }

    private void tell(String line) {
        if (!common.json()) {
            console.say(line);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw Failures.reading(file, e);
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("tou-demo-");
        } catch (IOException e) {
            throw Failures.writing(Path.of(System.getProperty("java.io.tmpdir")), "the demo's files", e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            // a leftover in the temporary folder harms nobody
        }
    }
}
