// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;

import static org.assertj.core.api.Assertions.assertThat;

/** The tou command in a process of its own, with the classes of the test run. */
public final class TouProcess implements AutoCloseable {

    private static final int SIGINT = 2;
    private static final long PATIENCE_SECONDS = 60;

    /** What to put before a command so that it hears Ctrl-C, though this process may be one of a background job. */
    private static final List<String> HEARS_INTERRUPTS = hearsInterrupts();

    private final Process process;
    private final String speaksJson;
    private final Thread reader;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> seen = new ArrayList<>();

    private TouProcess(Process process, String speaksJson) {
        this.process = process;
        this.speaksJson = speaksJson;
        reader = new Thread(this::read, "reader-of-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts it; standard output and standard error come as one stream of lines. */
    public static TouProcess start(String... args) throws IOException {
        return start(Path.of(System.getProperty("java.io.tmpdir")), args);
    }

    /** Starts it with a folder for temporary files. */
    public static TouProcess start(Path temporary, String... args) throws IOException {
        return start(temporary, List.of(), args);
    }

    /** Starts it with options of the Java machine. */
    public static TouProcess startWith(List<String> options, String... args) throws IOException {
        return start(Path.of(System.getProperty("java.io.tmpdir")), options, args);
    }

    // That of GNU can, of a newer version.
    private static List<String> hearsInterrupts() {
        List<String> command = List.of("env", "--default-signal=INT");
        try {
            Process tried = new ProcessBuilder(
                            Stream.concat(command.stream(), Stream.of("true")).toList())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return tried.waitFor() == 0 ? command : List.of();
        } catch (IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private static TouProcess start(Path temporary, List<String> options, String... args) throws IOException {
        List<String> command = new ArrayList<>(HEARS_INTERRUPTS);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", // it ends before more would pay
                "-cp",
                System.getProperty("java.class.path"),
                "-Dtou.terminals=",
                "-Djava.io.tmpdir=" + temporary));
        command.addAll(options);
        command.add(Tou.class.getName());
        command.addAll(List.of(args));
        return new TouProcess(
                new ProcessBuilder(command).redirectErrorStream(true).start(), JsonSchemas.command(args));
    }

    /** The number of the process. */
    public long pid() {
        return process.pid();
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            in.lines().forEach(lines::add);
        } catch (IOException | java.io.UncheckedIOException e) {
            // as good as the end
        }
    }

    /** Waits for a line that {@code wanted} accepts. */
    public String awaitLine(Predicate<String> wanted) throws InterruptedException, TimeoutException {
        for (String line = next(); ; line = next()) {
            if (wanted.test(line)) {
                return line;
            }
        }
    }

    private String next() throws InterruptedException, TimeoutException {
        String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null) {
            throw new TimeoutException("waited in vain; it said " + seen);
        }
        see(line);
        return line;
    }

    private void see(String line) {
        seen.add(line);
        if (speaksJson != null && line.startsWith("{")) {
            JsonSchemas.check(speaksJson, line);
        }
    }

    /** Waits until it listens, and returns the port. Needs {@code --report json}. */
    public int awaitPort() throws InterruptedException, TimeoutException {
        String line = awaitLine(text -> text.contains("\"listening\""));
        Matcher port = Pattern.compile("\"port\":(\\d+)").matcher(line);
        assertThat(port.find()).as(line).isTrue();
        return Integer.parseInt(port.group(1));
    }

    /**
     * Sends a signal by name, as Ctrl-C (INT) or a service manager (TERM) would. Skips the test where the signal is ignored: a
     * shell makes its background jobs ignore INT, and their children inherit that, unless {@link #HEARS_INTERRUPTS} helps.
     */
    public void signal(String name) throws IOException, InterruptedException {
        if (name.equals("INT") && ignoresInterrupt()) {
            String missing = "SIGINT is ignored here, as in a background job";
            System.out.println("Ctrl-C is not tested: " + missing);
            Assumptions.abort(missing);
        }
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private boolean ignoresInterrupt() throws IOException {
        Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
        if (!Files.exists(status)) {
            return false;
        }
        String ignored = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> line.substring("SigIgn:".length()).strip())
                .findFirst()
                .orElse("0");
        return (Long.parseUnsignedLong(ignored, 16) & 1L << (SIGINT - 1)) != 0;
    }

    /** Waits for its end, and returns the exit code. */
    public int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("ends in time; it said " + seen)
                .isTrue();
        return process.exitValue();
    }

    /** All it has said, once it has ended. */
    public String output() throws InterruptedException {
        awaitExit();
        reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        for (String line = lines.poll(); line != null; line = lines.poll()) {
            see(line);
        }
        return String.join("\n", seen);
    }

    /** Ends it, and waits until it has ended: until then it may write into a folder that is removed behind the test. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
