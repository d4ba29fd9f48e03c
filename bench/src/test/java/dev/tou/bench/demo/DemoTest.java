// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ExitCode;
import dev.tou.bench.TouProcess;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The demonstration from end to end, with a small file. */
@Timeout(180)
class DemoTest {

    @TempDir
    Path folder;

    private final CapturedConsole tou = new CapturedConsole();

    @Test
    void endsInATableAndAFolder() throws Exception {
        Path out = folder.resolve("results");
        int exit = tou.run("demo", "--size", "1MiB", "--seed", "7", "--out", out.toString());
        assertThat(exit).as(tou.err()).isZero();
        assertThat(tou.err()).isEmpty();
        assertThat(tou.out())
                .contains("seed 7")
                .contains("SHA-256 is the same at both ends")
                .contains("1 048 576")
                .contains("p99")
                .containsPattern("sender late by \\S+ \\S+ \\(p50\\), \\S+ \\S+ \\(p99\\)")
                .contains("Open in a browser: " + out.resolve("plot.html"))
                .contains("Or look at:        " + out.resolve("plot.png"));

        JsonNode summary =
                new ObjectMapper().readTree(out.resolve("summary.json").toFile());
        assertThat(summary.path("schema").asInt()).isEqualTo(1);
        assertThat(summary.path("seed").asLong()).isEqualTo(7);
        assertThat(summary.path("bytes").asLong()).isEqualTo(1 << 20);
        assertThat(summary.path("latencyNanos").path("count").asInt()).isEqualTo(Demo.REQUESTS);

        assertThat(summary.path("latenessNanos").path("p99").asLong()).isPositive();
        assertThat(tou.out()).contains("sent again        " + sentAgain(out.resolve("plot.html")) + "  (");

        assertThat(summary.path("pictures")).hasSize(2);
        assertThat(out.resolve("plot.html"))
                .content()
                .contains("Time-sequence, sent")
                .contains("Latency by percentile")
                .contains("acknowledged (SND.UNA)")
                .doesNotContain("no last line", "does not know");
        assertThat(ImageIO.read(out.resolve("plot.png").toFile()).getHeight()).isGreaterThan(1500);

        try (HistogramLogReader log =
                new HistogramLogReader(out.resolve("latency.hlog").toFile())) {
            Histogram histogram = new Histogram(3);
            while (log.hasNext()) {
                histogram.add((Histogram) log.nextIntervalHistogram());
            }
            assertThat(histogram.getTotalCount()).isEqualTo(Demo.REQUESTS);
            assertThat(histogram.getMaxValue())
                    .isEqualTo(summary.path("latencyNanos").path("max").asLong());
        }
    }

    @Test
    void withoutTheFileThereIsNoFolder() {
        Path out = folder.resolve("results");
        int exit = tou.run("demo", "--file", folder.resolve("missing").toString(), "--out", out.toString());
        assertThat(exit).as(tou.err()).isEqualTo(ExitCode.UNREADABLE.code());
        assertThat(out).doesNotExist();
    }

    /** {@return what the page says of the connection that carried the file} */
    private static String sentAgain(Path page) throws IOException {
        Matcher data =
                Pattern.compile("id=\"data\">(.*?)</script>", Pattern.DOTALL).matcher(Files.readString(page));
        assertThat(data.find()).isTrue();
        JsonNode facts = new ObjectMapper()
                .readTree(data.group(1))
                .path("groups")
                .path(0)
                .path("facts");
        for (JsonNode fact : facts) {
            if (fact.path(0).asText().equals("sent again")) {
                return fact.path(1).asText();
            }
        }
        throw new AssertionError(facts.toString());
    }

    /** What loads and compiles the classes comes before what is shown, and is in nothing that is shown. */
    @Test
    void bothProcessesAreWarmBeforeTheirWorkIsWrittenDown() throws Exception {
        Path out = folder.resolve("results");
        Path capture = folder.resolve("demo.pcapng");
        assertThat(tou.run("demo", "--size", "100k", "--out", out.toString(), "--capture", capture.toString()))
                .as(tou.err())
                .isZero();
        assertThat(tou.out())
                .containsSubsequence("process", "warm-up", "500 requests", "link", "file", "latency", "capture")
                .doesNotContain("rehearsal");
        List<JsonNode> opened = new ArrayList<>();
        for (String line : Files.readAllLines(out.resolve("trace.jsonl"))) {
            JsonNode event = new ObjectMapper().readTree(line);
            if (event.path("e").asText().equals("connection")) {
                opened.add(event);
            }
        }
        assertThat(opened).as("the file's, and the requests'").hasSize(2);
        JsonNode summary =
                new ObjectMapper().readTree(out.resolve("summary.json").toFile());
        assertThat(summary.path("relay").path("clients").asInt()).isEqualTo(1);
    }

    @Test
    void aFileMayHaveTheNameOfTheOneThatWarmsUp() throws Exception {
        Path file = Files.writeString(folder.resolve("warm-up.bin"), "hello");
        Path out = folder.resolve("results");
        assertThat(tou.run("demo", "--file", file.toString(), "--out", out.toString()))
                .as(tou.err())
                .isZero();
    }

    @Test
    void aBusyMachineIsSaidToBeOne() {
        assertThat(DemoSummary.busy(-1, 2)).as("not known").isNull();
        assertThat(DemoSummary.busy(2.9, 2)).isNull();
        assertThat(DemoSummary.busy(16.63, 2)).startsWith("This machine is busy (load 16.6 for 2 processors): ");
    }

    @Test
    void theFileOfASeedIsAlwaysTheSame() {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        SeededFile.write(first, 100_001, 42);
        SeededFile.write(second, 100_001, 42);
        assertThat(first).hasSameBinaryContentAs(second).hasSize(100_001);
        SeededFile.write(second, 100_001, 43);
        assertThat(SeededFile.digest(first)).isNotEqualTo(SeededFile.digest(second));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void anInterruptedDemoTakesItsProcessesAndFilesWithIt() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Path results = folder.resolve("results");
        try (TouProcess demo = TouProcess.start(temporary, "demo", "--out", results.toString())) {
            String line = demo.awaitLine(text -> text.contains("client") && text.contains("process"));
            long client = Long.parseLong(line.replaceAll(".*process (\\d+) .*", "$1"));
            demo.signal("INT");
            assertThat(demo.awaitExit()).isEqualTo(130);
            assertThat(demo.output()).contains("tou: Interrupted; both processes were ended");
            assertThat(ProcessHandle.of(client).filter(ProcessHandle::isAlive))
                    .as("the client")
                    .isEmpty();
            try (Stream<Path> left = Files.list(temporary)) {
                assertThat(left.filter(path -> path.getFileName().toString().startsWith("tou-demo-")))
                        .isEmpty();
            }
            assertThat(results).as("made for the demo, so gone with it").doesNotExist();
        }
    }

    @Test
    void leavesNothingButItsResults() {
        Path out = folder.resolve("results");
        assertThat(tou.run("demo", "--size", "100k", "--seed", "7", "--loss", "0%", "--out", out.toString()))
                .isZero();
        assertThat(out.toFile().list())
                .containsExactlyInAnyOrder(
                        "summary.json", "latency.hlog", "latency.hgrm", "trace.jsonl", "plot.html", "plot.png");
    }
}
