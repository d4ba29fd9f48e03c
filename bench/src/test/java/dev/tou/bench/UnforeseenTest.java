// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

import static org.assertj.core.api.Assertions.assertThat;

/** What nobody has foreseen, errors of Java itself among it, ends in one sentence as well. */
@Timeout(120)
class UnforeseenTest {

    @TempDir
    Path folder;

    private final CapturedConsole tou = new CapturedConsole();

    @Command(name = "broken")
    private record Broken(Throwable thrown) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (Exception) thrown;
        }
    }

    private void ends(Throwable thrown, String sentence) {
        CommandLine commandLine = Tou.commandLine(tou.console());
        int exit = commandLine
                .addSubcommand(new Broken(thrown))
                .setExecutionExceptionHandler(commandLine.getExecutionExceptionHandler())
                .execute("broken");
        assertThat(exit).isEqualTo(ExitCode.INTERNAL.code());
        assertThat(tou.err()).isEqualTo("tou: " + sentence + "\n");
    }

    @Test
    void outOfMemory() {
        ends(
                new OutOfMemoryError("Java heap space"),
                "Java has run out of memory (Java heap space); JAVA_OPTS=-Xmx2g would give it 2 GiB.");
    }

    /** Java says "out of memory" of this, too. */
    @Test
    void outOfThreads() {
        ends(
                new OutOfMemoryError(
                        "unable to create native thread: possibly out of memory or process/resource limits"),
                "The system lets Java begin no more threads; end other programs, or raise the limit (\"ulimit -u\").");
    }

    @Test
    void aClassThatIsNoLongerThere() {
        ends(
                new NoClassDefFoundError("dev/tou/bench/Gone"),
                "A part of tou is missing (dev/tou/bench/Gone); was it built again, or removed, while this ran?"
                        + " Start it again.");
    }

    @Test
    void aClassThatIsThereAndFails() {
        ends(
                new NoClassDefFoundError("Could not initialize class dev.tou.bench.Sick"),
                "Internal error: java.lang.NoClassDefFoundError: Could not initialize class dev.tou.bench.Sick;"
                        + " run it again with --debug and report what it prints.");
    }

    @Test
    void anyOtherError() {
        ends(
                new StackOverflowError(),
                "Internal error: java.lang.StackOverflowError; run it again with --debug and report what it prints.");
    }

    @Test
    void anException() {
        ends(
                new IllegalStateException("a bug"),
                "Internal error: java.lang.IllegalStateException: a bug; run it again with --debug and report what it"
                        + " prints.");
    }

    /** Its last words need classes that nobody has needed before. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aProgramThatIsGoneWhenItEnds() throws Exception {
        Path mine = Path.of(
                Tou.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path copy = folder.resolve("classes");
        copy(mine, copy);
        String path = System.getProperty("java.class.path").replace(mine.toString(), copy.toString());
        assertThat(path.split(File.pathSeparator)).contains(copy.toString());
        try (TouProcess server = TouProcess.start("ping", "--serve", "127.0.0.1:0", "-J");
                TouProcess ping = TouProcess.startWith(
                        List.of("-cp", path), "ping", "127.0.0.1:" + server.awaitPort(), "-J", "-d", "60s")) {
            ping.awaitLine(line -> line.contains("\"interval\""));
            delete(copy);
            ping.signal("TERM");
            assertThat(ping.awaitExit()).isEqualTo(ExitCode.TERMINATED.code());
            assertThat(ping.output().lines())
                    .noneMatch(line -> line.startsWith("\tat "))
                    .filteredOn(line -> line.startsWith("tou: "))
                    .singleElement()
                    .asString()
                    .startsWith("tou: A part of tou is missing (dev/tou/bench/ping/");
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
