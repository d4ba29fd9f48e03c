// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.lab;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Requirements;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The compose file in a real Docker, with the classes under test in the place of an image that would have to be built: they
 * are mounted into the image that the Dockerfile starts from.
 */
@Tag("full")
@Timeout(600)
class LabInContainersTest {

    private static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();

    @TempDir
    Path folder;

    private static String baseImage() throws IOException {
        Matcher from =
                Pattern.compile("FROM (\\S+) AS relay").matcher(Files.readString(REPOSITORY.resolve("Dockerfile")));
        assertThat(from.find()).isTrue();
        return from.group(1);
    }

    private Path withClassesUnderTest(String image) throws IOException {
        List<String> classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(Files::exists)
                .map(entry -> entry.toAbsolutePath().normalize().toString())
                .distinct()
                .toList();
        List<String> lines = new ArrayList<>(List.of("services:"));
        for (String service : List.of("server", "router", "client")) {
            lines.add("  " + service + ":");
            lines.add("    image: " + image);
            lines.add("    entrypoint: [java, -cp, \"" + String.join(":", classPath) + "\", dev.tou.bench.Tou]");
            lines.add("    volumes:");
            classPath.forEach(entry -> lines.add("      - \"" + entry + ":" + entry + ":ro\""));
        }
        return Files.write(folder.resolve("classes.yml"), lines);
    }

    @Test
    void latencyAndThroughputOverALink() throws Exception {
        String image = baseImage();
        Requirements.docker(image);
        CapturedConsole tou = new CapturedConsole();
        Path out = folder.resolve("report");
        int exit = tou.run(
                "lab",
                "lossy",
                "--no-build",
                "--duration",
                "2s",
                "--file",
                REPOSITORY.resolve("docker-compose.yml").toString(),
                "--file",
                withClassesUnderTest(image).toString(),
                "--out",
                out.toString());
        System.out.println(tou.out());
        String log = Files.readString(out.resolve("log.txt"));
        assertThat(exit).as(tou.err() + log).isIn(0, ExitCode.INVALID_MEASUREMENT.code());
        JsonNode measurements =
                new ObjectMapper().readTree(out.resolve("report.json").toFile()).path("measurements");
        assertThat(measurements).as(log).hasSize(3);
        JsonNode latency = measurements.path(0);
        assertThat(latency.path("figures")
                        .path("results")
                        .path(0)
                        .path("latencyNanos")
                        .path("min")
                        .asLong())
                .as(log)
                .isGreaterThan(50_000_000);
        assertThat(latency.path("router").path("toServer").path("lost").asLong())
                .isPositive();
        for (int way = 1; way <= 2; way++) {
            assertThat(measurements
                            .path(way)
                            .path("figures")
                            .path("end")
                            .path("sum_received")
                            .path("bytes")
                            .asLong())
                    .as(log)
                    .isPositive();
        }
        assertThat(out.resolve("lossy-latency.hlog")).isNotEmptyFile();
        assertThat(out.resolve("report.md")).content().contains("| lossy |");
    }
}
