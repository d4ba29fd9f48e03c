// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The launcher script in a repository of its own, with a Java that says what it was to run and a Maven that makes a jar. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD) // who reads what a process says is not to be interrupted
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {

    private static final Path SCRIPT = Path.of("..", "tou").toAbsolutePath().normalize();
    private static final String MODERN = "17.0.15";

    @TempDir
    Path folder;

    private Path repository;
    private Path jdk;
    private String path = System.getenv("PATH");
    private Map<String, String> locale = Map.of();
    private final List<Process> started = new CopyOnWriteArrayList<>();

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
        for (String name : List.of("LC_ALL", "LC_CTYPE", "LANG")) {
            builder.environment().remove(name);
        }
        builder.environment().putAll(locale);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    @AfterEach
    void endWhatIsLeft() {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
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

    /** Java takes the names of files by the locale; what can be shown is up to the one that the user has. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-,     -,          -,           C.UTF-8, C",
                "C,     de_DE.utf8, de_DE.utf8,  C.UTF-8, C",
                "POSIX, -,          en_US.UTF-8, C.UTF-8, POSIX",
                "-,     C,          en_US.UTF-8, C.UTF-8, C",
                "-,     -,          en_US.UTF-8, none,    en_US.UTF-8",
                "-,     C.UTF-8,    C,           none,    C.UTF-8",
                "de_DE, -,          C,           de_DE,   de_DE"
            })
    void theNamesOfFilesMayHaveAnyLetters(String all, String type, String language, String forJava, String told)
            throws Exception {
        locale = new HashMap<>();
        locale.put("LC_ALL", all);
        locale.put("LC_CTYPE", type);
        locale.put("LANG", language);
        locale.values().removeIf(Objects::isNull);
        executable(
                jdk.resolve("bin/java"),
                "if [ \"$1\" = -version ]; then echo 'openjdk version \"" + MODERN
                        + "\"' >&2; else printf '<%s>' \"$@\" \"${LC_ALL:-none}\"; fi");
        Run run = run(repository.resolve("tou"), "send");
        assertThat(run.said()).contains("<-Dtou.locale=" + told + ">").endsWith("<send><" + forJava + ">");
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
    void itBuildsAgainWhenASourceWasChangedWhileItWasBuilding() throws Exception {
        maven("mkdir -p bench/target; echo built >> builds; sleep 0.1; echo changed > bench/src/main/java/A.java;"
                + " echo new > bench/target/tou.jar");
        age();
        run(repository.resolve("tou"));
        maven("echo built >> builds; echo new > bench/target/tou.jar");
        run(repository.resolve("tou"));
        assertThat(builds()).isEqualTo(2);
        run(repository.resolve("tou"));
        assertThat(builds()).isEqualTo(2);
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
        if (has("flock")) {
            twoBuildOnce();
        } else {
            System.out.println("no flock here; two builds at once are tested without it only");
        }
    }

    private static boolean has(String program) throws IOException, InterruptedException {
        return end(new ProcessBuilder("sh", "-c", "command -v " + program).start())
                        .exit()
                == 0;
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
        String receive = end(first).said();
        String send = end(second).said();
        assertThat(receive).endsWith("<receive>");
        assertThat(send).endsWith("<send>");
        assertThat(builds()).isEqualTo(1);
        assertThat(receive + send)
                .as("the first copies what it has built before the other goes on")
                .doesNotContainPattern("(?s)waiting.*waiting");
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
        maven("mkdir -p bench/target; echo half > bench/target/tou.jar; echo built >> builds;"
                + " until [ -e go ]; do sleep 0.1; done; echo whole > bench/target/tou.jar");
        Process first = startToBuild("receive");
        Process second = start(repository.resolve("tou"), jdk, "send");
        BufferedReader lines = second.inputReader();
        assertThat(lines.readLine()).startsWith("tou: waiting for another tou");
        Files.createFile(repository.resolve("go"));
        Run last = new Run(second.waitFor(), lines.lines().collect(Collectors.joining("\n")));
        assertThat(last.said()).endsWith("<send>");
        assertThat(jarOf(last)).hasContent("whole");
        assertThat(end(first).exit()).isZero();
        assertThat(builds()).isEqualTo(1);
    }

    /** {@return one whose Maven has begun} */
    private Process startToBuild(String command) throws IOException {
        Process building = start(repository.resolve("tou"), jdk, command);
        while (builds() == 0) {
            assertThat(building.isAlive()).isTrue();
            Thread.onSpinWait();
        }
        return building;
    }

    /** Maven makes a jar without the libraries first, which is newer than the sources, and of which nothing runs. */
    @Test
    void whatAFailedBuildLeavesIsNotRun() throws Exception {
        maven("mkdir -p bench/target; echo thin > bench/target/tou.jar; exit 1");
        assertThat(run(repository.resolve("tou"), "send").exit()).isEqualTo(1);
        maven("echo built >> builds; echo whole > bench/target/tou.jar");
        assertThat(jarOf(run(repository.resolve("tou"), "send"))).hasContent("whole");
        run(repository.resolve("tou"), "send");
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void whatAKilledBuildLeavesIsNotRun() throws Exception {
        maven("mkdir -p bench/target; echo thin > bench/target/tou.jar; echo built >> builds; exec sleep 60");
        Process building = startToBuild("send");
        List<ProcessHandle> all = building.descendants().toList();
        building.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        assertThat(building.waitFor()).isNotZero();
        maven("echo built >> builds; echo whole > bench/target/tou.jar");
        assertThat(jarOf(run(repository.resolve("tou"), "send"))).hasContent("whole");
        assertThat(builds()).isEqualTo(2);
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

    /** It has yet to read resources of it, or to start it again, as a server and a comparison do. */
    @Test
    void aCopyThatRunsStays() throws Exception {
        if (!has("ps")) {
            System.out.println("no ps here, so nothing tells which copies run, and that they stay is not tested");
            return;
        }
        executable(
                jdk.resolve("bin/java"),
                "if [ \"$1\" = -version ]; then echo 'openjdk version \"" + MODERN + "\"' >&2; exit; fi\n"
                        + "for last; do :; done\n"
                        + "printf '<%s>' \"$@\"\n"
                        + "[ \"$last\" != receive ] || { echo; read -r end; }");
        Process server = start(repository.resolve("tou"), jdk, "receive");
        BufferedReader lines = server.inputReader();
        assertThat(lines.readLine()).startsWith("tou: building");
        Path running = jarOf(new Run(0, lines.readLine()));
        for (int i = 0; i < 6; i++) {
            age();
            Files.writeString(repository.resolve("bench/src/main/java/A.java"), "change " + i);
            assertThat(jarOf(run(repository.resolve("tou"), "send"))).isNotEqualTo(running);
        }
        assertThat(running).exists();
        server.getOutputStream().close();
        assertThat(server.waitFor()).as("read meets the end").isNotZero();
        age();
        Files.writeString(repository.resolve("bench/src/main/java/A.java"), "the last change");
        run(repository.resolve("tou"), "send");
        assertThat(running).doesNotExist();
    }

    /** As on a machine whose clock was put back. */
    @Test
    void theNewestCopyStaysThoughOthersHaveLaterNames() throws Exception {
        for (int i = 0; i < 5; i++) {
            Files.createDirectories(repository.resolve("target/run/29991231-235959-" + i));
        }
        assertThat(jarOf(run(repository.resolve("tou"), "send")))
                .exists()
                .isEqualTo(copy())
                .startsWith(repository.resolve("target/run"));
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
                .as("and says nothing of it")
                .startsWith("<-Dtou.terminals=>")
                .endsWith("<-jar><" + repository.resolve("bench/target/tou.jar") + "><send>");
    }

    /** As when the disk is full. */
    @Test
    void aCopyThatIsNotWholeIsRemoved() throws Exception {
        path = withoutFlock();
        executable(folder.resolve("without-flock/cp"), "echo half > \"$2\"; echo 'cp: full' >&2; exit 1");
        assertThat(run(repository.resolve("tou"), "send").said())
                .doesNotContain("cp: full")
                .endsWith("<-jar><" + repository.resolve("bench/target/tou.jar") + "><send>");
        try (Stream<Path> all = Files.list(repository.resolve("target/run"))) {
            assertThat(all.filter(Files::isDirectory)).isEmpty();
        }
    }

    /** As on a file system without links; flock is missing, too. */
    @Test
    void whoCannotLockDoesNotWaitForEver() throws Exception {
        path = withoutFlock();
        executable(folder.resolve("without-flock/ln"), "exit 1");
        assertThat(run(repository.resolve("tou"), "send").said())
                .doesNotContain("waiting")
                .endsWith("<send>");
        assertThat(builds()).isEqualTo(1);
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
        for (String program :
                ("cat cp date dirname find grep head id ln mkdir mv ps readlink rm rmdir sed sleep sort stty tail"
                                + " touch wc")
                        .split(" ")) {
            Run found = end(new ProcessBuilder("sh", "-c", "command -v " + program).start());
            executable(bin.resolve(program), "exec " + found.said().strip() + " \"$@\"");
        }
        return bin.toString();
    }
}
