// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.Contrast;
import dev.tou.bench.ExitCode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** docs/explorer.html is what the generator writes, and shows the scenes as docs/SCENARIOS.md does. */
class ExplorerPageTest {

    private static final Path DOCUMENT = Path.of("../docs/explorer.html");

    /** Each event that a reader sees. */
    private static final Set<String> STEPS = Set.of("segment", "arrival", "state", "words", "say", "seen");

    private static Map<String, List<JsonNode>> scenes;

    /** Plays all scenes of the page for {@code -Dtou.update=true}. */
    private static void update() {
        if (Boolean.getBoolean("tou.update")) {
            List<String> arguments = new ArrayList<>(List.of("replay", "--page", DOCUMENT.toString()));
            arguments.addAll(ExplorerPage.BUNDLED);
            CapturedConsole tou = new CapturedConsole();
            assertThat(tou.run(arguments.toArray(String[]::new)))
                    .as(tou.out() + tou.err())
                    .isZero();
        }
    }

    @BeforeAll
    static void read() throws IOException {
        update();
        scenes = ExplorerDocument.read(DOCUMENT).scenes();
    }

    static List<String> names() {
        return ExplorerPage.BUNDLED;
    }

    @Test
    void thePageIsTheOneThatIsWrittenNow() throws IOException {
        ExplorerDocument document = ExplorerDocument.read(DOCUMENT);
        assertThat(document.frame())
                .as("docs/explorer.html without its scenes; -Dtou.update=true writes it")
                .isEqualTo(new ExplorerDocument(ExplorerPage.of(List.of())).frame());
        assertThat(scenes.keySet()).containsExactlyElementsOf(ExplorerPage.BUNDLED);
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachStepHasASentenceAndASection(String name) {
        for (JsonNode event : scene(name)) {
            assertThat(event.path("schema").asInt()).isEqualTo(1);
            if (STEPS.contains(event.path("event").asText())) {
                assertThat(event.path("sentence").asText()).as(event.toString()).endsWith(".");
                assertThat(event.path("rfc").asInt()).as(event.toString()).isBetween(793, 9999);
                assertThat(event.path("rfcSection").asText())
                        .as(event.toString())
                        .matches("|\\d+(\\.\\d+)*");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void showsWhatTheDocumentShows(String name) throws IOException {
        Skeleton page = Skeleton.of(scene(name)).plain();
        Skeleton document = Skeleton.of(
                        ScenarioDocument.read(Path.of("../docs/SCENARIOS.md")).output(name))
                .plain();
        assertThat(page.client()).isEqualTo(document.client());
        assertThat(page.server()).isEqualTo(document.server());
        if (!name.equals("congestion-window")) { // where the document hides the segments
            assertThat(page.toServer()).isEqualTo(document.toServer());
            assertThat(page.toClient()).isEqualTo(document.toClient());
        }
    }

    /** Section 3.3.1: UNA =&lt; NXT, and whatever an end acknowledges it has by then. */
    @ParameterizedTest
    @MethodSource("names")
    void theVariablesAreInOrder(String name) {
        for (JsonNode event : scene(name)) {
            if (!event.has("client")) {
                continue;
            }
            for (String end : List.of("client", "server")) {
                JsonNode space = event.path(end);
                if (!space.path("sndUna").isNull()) {
                    assertThat(distance(space, "sndNxt", "sndUna"))
                            .as(event.toString())
                            .isNotNegative();
                    assertThat(distance(space, "sndUna", "iss"))
                            .as(event.toString())
                            .isNotNegative();
                }
            }
            if (event.path("event").asText().equals("segment")
                    && !event.path("ack").isNull()) {
                JsonNode sender = event.path(event.path("to").asText().equals("server") ? "client" : "server");
                if (!sender.path("rcvNxt").isNull()) {
                    int ahead = (int)
                            (event.path("ack").asLong() - sender.path("rcvNxt").asLong());
                    assertThat(ahead).as(event.toString()).isNotPositive();
                }
            }
        }
    }

    private static int distance(JsonNode space, String to, String from) {
        return (int) (space.path(to).asLong() - space.path(from).asLong());
    }

    private static List<JsonNode> scene(String name) {
        return scenes.get(name);
    }

    /** As WCAG 2.2 wants it (1.4.3), light and dark. */
    @Test
    void whatIsWrittenStandsOutFromWhatItStandsOn() throws IOException {
        String css = Files.readString(Path.of("src/main/resources/dev/tou/bench/replay/explorer.css"));
        Contrast light = Contrast.of(css.substring(css.indexOf(":root {"), css.indexOf("@media")));
        Contrast dark = Contrast.of(css.substring(css.indexOf("@media"), css.indexOf("* {")));
        for (Contrast colours : List.of(light, dark)) {
            for (String ground : List.of("paper", "panel", "now")) {
                for (String ink : List.of("ink", "dim", "client", "server", "lost", "link")) {
                    colours.check(ink, ground);
                }
            }
            colours.check("ink", "client-soft");
            colours.check("client", "client-soft");
            colours.check("ink", "server-soft");
            colours.check("server", "server-soft");
        }
    }

    @Test
    void loadsNothing() throws IOException {
        String frame = ExplorerDocument.read(DOCUMENT).frame();
        assertThat(frame).contains("default-src 'none'").doesNotContain("src=\"", "@import", "url(http", "fetch(");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "needs a second loopback address")
    void aPageOfWhatWasJustPlayed(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("handshake.html");
        CapturedConsole tou = new CapturedConsole();
        assertThat(tou.run("replay", "handshake", "--page", file.toString())).isZero();
        assertThat(tou.out()).endsWith("Open " + file + " in a browser to step through it.\n");
        ExplorerDocument page = ExplorerDocument.read(file);
        assertThat(page.scenes().keySet()).containsExactly("handshake");
        assertThat(page.frame()).isEqualTo(new ExplorerDocument(ExplorerPage.of(List.of())).frame());
    }

    @Test
    void aPageThatCannotBeWritten(@TempDir Path folder) throws IOException {
        Path missing = folder.resolve("no").resolve("such.html");
        CapturedConsole tou = new CapturedConsole();
        assertThat(tou.run("replay", "handshake", "--page", missing.toString())).isEqualTo(ExitCode.UNWRITABLE.code());
        assertThat(tou.err()).startsWith("tou: There is no folder " + missing.getParent() + "; create it");
        assertThat(Files.exists(missing)).isFalse();
    }
}
