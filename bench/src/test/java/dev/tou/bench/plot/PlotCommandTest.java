// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ExitCode;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code tou plot} from its arguments to its files. */
class PlotCommandTest {

    @TempDir
    Path folder;

    private final CapturedConsole tou = new CapturedConsole();
    private Path trace;

    @BeforeEach
    void writeTrace() throws IOException {
        trace = Files.writeString(folder.resolve("send.jsonl"), HandTrace.CLIENT);
    }

    private int plot(Object... args) {
        List<String> all = new ArrayList<>(List.of("plot"));
        for (Object arg : args) {
            all.add(arg.toString());
        }
        return tou.run(all.toArray(String[]::new));
    }

    private void fails(ExitCode exit, String sentence, Object... args) {
        assertThat(plot(args)).as(tou.err()).isEqualTo(exit.code());
        assertThat(tou.err()).startsWith("tou: ").contains(sentence).hasLineCount(1);
        assertThat(tou.out()).isEmpty();
    }

    private Path log(String name, String tag) throws IOException {
        Path file = folder.resolve(name);
        Histogram histogram = new Histogram(3);
        for (int i = 1; i <= 1000; i++) {
            histogram.recordValue(1_000_000L * i);
        }
        histogram.setTag(tag);
        try (PrintStream out = new PrintStream(file.toFile(), "UTF-8")) {
            HistogramLogWriter writer = new HistogramLogWriter(out);
            writer.outputLogFormatVersion();
            writer.outputLegend();
            writer.outputIntervalHistogram(histogram);
        }
        return file;
    }

    @Test
    void aTraceBecomesAPageBesideIt() throws IOException {
        assertThat(plot(trace)).as(tou.err()).isZero();
        Path page = folder.resolve("send.html");
        assertThat(tou.out()).isEqualTo("  page     " + page + "\n");
        assertThat(tou.err()).isEmpty();
        assertThat(page).content().contains("10.0.0.1:1000 to 10.0.0.2:2000").contains("uPlot");
    }

    @Test
    void pictures() throws Exception {
        Path png = folder.resolve("png");
        Path svg = folder.resolve("svg");
        assertThat(plot(trace, log("latency.hlog", null), "--png", png, "--svg", svg, "--width", 800))
                .as(tou.err())
                .isZero();
        for (String name : List.of("time-sequence", "limited-by", "window", "rtt", "goodput", "latency")) {
            BufferedImage image = ImageIO.read(png.resolve(name + ".png").toFile());
            assertThat(image.getWidth()).isEqualTo(800);
            assertThat(coloursOf(image)).as("%s is not empty", name).hasSizeGreaterThan(20);
            Document drawing = parsed(svg.resolve(name + ".svg"));
            assertThat(drawing.getDocumentElement().getAttribute("width")).isEqualTo("800");
            assertThat(drawing.getElementsByTagName("path").getLength()).isGreaterThan(20);
            assertThat(drawing.getElementsByTagName("image").getLength()).isZero();
        }
    }

    private static Document parsed(Path file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        return factory.newDocumentBuilder().parse(file.toFile());
    }

    private static Set<Integer> coloursOf(BufferedImage image) {
        Set<Integer> colours = new HashSet<>();
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                colours.add(image.getRGB(x, y));
            }
        }
        return colours;
    }

    /** The diamond of a repetition stands on the cross of its loss, and each is seen. */
    @Test
    void aRepetitionCanBeSeenWhereItsSegmentIsCountedAsLost() throws IOException {
        Path png = folder.resolve("png");
        assertThat(plot(trace, "--png", png, "--to", "60ms")).as(tou.err()).isZero();
        BufferedImage image = ImageIO.read(png.resolve("time-sequence.png").toFile());
        BufferedImage curves = image.getSubimage(0, 0, image.getWidth(), image.getHeight() - 60); // no legend
        assertThat(pixels(curves, Role.RETRANSMITTED)).isGreaterThan(20);
        assertThat(pixels(curves, Role.LOST)).isGreaterThan(10);
    }

    private static long pixels(BufferedImage image, Role role) {
        int colour = Integer.decode(role.light());
        long count = 0;
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                count += (image.getRGB(x, y) & 0xffffff) == colour ? 1 : 0;
            }
        }
        return count;
    }

    @Test
    void onePictureOfAll() throws IOException {
        Path picture = folder.resolve("all.PNG");
        assertThat(plot(trace, "-o", picture)).as(tou.err()).isZero();
        BufferedImage image = ImageIO.read(picture.toFile());
        assertThat(image.getWidth()).isEqualTo(1100);
        assertThat(image.getHeight()).isGreaterThan(1500);
        assertThat(folder.resolve("send.html")).doesNotExist();
    }

    @Test
    void latenciesOfTwoMeasurementsAreOneGraph() throws IOException {
        Path page = folder.resolve("latency.html");
        assertThat(plot(log("a.hlog", "tou"), log("b.hlog", "tou"), log("c.hlog", null), "-o", page))
                .as(tou.err())
                .isZero();
        assertThat(page)
                .content()
                .contains("\"name\":\"tou\"")
                .contains("\"name\":\"tou (b)\"")
                .contains("\"name\":\"c\"");
    }

    @Test
    void bothEndsInOnePage() throws IOException {
        Path server = Files.writeString(folder.resolve("receive.jsonl"), HandTrace.SERVER);
        assertThat(plot(trace, server, "-o", folder.resolve("both.html")))
                .as(tou.err())
                .isZero();
        assertThat(folder.resolve("both.html"))
                .content()
                .contains("delivered at the other end")
                .contains("10.0.0.2:2000 from 10.0.0.9:3333  (receive.jsonl)");
    }

    @Test
    void jsonSaysWhatWasWritten() throws IOException {
        assertThat(plot(trace, "-J")).as(tou.err()).isZero();
        JsonNode line = new ObjectMapper().readTree(tou.out());
        assertThat(line.path("schema").asInt()).isEqualTo(1);
        assertThat(line.path("event").asText()).isEqualTo("plot");
        assertThat(line.path("events").asInt()).isEqualTo(22);
        assertThat(line.path("skipped").asInt()).isZero();
        assertThat(line.path("remarks")).isEmpty();
        assertThat(line.path("written").toString())
                .isEqualTo("[{\"file\":\"" + folder.resolve("send.html") + "\",\"kind\":\"page\"}]");
    }

    @Test
    void whatWasLeftOutIsSaid() throws IOException {
        Path half = Files.writeString(
                folder.resolve("half.jsonl"), HandTrace.CLIENT.substring(0, HandTrace.CLIENT.length() - 20));
        assertThat(plot(half)).isZero();
        assertThat(tou.err()).contains("The last line of half.jsonl is cut short");
        assertThat(folder.resolve("half.html")).content().contains("The last line of half.jsonl is cut short");
    }

    @Test
    void moreConnectionsThanCanBeLookedAt() throws IOException {
        StringBuilder text = new StringBuilder(HandTrace.HEAD);
        for (int i = 1; i <= 6; i++) {
            text.append(
                    "{\"e\":\"sent\",\"c\":%d,\"t\":5,\"seq\":1,\"textBytes\":%d,\"segments\":1,\"controlBits\":16}\n"
                            .formatted(i, i));
        }
        text.append("{\"e\":\"end\",\"t\":9,\"events\":6,\"dropped\":0}\n");
        Path many = Files.writeString(folder.resolve("many.jsonl"), text);
        assertThat(plot(many)).as(tou.err()).isZero();
        assertThat(tou.err())
                .isEqualTo("Of 6 connections the 4 with the most text are shown; --connection N shows another.\n");
        assertThat(folder.resolve("many.html"))
                .content()
                .contains("connection 6 of many.jsonl")
                .doesNotContain("connection 2 of many.jsonl");
        assertThat(plot(many, "--connection", "1,2")).isZero();
        assertThat(folder.resolve("many.html")).content().contains("connection 2 of many.jsonl");
    }

    @Test
    void noFile() {
        fails(ExitCode.USAGE, "FILE is missing");
        CapturedConsole other = new CapturedConsole();
        assertThat(other.run("plot", folder.resolve("none").toString())).isEqualTo(ExitCode.UNREADABLE.code());
        assertThat(other.err()).contains("There is no file");
    }

    @Test
    void whatIsNoTrace() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.jsonl"));
        fails(ExitCode.UNREADABLE, "empty.jsonl is empty; give a file that --trace", empty);
    }

    @Test
    void aFolder() {
        fails(ExitCode.UNREADABLE, "is a folder", folder);
    }

    @Test
    void aTraceWithoutConnections() throws IOException {
        Path idle = Files.writeString(folder.resolve("idle.jsonl"), HandTrace.HEAD);
        fails(ExitCode.UNREADABLE, "has no connection to draw", idle);
    }

    @Test
    void aLogThatIsNone() throws IOException {
        Path text = Files.writeString(folder.resolve("x.hlog"), "#hello\nworld,1,2,3\n");
        fails(ExitCode.UNREADABLE, "x.hlog is neither a trace nor a log of latencies; give a file that --trace", text);
    }

    /** Much begins with a hash or a quotation mark: scripts, documents, tables. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "# A heading\n\nA paragraph.\n",
                "#!/bin/sh\nexec true\n",
                "\"time\",\"value\"\n1,2\n",
                "#only a comment\n",
                "Tag=x,1,2,3,HIST\u00e4\n",
                "\n\n",
                "<!doctype html>\n"
            })
    void whatOnlyBeginsLikeALogIsNone(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("README.md"), text);
        fails(ExitCode.UNREADABLE, "README.md is neither a trace nor a log of latencies; give a file that", file);
    }

    /** By other programs of HdrHistogram: without a legend, with the words of the author before it. */
    @Test
    void aLogNeedsNoLegend() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(log("a.hlog", "tou")));
        lines.removeIf(line -> line.startsWith("\"") || line.startsWith("#["));
        assertThat(lines).singleElement().asString().startsWith("Tag=tou,");
        lines.add(0, "# by hand");
        Path bare = Files.write(folder.resolve("bare.txt"), lines);
        assertThat(plot(bare, "-o", folder.resolve("bare.svg"))).as(tou.err()).isZero();
    }

    @Test
    void aLogWithABrokenLineSaysSo() throws IOException {
        Path log = log("a.hlog", "tou");
        String whole = Files.readString(log).stripTrailing();
        Files.writeString(log, whole.substring(0, whole.length() - 40) + "\n");
        fails(ExitCode.UNREADABLE, "a.hlog begins like a log of latencies, but a line of it is no histogram", log);
    }

    @Test
    void aLogWithoutLatencies() throws IOException {
        Path text = Files.writeString(folder.resolve("x.hlog"), "#[Histogram log format version 1.3]\n");
        fails(ExitCode.UNREADABLE, "has no latencies", text);
    }

    @Test
    void aConnectionThatIsNotThere() {
        fails(ExitCode.UNREADABLE, "its connections are 1.", trace, "--connection", "5");
    }

    @Test
    void anUnknownKindOfPicture() {
        fails(ExitCode.USAGE, "is none of these: .html, .svg, .png; try \"tou plot --help\".", trace, "-o", "x.pdf");
    }

    @Test
    void theTraceIsNotOverwritten() throws IOException {
        Path named = Files.writeString(folder.resolve("trace.html"), HandTrace.CLIENT);
        fails(ExitCode.USAGE, "would be overwritten", named);
        assertThat(named).hasContent(HandTrace.CLIENT);
    }

    @Test
    void aFolderThatCannotBeWritten() {
        fails(
                ExitCode.UNWRITABLE,
                "There is no folder " + folder.resolve("none") + "; create it, or choose another one.",
                trace,
                "-o",
                folder.resolve("none").resolve("x.html"));
    }

    @Test
    void anEmptyPart() {
        fails(ExitCode.USAGE, "--from must be before --to", trace, "--from", "2s", "--to", "1s");
    }

    @Test
    void aPartBehindTheEnd() {
        Path picture = folder.resolve("x.png");
        String sentence = "--from 20.00 s is behind the end: what was chosen of " + trace + " ends at 190.0 ms;";
        fails(ExitCode.USAGE, sentence, trace, "--from", "20s", "--to", "30s", "-o", picture);
        assertThat(picture).doesNotExist();
    }

    @Test
    void aPartThatIsCutByTheEndIsDrawnAndSaidToBe() {
        assertThat(plot(trace, "--from", "100ms", "--to", "3s")).as(tou.err()).isZero();
        assertThat(tou.err()).isEqualTo("--to 3.00 s is behind the end, so all is drawn up to there, 190.0 ms.\n");
    }

    @Test
    void aConnectionThatHasNothingInThePartIsNamed() throws IOException {
        Path two = twoConnections();
        assertThat(plot(two, "--from", "300ms")).as(tou.err()).isZero();
        assertThat(tou.err())
                .isEqualTo(
                        "Connection 1 has nothing in the part that was asked for: it lasts from 0 us to 190.0 ms.\n");
    }

    /** The file goes on to 600 ms, the connection does not. */
    @Test
    void aPartBehindTheEndOfTheConnection() throws IOException {
        Path two = twoConnections();
        fails(
                ExitCode.USAGE,
                "--from 300.0 ms is behind the end: what was chosen of " + two + " ends at 190.0 ms;",
                two,
                "--connection",
                "1",
                "--from",
                "300ms");
    }

    @Test
    void aPartBeforeTheBeginning() throws IOException {
        Path two = twoConnections();
        fails(
                ExitCode.USAGE,
                "--to 400.0 ms is before the beginning: what was chosen of " + two + " lasts from 500.0 ms to 600.0 ms",
                two,
                "--connection",
                "2",
                "--to",
                "400ms");
    }

    /** The second begins when the first has long ended. */
    private Path twoConnections() throws IOException {
        return Files.writeString(
                folder.resolve("two.jsonl"), HandTrace.CLIENT.replaceFirst("(?s)\\{\"e\":\"end\".*", """
                        {"e":"sent","c":2,"t":501000000,"seq":1,"textBytes":10,"segments":1,"controlBits":16}
                        {"e":"sent","c":2,"t":601000000,"seq":11,"textBytes":10,"segments":1,"controlBits":16}
                        {"e":"end","t":601000000,"events":24,"dropped":0}
                        """));
    }

    @Test
    void aPartOfLatencies() throws IOException {
        Path log = log("a.hlog", "tou");
        fails(ExitCode.USAGE, "--from and --to are for traces; " + log + " has latencies", log, "--from", "1s");
    }

    @Test
    void aTraceThatEndsInItsFirstEvent() throws IOException {
        Path cut = Files.writeString(folder.resolve("cut.jsonl"), HandTrace.CLIENT.substring(0, 120));
        fails(ExitCode.UNREADABLE, "cut.jsonl has no connection to draw", cut);
        assertThat(tou.err()).contains("The last line of cut.jsonl is cut short");
    }

    @Test
    void whatIsNoTraceAtAll() throws IOException {
        Path capture = Files.write(folder.resolve("send.pcapng"), new byte[] {10, 13, 13, 10, 0, 0, 0, 28});
        fails(
                ExitCode.UNREADABLE,
                "send.pcapng is a capture, which Wireshark opens; give a file that --trace",
                capture);
    }

    @Test
    void helpHasExamples() {
        assertThat(plot("--help")).isZero();
        assertThat(tou.out()).contains("Examples:").contains("tou plot send.jsonl --svg pictures");
    }
}
