// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** An example in a process of its own, started as a user starts it, in a folder. */
final class ExampleProcess implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 120;
    private static final Pattern PORT = Pattern.compile("UDP port (\\d+)$");

    /** A thread for each stream: one that is silent must not keep another from being read, as in a pool of few threads. */
    private static final Executor READERS = read -> {
        Thread reader = new Thread(read, "reads an example");
        reader.setDaemon(true);
        reader.start();
    };

    private final Process process;
    private final CompletableFuture<List<String>> complaints;

    ExampleProcess(Path folder, List<String> args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", // it ends before more would pay
                "--enable-native-access=ALL-UNNAMED", // the manifest of examples.jar has it, too
                "-cp",
                System.getProperty("java.class.path"),
                Examples.class.getName()));
        command.addAll(args);
        process = new ProcessBuilder(command).directory(folder.toFile()).start();
        complaints = lines(process.errorReader(StandardCharsets.UTF_8));
    }

    private static CompletableFuture<List<String>> lines(BufferedReader stream) {
        return CompletableFuture.supplyAsync(() -> stream.lines().toList(), READERS);
    }

    /** Waits until the server listens. {@return the port that it says} */
    String awaitPort() throws Exception {
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line =
                CompletableFuture.supplyAsync(() -> firstLine(out), READERS).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        Matcher port = PORT.matcher(String.valueOf(line));
        assertThat(port.find())
                .as(() -> "it says a port: " + line + (line == null ? complaints.join() : ""))
                .isTrue();
        return port.group(1);
    }

    private static String firstLine(BufferedReader out) {
        try {
            return out.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for its end. {@return the lines that it has printed} */
    List<String> awaitOutput() throws Exception {
        return lines(process.inputReader(StandardCharsets.UTF_8)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Waits for its end. {@return the lines on standard error} */
    List<String> awaitComplaints() throws Exception {
        return complaints.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Waits for its end. {@return the exit code} */
    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("it ends in time")
                .isTrue();
        return process.exitValue();
    }

    /** Ends it as a service manager, or a user, would, and waits until it has ended. */
    @Override
    public void close() {
        process.destroy();
        try {
            process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new AssertionError("it does not end when it is told to", e);
        }
    }
}
