// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.Units;

/** The containers of the lab, by the command line of Docker: "docker compose", or the older "docker-compose". */
final class Compose {

    /** What a command said on standard output, and how it ended. */
    record Outcome(int exit, String out) {}

    /** A project of its own, so that containers that somebody else has started are left alone. */
    private static final String PROJECT = "tou-lab";

    private static final String WITHOUT = "measure without: \"tou impair\" and \"tou ping\" need none.";

    private static final Duration MOST = Duration.ofMinutes(30); // the first time it builds an image

    private final String docker;
    private final List<String> compose;
    private final Path log;

    private Compose(String docker, List<String> compose, Path log) {
        this.docker = docker;
        this.compose = compose;
        this.log = log;
    }

    /**
     * {@return the containers that {@code files} describe, the later ones changing the first}
     *
     * @param docker the program
     * @param log gets everything that Docker says
     * @throws Failure if there is no Docker, and then no log of it either, or if it does not answer
     */
    static Compose of(String docker, List<Path> files, Path log) throws InterruptedException {
        requireDocker(docker, log);
        List<String> words = new ArrayList<>();
        if (answers(log, docker, "compose", "version")) {
            words.addAll(List.of(docker, "compose"));
        } else if (answers(log, docker + "-compose", "version")) {
            words.add(docker + "-compose");
        } else {
            throw new Failure(ExitCode.REFUSED, "There is a Docker, but no \"docker compose\"; install that plugin.");
        }
        files.forEach(file -> words.addAll(List.of("-f", file.toString())));
        words.addAll(List.of("-p", PROJECT, "--profile", "lab"));
        return new Compose(docker, words, log);
    }

    private static void requireDocker(String docker, Path log) throws InterruptedException {
        boolean begun = Files.exists(log);
        try {
            if (run(log, Map.of(), List.of(docker, "info"), MOST).exit() != 0) {
                throw new Failure(
                        ExitCode.REFUSED,
                        "Docker does not answer; start it, or " + WITHOUT + " What it said is in " + log + ".");
            }
        } catch (FileSystemException e) {
            throw Failures.writing(log, e);
        } catch (IOException e) { // there is no such program
            if (!begun) {
                discard(log);
            }
            throw new Failure(ExitCode.REFUSED, "There is no Docker here; install it, or " + WITHOUT, e);
        }
    }

    private static void discard(Path log) {
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            // it says only what was tried
        }
    }

    private static boolean answers(Path log, String... command) throws InterruptedException {
        try {
            return run(log, Map.of(), List.of(command), MOST).exit() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** {@return what "docker compose" with these words did} */
    Outcome compose(Map<String, String> environment, String... words) throws InterruptedException {
        List<String> command = new ArrayList<>(compose);
        command.addAll(List.of(words));
        return docker(environment, command);
    }

    /** {@return what "docker" with these words did} */
    Outcome docker(String... words) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(docker));
        command.addAll(List.of(words));
        return docker(Map.of(), command);
    }

    /** {@return all that a container has said, its errors too} */
    String said(String container) throws InterruptedException {
        return docker(Map.of(), List.of(docker, "logs", container), true).out().strip();
    }

    private Outcome docker(Map<String, String> environment, List<String> command) throws InterruptedException {
        return docker(environment, command, false);
    }

    private Outcome docker(Map<String, String> environment, List<String> command, boolean errorsToo)
            throws InterruptedException {
        try {
            return run(log, environment, command, MOST, errorsToo);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.INTERNAL,
                    "Cannot run " + command.get(0) + ": " + e.getMessage() + "; see " + log + ".",
                    e);
        }
    }

    /** {@return the same}; a failure if it did not end well. */
    Outcome require(String what, Outcome outcome) {
        if (outcome.exit() != 0) {
            note(outcome.out());
            throw new Failure(ExitCode.REFUSED, "Docker could not " + what + "; what it said is in " + log + ".");
        }
        return outcome;
    }

    /** Puts something into the log. */
    void note(String text) {
        try {
            Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * {@return what a command said and how it ended}
     *
     * @param log gets the command, and what it says on standard error
     * @param most after so long it is ended, and all that it has started
     * @throws Failure if it had to be
     */
    static Outcome run(Path log, Map<String, String> environment, List<String> command, Duration most)
            throws IOException, InterruptedException {
        return run(log, environment, command, most, false);
    }

    private static Outcome run(
            Path log, Map<String, String> environment, List<String> command, Duration most, boolean errorsToo)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(errorsToo);
        if (!errorsToo) {
            builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        }
        builder.environment().putAll(environment);
        Files.writeString(
                log,
                "$ " + environment + " " + String.join(" ", command) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        Process process = builder.start();
        process.getOutputStream().close();
        // Read beside the wait: who reads waits for the last of the process's children to close its output.
        FutureTask<byte[]> out = new FutureTask<>(() -> process.getInputStream().readAllBytes());
        Thread reader = new Thread(out, "tou-lab-output");
        reader.setDaemon(true);
        reader.start();
        long end = System.nanoTime() + most.toNanos();
        try {
            byte[] said = out.get(most.toNanos(), TimeUnit.NANOSECONDS);
            if (!process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new TimeoutException();
            }
            return new Outcome(process.exitValue(), new String(said, StandardCharsets.UTF_8));
        } catch (TimeoutException e) {
            throw new Failure(
                    ExitCode.REFUSED,
                    "\"" + String.join(" ", command) + "\" did not end within " + Units.nanos(most.toNanos())
                            + " and was ended; what it said is in " + log + ".",
                    e);
        } catch (ExecutionException e) {
            throw new IOException("its output could not be read", e.getCause());
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
