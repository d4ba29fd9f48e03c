// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The launcher script in a repository of its own, with a Java that says what it was to run and a Maven that makes a jar. */
@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {

    private static final Path SCRIPT = Path.of("..", "tou").toAbsolutePath().normalize();
    private static final String MODERN = "17.0.15";

    @TempDir
    Path folder;

    private Path repository;
    private Path jdk;
    private String path = System.getenv("PATH");

    /** What it said, and how it ended. */
    private record Run(int exit, String said) {}

    @BeforeEach
    void makeRepository() throws IOException {
        repository = Files.createDirectories(folder.resolve("with a space").resolve("repository"));
        Files.copy(SCRIPT, repository.resolve("tou"));
        assertThat(repository.resolve("tou").toFile().setExecutable(true)).isTrue();
        Files.createDirectories(repository.resolve("bench/src/main/java"));
        Files.createDirectories(repository.resolve("transport/src/main/java"));
        for (String file : List.of("pom.xml", "bench/pom.xml", "transport/pom.xml", "bench/src/main/java/A.java")) {
            Files.writeString(repository.resolve(file), "");
        }
        maven("mkdir -p bench/target; echo built >> builds; echo new > bench/target/tou.jar");
        jdk = folder.resolve("jdk");
        java(MODERN);
        executable(jdk.resolve("bin/javac"), "exit 0");
        age();
    }

    /** Everything was written an hour ago. */
    private void age() throws IOException {
        FileTime hourAgo = FileTime.from(Instant.now().minusSeconds(3600));
        try (Stream<Path> all = Files.walk(repository)) {
            for (Path path : all.toList()) {
                Files.setLastModifiedTime(path, hourAgo);
            }
        }
    }

    private static void executable(Path file, String script) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private void maven(String script) throws IOException {
        executable(repository.resolve("mvnw"), script);
    }

    private void java(String version) throws IOException {
        executable(
                jdk.resolve("bin/java"),
                "if [ \"$1\" = -version ]; then echo 'openjdk version \"" + version
                        + "\"' >&2; else printf '<%s>' \"$@\"; fi");
    }

    private Process start(Path script, Path javaHome, String... args) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of(script.toString()), Stream.of(args))
                        .toList())
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", javaHome.toString());
        builder.environment().remove("SUDO_UID");
        builder.environment().remove("JAVA_OPTS");
        builder.environment().put("PATH", path);
        return builder.start();
    }

    private static Run end(Process process) throws IOException, InterruptedException {
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), said);
    }

    private Run run(Path script, String... args) throws IOException, InterruptedException {
        return end(start(script, jdk, args));
    }

    private int builds() throws IOException {
        Path builds = repository.resolve("builds");
        return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
    }

    private void fails(Path javaHome, String sentence) throws IOException, InterruptedException {
        Run run = end(start(repository.resolve("tou"), javaHome, "--version"));
        assertThat(run.exit()).as(run.said()).isEqualTo(1);
        assertThat(run.said().lines().toList().get(run.said().lines().toList().size() - 1))
                .startsWith("tou: ")
                .contains(sentence);
    }

    @Test
    void noJavaThere() throws Exception {
        fails(folder, "There is no Java in JAVA_HOME");
    }

    @Test
    void tooOldJava() throws Exception {
        java("1.8.0_402");
        fails(jdk, "is Java 8; tou needs 17");
        java("11.0.2");
        fails(jdk, "is Java 11; tou needs 17");
    }

    @Test
    void aJavaThatCannotCompile() throws Exception {
        Files.delete(jdk.resolve("bin/javac"));
        fails(jdk, "is a Java without a compiler; install a JDK, not a JRE.");
    }

    @Test
    void itBuildsOnceAndRuns() throws Exception {
        Run first = run(repository.resolve("tou"), "send", "a b", "*");
        assertThat(first.said()).startsWith("tou: building;").endsWith("<-jar><" + copy() + "><send><a b><*>");
        Run second = run(repository.resolve("tou"), "--version");
        assertThat(second.said()).startsWith("<-Dtou.terminals=>").endsWith("<--version>");
        assertThat(second.exit()).isZero();
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void itBuildsAgainWhenASourceWasChangedOrRemoved() throws Exception {
        run(repository.resolve("tou"));
        age();
        Files.writeString(repository.resolve("bench/src/main/java/A.java"), "changed");
        run(repository.resolve("tou"));
        assertThat(builds()).isEqualTo(2);
        age();
        Files.delete(repository.resolve("bench/src/main/java/A.java"));
        run(repository.resolve("tou"));
        assertThat(builds()).isEqualTo(3);
        run(repository.resolve("tou"));
        assertThat(builds()).isEqualTo(3);
    }

    @Test
    void itIsFoundThroughLinks() throws Exception {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("tou"), repository.resolve("tou"));
        Files.createSymbolicLink(folder.resolve("relative"), Path.of("bin/tou"));
        assertThat(run(folder.resolve("relative"), "x").said()).endsWith("<" + copy() + "><x>");
    }

    @Test
    void withoutTheInternetItSaysThatItNeedsIt() throws Exception {
        maven("echo 'Could not transfer artifact x from y: repo.example: Name or service not known' >&2; exit 1");
        fails(jdk, "The build could not fetch what it needs; connect to the internet once");
    }

    @Test
    void aBuildThatFailsShowsWhy() throws Exception {
        maven("echo '[ERROR] A.java does not compile'; exit 1");
        Run run = run(repository.resolve("tou"));
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.said())
                .contains("[ERROR] A.java does not compile")
                .contains("tou: The build failed; see above, or ");
    }

    /** As in the first minute of somebody with two terminals. */
    @Test
    void twoAtOnceBuildOnce() throws Exception {
        if (end(new ProcessBuilder("sh", "-c", "command -v flock").start()).exit() != 0) {
            System.out.println("no flock here; two builds at once are tested without it only");
            return;
        }
        twoBuildOnce();
    }

    @Test
    void twoAtOnceBuildOnceWithoutFlock() throws Exception {
        path = withoutFlock();
        twoBuildOnce();
        assertThat(repository.resolve("target/tou-build.lock.pid")).doesNotExist();
    }

    private void twoBuildOnce() throws Exception {
        maven("sleep 1; mkdir -p bench/target; echo built >> builds; echo new > bench/target/tou.jar");
        age();
        Process first = start(repository.resolve("tou"), jdk, "receive");
        Process second = start(repository.resolve("tou"), jdk, "send");
        assertThat(end(first).said()).endsWith("<receive>");
        assertThat(end(second).said()).endsWith("<send>");
        assertThat(builds()).isEqualTo(1);
    }

    /** One that was killed while it was building cannot take its lock away. */
    @Test
    void theLockOfADeadProcessIsRemoved() throws Exception {
        path = withoutFlock();
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Files.createDirectories(repository.resolve("target"));
        Files.createSymbolicLink(repository.resolve("target/tou-build.lock.pid"), Path.of(String.valueOf(dead.pid())));
        assertThat(run(repository.resolve("tou"), "send").said()).endsWith("<send>");
        assertThat(builds()).isEqualTo(1);
    }

    /** The lock is taken while the jar is written, so a jar that is there need not be whole. */
    @Test
    void nobodyRunsWhatAnotherIsBuilding() throws Exception {
        maven("mkdir -p bench/target; echo half > bench/target/tou.jar; echo built >> builds; sleep 2;"
                + " echo whole > bench/target/tou.jar");
        Process first = start(repository.resolve("tou"), jdk, "receive");
        while (builds() == 0) {
            assertThat(first.isAlive()).isTrue();
            Thread.onSpinWait();
        }
        Run second = run(repository.resolve("tou"), "send");
        assertThat(second.said()).startsWith("tou: waiting for another tou").endsWith("<send>");
        assertThat(jarOf(second)).hasContent("whole");
        assertThat(end(first).exit()).isZero();
        assertThat(builds()).isEqualTo(1);
    }

    /** A server that runs on while its sources are edited needs the classes that it has not loaded yet. */
    @Test
    void aBuildLeavesWhatRunsAlone() throws Exception {
        maven("mkdir -p bench/target; echo built >> builds; wc -l < builds > bench/target/tou.jar");
        Path running = jarOf(run(repository.resolve("tou"), "receive"));
        assertThat(running).content().containsPattern("^\\s*1\\s*$");
        age();
        Files.writeString(repository.resolve("bench/src/main/java/A.java"), "changed");
        Path newer = jarOf(run(repository.resolve("tou"), "send"));
        assertThat(running).as("what the first one runs from").content().containsPattern("^\\s*1\\s*$");
        assertThat(newer).content().containsPattern("^\\s*2\\s*$");
    }

    @Test
    void aJarThatMavenHasBuiltIsTakenAsItIs() throws Exception {
        run(repository.resolve("tou"));
        age();
        Files.writeString(repository.resolve("bench/target/tou.jar"), "by hand");
        assertThat(jarOf(run(repository.resolve("tou"), "send"))).hasContent("by hand");
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void oldCopiesGo() throws Exception {
        Path copies = repository.resolve("target/run");
        for (int i = 0; i < 9; i++) {
            age();
            Files.writeString(repository.resolve("bench/src/main/java/A.java"), "change " + i);
            assertThat(jarOf(run(repository.resolve("tou"), "send"))).exists();
        }
        try (Stream<Path> all = Files.list(copies)) {
            assertThat(all.filter(Files::isDirectory)).hasSize(5);
        }
    }

    /** As in an archive that somebody has unpacked, or an image: nobody builds there. */
    @Test
    void withoutSourcesItRunsTheJar() throws Exception {
        run(repository.resolve("tou"));
        Files.delete(repository.resolve("bench/src/main/java/A.java"));
        Files.delete(repository.resolve("bench/src/main/java"));
        Files.delete(repository.resolve("bench/src/main"));
        assertThat(run(repository.resolve("tou"), "send").said())
                .endsWith("<-jar><" + repository.resolve("bench/target/tou.jar") + "><send>");
    }

    @Test
    void whoCannotCopyRunsTheJar() throws Exception {
        run(repository.resolve("tou"));
        Path copies = repository.resolve("target/run");
        try (Stream<Path> all = Files.walk(copies)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        Files.writeString(copies, "in the way");
        assertThat(run(repository.resolve("tou"), "send").said())
                .endsWith("<-jar><" + repository.resolve("bench/target/tou.jar") + "><send>");
    }

    /** {@return the copy that the launcher runs} */
    private Path copy() throws IOException {
        Path copies = repository.resolve("target/run");
        return copies.resolve(Files.readString(copies.resolve("latest")).strip())
                .resolve("tou.jar");
    }

    private static Path jarOf(Run run) {
        Matcher jar = Pattern.compile("<-jar><([^>]*)>").matcher(run.said());
        assertThat(jar.find()).as(run.said()).isTrue();
        return Path.of(jar.group(1));
    }

    /** {@return a path with what the launcher uses, but for flock} */
    private String withoutFlock() throws IOException, InterruptedException {
        Path bin = folder.resolve("without-flock");
        for (String program : ("cat cp date dirname find grep head id ln mkdir mv ps readlink rm rmdir sed sleep sort stty tail"
                        + " touch wc")
                .split(" ")) {
            Run found = end(new ProcessBuilder("sh", "-c", "command -v " + program).start());
            executable(bin.resolve(program), "exec " + found.said().strip() + " \"$@\"");
        }
        return bin.toString();
    }
}
