// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation.drawing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.tou.simulation.SimulatedNetwork;
import dev.tou.telemetry.ConnectionId;
import dev.tou.telemetry.TransportListener;
import dev.tou.telemetry.TransportListenerFactory;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Watches the wire of a simulated network and the decisions of its connections, and draws the direction that carried most text.
 * As an extension of a test it draws when the test fails, and with {@code -Dtou.draw=DIR} in any case.
 */
public final class Drawing
        implements TransportListenerFactory, BeforeEachCallback, TestExecutionExceptionHandler, AfterEachCallback {

    private static final String ASKED_FOR = System.getProperty("tou.draw");
    private static final Path OF_FAILURES = Path.of("target", "sim");

    private final List<Decisions> decisions = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private String title = "A drawing";
    private String test = "";
    private SimulatedNetwork network;
    private Wire wire = new Wire();

    /** Something that the test did, at a moment. */
    record Mark(long nanos, String label) {}

    /** Watches every datagram of a network from now on, and forgets what it saw of another. */
    public Drawing watch(SimulatedNetwork simulated) {
        forget();
        network = simulated;
        simulated.onDatagram(wire);
        return this;
    }

    /** Says in words what the picture shows; if nobody does, the name of the test has to. */
    public Drawing titled(String words) {
        title = words;
        return this;
    }

    /** Writes a word into the picture at this moment: what the test does now. */
    public void mark(String label) {
        marks.add(new Mark(network.nowNanos(), label));
    }

    @Override
    public TransportListener newListener(ConnectionId connection) {
        Decisions made = new Decisions(connection);
        decisions.add(made);
        return made;
    }

    /** Draws what has happened so far. {@return the file} */
    public Path writeTo(Path file) throws IOException {
        Flow flow = wire.busiest();
        if (flow == null) {
            throw new IllegalStateException("nothing was sent over a network that is watched");
        }
        Decisions made = decisions.stream()
                .filter(of -> of.id().equals(flow.id()))
                .findFirst()
                .orElseGet(() -> new Decisions(flow.id()));
        String seed = network == null ? "" : "seed " + network.seed();
        String where = test.isEmpty() ? seed : test + ", " + seed;
        Files.createDirectories(file.toAbsolutePath().getParent());
        return Files.writeString(file, new Picture(title, where, flow, made, marks).svg());
    }

    // --- as an extension ---

    @Override
    public void beforeEach(ExtensionContext context) {
        String method =
                context.getTestMethod().map(java.lang.reflect.Method::getName).orElse("test");
        test = context.getRequiredTestClass().getSimpleName() + '.' + method;
        title = inWords(method);
        if (!context.getDisplayName().startsWith(method)) {
            test += ' ' + context.getDisplayName();
            title += ": " + context.getDisplayName().replaceFirst("^\\[\\d+] ", "");
        }
        forget();
    }

    // aTransferThatLosesSegments: a transfer that loses segments. Numbers begin a word, too.
    static String inWords(String method) {
        String words = method.replaceAll("(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z0-9])(?=[A-Z][a-z])|(?<=[0-9])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private void forget() {
        decisions.clear();
        marks.clear();
        wire = new Wire();
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        if (wire.busiest() != null) {
            failure.addSuppressed(new Exception("drawn in " + writeTo(OF_FAILURES.resolve(fileName()))));
        }
        throw failure;
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        if (ASKED_FOR != null && wire.busiest() != null) {
            System.out.println("drawn: " + writeTo(Path.of(ASKED_FOR).resolve(fileName())));
        }
    }

    private String fileName() {
        return test.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("-+$", "") + ".svg";
    }

    static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
