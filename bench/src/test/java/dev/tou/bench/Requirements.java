// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;

/** What a test needs of the machine. Where it is missing the output says so; with {@code TOU_REQUIRE_ROOT=1} it is a failure. */
public final class Requirements {

    private Requirements() {}

    /** Skips the test where there are no event loops of this kind. */
    public static void loops(Transports.Io io) {
        if (!io.isAvailable()) {
            miss("there are no event loops of " + io + " here; they are not tested");
        }
    }

    /** Skips the test where network namespaces cannot be made and joined, or one of {@code programs} is missing. */
    public static void lab(String... programs) {
        List<String> missing = new ArrayList<>();
        if (!"root".equals(System.getProperty("user.name"))) {
            missing.add("root");
        }
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            missing.add("/dev/net/tun");
        }
        Stream.of(programs)
                .filter(program -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .noneMatch(directory -> Files.isExecutable(Path.of(directory, program))))
                .forEach(missing::add);
        if (!missing.isEmpty()) {
            miss("not tested over a link between namespaces: no " + String.join(", no ", missing));
        }
    }

    /**
     * Skips the test where Docker does not answer, has no "compose", or neither has nor gets {@code image}. That is no failure
     * on any machine: a build needs no Docker.
     */
    public static void docker(String image) throws InterruptedException {
        String missing = null;
        if (!works("docker", "info")) {
            missing = "Docker does not answer";
        } else if (!works("docker", "compose", "version") && !works("docker-compose", "version")) {
            missing = "Docker has no compose";
        } else if (!works("docker", "image", "inspect", image) && !works("docker", "pull", image)) {
            missing = "Docker cannot get " + image;
        }
        if (missing != null) {
            System.out.println("The lab in containers is not tested: " + missing);
            Assumptions.abort(missing);
        }
    }

    private static boolean works(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** {@return a program}, or skips the test where it is not installed. */
    public static Path program(String name) {
        Optional<Path> found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty()) {
            miss("not tested: there is no " + name + " here");
        }
        return found.orElseThrow();
    }

    private static void miss(String missing) {
        if ("1".equals(System.getenv("TOU_REQUIRE_ROOT"))) {
            throw new AssertionError(missing);
        }
        System.out.println(missing);
        Assumptions.abort(missing);
    }
}
