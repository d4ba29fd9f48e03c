// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * This program once more, in a process of its own, told what to do by arguments and telling what it does in JSON lines.
 *
 * <p>It has the options for Java in {@code JAVA_OPTS}, but for those that only one process can have: agents, JMX's port,
 * recordings and logs in files. {@code ./tou} has given them to this process as well, so of two ends that are compared both are
 * alike; {@code java -jar} has not, and whoever starts this program so gives the same to both.
 *
 * <p>It may be told more by lines on its standard input. It is ended by closing its standard input; if that is not enough, by force.
 */
public final class ChildProcess implements AutoCloseable {

    private static final long SILENCE_SECONDS = 45;
    private static final long END_SECONDS = 8;

    /** Options that open a port or write a file of one name: the second process would fail, or spoil what the first writes. */
    private static final List<String> OF_ONE_PROCESS = List.of(
            "-agentlib:",
            "-agentpath:",
            "-javaagent:",
            "-Xrun",
            "-Dcom.sun.management.",
            "-XX:StartFlightRecording",
            "-Xlog",
            "-XX:LogFile=",
            "-XX:ArchiveClassesAtExit=");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String role;
    private final Process process;
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();

    private ChildProcess(String role, Process process) {
        this.role = role;
        this.process = process;
    }

    /** Starts the program with {@code arguments}; {@code log} gets what it writes to standard error. */
    public static ChildProcess start(String role, Path log, List<String> arguments) {
        return start(role, log, List.of(), arguments);
    }

    /**
     * Starts the program by another.
     *
     * @param before the words of the command line before it: of a program that becomes the one that they end in, such as
     *     {@code ip netns exec}
     */
    public static ChildProcess start(String role, Path log, List<String> before, List<String> arguments) {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options(System.getenv("JAVA_OPTS")));
        command.add("-Dtou.terminals="); // it speaks to us, whatever it has inherited
        command.addAll(program(System.getProperty("java.class.path")));
        command.addAll(arguments);
        command.add("--report=json");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(log.toFile()).start();
            ChildProcess child = new ChildProcess(role, process);
            Thread reader = new Thread(child::read, "tou-child-" + role);
            reader.setDaemon(true);
            reader.start();
            return child;
        } catch (IOException e) {
            throw new Failure(ExitCode.INTERNAL, "Cannot start the " + role + " process: " + e.getMessage() + ".", e);
        }
    }

    /** {@return the words of {@code options}, or of null, that a second process may have, too} */
    static List<String> options(String options) {
        if (options == null || options.isBlank()) {
            return List.of();
        }
        return Stream.of(options.strip().split("\\s+"))
                .filter(word -> OF_ONE_PROCESS.stream().noneMatch(word::startsWith))
                .toList();
    }

    /** A single jar is run as such, so that its manifest counts. */
    private static List<String> program(String classPath) {
        boolean jar = classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator);
        return jar ? List.of("-jar", classPath) : List.of("-cp", classPath, Tou.class.getName());
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("{")) {
                    events.add(MAPPER.readTree(line));
                }
            }
        } catch (IOException e) {
            // as good as the end
        }
        events.add(MAPPER.createObjectNode().put("event", "ended"));
    }

    /** {@return the number of the process} */
    public long pid() {
        return process.pid();
    }

    /** Writes {@code line} to its standard input. */
    public void tell(String line) {
        try {
            process.getOutputStream().write((line + '\n').getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new Failure(ExitCode.INTERNAL, "The " + role + " process has ended too early.", e);
        }
    }

    /**
     * {@return the next event called {@code name}}
     *
     * @param others gets the events that come before it
     * @throws Failure if the process fails or ends instead, or says nothing for long
     */
    public JsonNode await(String name, Consumer<JsonNode> others) {
        while (true) {
            JsonNode event = next();
            switch (event.path("event").asText()) {
                case "failed" ->
                    throw new Failure(
                            ExitCode.of(event.path("exit").asInt()),
                            "The " + role + " process failed: "
                                    + event.path("sentence").asText());
                case "ended" ->
                    throw new Failure(
                            ExitCode.INTERNAL, "The " + role + " process ended too early; --debug keeps its log.");
                default -> {
                    if (event.path("event").asText().equals(name)) {
                        return event;
                    }
                    others.accept(event);
                }
            }
        }
    }

    private JsonNode next() {
        try {
            JsonNode event = events.poll(SILENCE_SECONDS, TimeUnit.SECONDS);
            if (event != null) {
                return event;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new Failure(ExitCode.REFUSED, "The " + role + " process has said nothing for " + SILENCE_SECONDS + " s.");
    }

    /** Asks the process to end, as a service manager does. */
    public void terminate() {
        // Process.destroy would close its standard input, too, which is another way to ask.
        process.toHandle().destroy();
    }

    /** Ends the process at once; {@link #awaitEnd} waits until it has. */
    public void kill() {
        process.destroyForcibly();
    }

    /** Waits for the end of a process that has been told to end, but not for ever. */
    public void awaitEnd() {
        try {
            process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // it has gone already
        }
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            kill();
        }
    }
}
