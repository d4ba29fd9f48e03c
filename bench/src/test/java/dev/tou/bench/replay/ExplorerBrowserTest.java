// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tou.bench.CapturedConsole;
import dev.tou.bench.browser.Chromium;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * docs/explorer.html in a real browser: clicked and typed through. Leaves screenshots in target/explorer, as they looked light and
 * dark, wide and narrow.
 */
@Tag("full")
class ExplorerBrowserTest {

    private static final Path PAGE = Path.of("../docs/explorer.html");
    private static final Path PICTURES = Path.of("target/explorer");

    private static Chromium chromium;

    @TempDir
    static Path profile;

    @BeforeAll
    static void start() {
        chromium = Chromium.start(profile);
        chromium.viewport(1600, 1000);
    }

    @AfterAll
    static void quit() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @AfterEach
    void theConsoleIsSilent() {
        assertThat(chromium.complaints()).isEmpty();
    }

    static List<String> scenes() {
        return ExplorerPage.BUNDLED;
    }

    /** Forward with clicks, backward with keys; at each step the states are those of the trace. */
    @ParameterizedTest
    @MethodSource("scenes")
    void stepsThroughAScene(String name) throws IOException {
        open("#" + name + "/0");
        List<JsonNode> trace = ExplorerDocument.read(PAGE).scenes().get(name);
        int last = last();
        List<Seen> forward = new ArrayList<>();
        for (int step = 0; ; step++) {
            Seen seen = seen();
            assertThat(seen.step()).isEqualTo(step);
            assertThat(seen.sentence()).isNotBlank();
            forward.add(seen);
            if (step == last) {
                break;
            }
            chromium.click("#forward");
        }
        assertThat(chromium.find("#forward").isEnabled()).isFalse();
        assertThat(forward.stream().map(Seen::client).distinct()).containsExactlyElementsOf(way(trace, "client"));
        assertThat(forward.stream().map(Seen::server).distinct()).containsExactlyElementsOf(way(trace, "server"));
        for (int step = last; step > 0; step--) {
            assertThat(seen()).isEqualTo(forward.get(step));
            chromium.type(Keys.ARROW_LEFT);
        }
        assertThat(seen()).isEqualTo(forward.get(0));
        assertThat(chromium.find("#back").isEnabled()).isFalse();
    }

    /** {@return the states of an end, each once, from the one in which it comes on stage} */
    private static List<String> way(List<JsonNode> trace, String end) {
        List<String> way = new ArrayList<>(List.of("CLOSED"));
        boolean offstage = trace.stream().anyMatch(event -> kind(event).equals("offstage"));
        // Without anything that came before, the first step is that nobody has done anything.
        boolean begun = !offstage;
        for (JsonNode event : trace) {
            offstage &= !kind(event).equals("onstage");
            boolean listens = kind(event).equals("listens") && end.equals("server");
            if (listens
                    || kind(event).equals("state") && event.path("end").asText().equals(end)) {
                if (!begun) {
                    way.clear();
                }
                way.add(listens ? "LISTEN" : event.path("state").asText().replace('_', '-'));
            }
            // What it was before it came on stage does not count, but the last.
            begun |= !offstage && event.has("sentence");
        }
        return way.stream().distinct().toList();
    }

    private static String kind(JsonNode event) {
        return event.path("event").asText();
    }

    @Test
    void hasKeysAndASliderAndPlays() throws InterruptedException {
        open("#handshake/0");
        chromium.type(Keys.END);
        assertThat(step()).isEqualTo(last());
        chromium.type(Keys.HOME);
        assertThat(step()).isZero();
        chromium.type(Keys.ARROW_RIGHT);
        assertThat(step()).isEqualTo(1);
        chromium.find("#slider").sendKeys(Keys.ARROW_RIGHT);
        assertThat(step()).isEqualTo(2);
        chromium.script(
                "const s = document.getElementById('slider'); s.value = 4; s.dispatchEvent(new Event('input'));");
        assertThat(step()).isEqualTo(4);
        chromium.click("#first");
        chromium.script("document.activeElement.blur()");
        new Select(chromium.find("#speed")).selectByVisibleText("fast");
        chromium.script("document.activeElement.blur()");
        chromium.type(" ");
        chromium.await(() -> step() == last());
        assertThat(step()).isEqualTo(last());
        assertThat(chromium.text("#play")).isEqualTo("Play");
        assertThat(chromium.find("#last").isEnabled()).isFalse();
    }

    /** Browsers complain of more than some changes of the address in a second, or throw. */
    @Test
    void bearsAKeyHeldDown() throws InterruptedException {
        open("#handshake/0");
        chromium.script("""
                for (let i = 0; i <= 600; i++) {
                  const key = i % 2 === 0 ? 'ArrowRight' : 'ArrowLeft';
                  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
                }
                """);
        assertThat(step()).isEqualTo(1);
        chromium.await(() -> fragment().equals("#handshake/1"));
        assertThat(fragment()).as("the address names the step, in the end").isEqualTo("#handshake/1");
    }

    private static Object fragment() {
        return chromium.script("return location.hash");
    }

    @Test
    void eachStepHasItsRule() {
        open("#handshake/1");
        for (int step = 1; step <= last(); step++) {
            WebElement rule = chromium.find("#rule");
            assertThat(rule.getText()).matches("RFC \\d+, section [\\d.]+");
            assertThat(rule.getAttribute("href")).matches("https://www\\.rfc-editor\\.org/rfc/rfc\\d+#section-[\\d.]+");
            chromium.click("#forward");
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "needs a second loopback address")
    void opensWhatAReplayPrinted(@TempDir Path folder) throws IOException, InterruptedException {
        CapturedConsole tou = new CapturedConsole();
        assertThat(tou.run("replay", "keep-alive", "lost-syn-ack", "server-killed", "-J"))
                .isZero();
        Path trace = Files.writeString(folder.resolve("trace.jsonl"), tou.out());
        open("");
        chromium.find("#file").sendKeys(trace.toAbsolutePath().toString());
        chromium.await(() -> chromium.all("#scene option").size() == 3);
        for (int scene = 0; scene < 3; scene++) {
            new Select(chromium.find("#scene")).selectByIndex(scene);
            chromium.click("#last");
            assertThat(step()).isEqualTo(last()).isPositive();
        }
        Path nonsense = Files.writeString(folder.resolve("nonsense.txt"), "what is this\n");
        chromium.find("#file").sendKeys(nonsense.toAbsolutePath().toString());
        chromium.await(() -> chromium.find("#problem").isDisplayed());
        assertThat(chromium.text("#problem")).startsWith("nonsense.txt: Line 1 is not JSON");
    }

    /** Nothing is wider than the window, and the names of the scenes are whole where there is room. */
    @ParameterizedTest
    @ValueSource(ints = {400, 500, 1024, 1400, 1600})
    void fitsTheWindow(int width) throws IOException {
        chromium.viewport(width, width <= 500 ? 850 : 900);
        for (boolean dark : new boolean[] {false, true}) {
            chromium.dark(dark);
            for (String place : List.of("#handshake/6", "#fast-retransmit/20", "#congestion-window/99")) {
                open(place);
                chromium.screenshot(PICTURES.resolve(
                        place.substring(1, place.indexOf('/')) + "-" + width + (dark ? "-dark" : "-light") + ".png"));
                for (String box : List.of("html", "#ladder-box")) {
                    Object overflow = chromium.script(
                            "const e = document.querySelector(arguments[0]); return e.scrollWidth - e.clientWidth",
                            box);
                    assertThat(overflow).as(box + ", " + place + " at " + width).isEqualTo(0L);
                }
            }
        }
        if (width >= 1024) {
            assertThat(chromium.script(TITLES_CUT)).isEqualTo(List.of());
        }
        chromium.viewport(1600, 1000);
        chromium.dark(false);
    }

    private static final String TITLES_CUT = """
            const select = document.getElementById('scene');
            const pen = document.createElement('canvas').getContext('2d');
            pen.font = getComputedStyle(select).font;
            return [...select.options].map(o => o.text).filter(t => pen.measureText(t).width + 30 > select.clientWidth);
            """;

    /** What can be read stays in the ladder, and no line of what is lost, nor another text, goes through it. */
    @ParameterizedTest
    @MethodSource("scenes")
    void theLadderCanBeRead(String name) {
        for (int width : new int[] {400, 1024, 1600}) {
            chromium.viewport(width, 900);
            open("#" + name + "/0");
            assertThat(chromium.script(OVERLAPS)).as(name + " at " + width).isEqualTo(List.of());
        }
        chromium.viewport(1600, 1000);
    }

    private static final String OVERLAPS = """
            const svg = document.getElementById('ladder');
            const boxes = [...svg.querySelectorAll('text:not(.mark)')].map(e => [e.textContent, e.getBBox()]);
            const lines = [...svg.querySelectorAll('.flight.lost')].map(e => ['lost', e.getBBox()]);
            // A line of text is a little higher than its letters.
            const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width
                && a.y + 3 < b.y + b.height && b.y + 3 < a.y + a.height;
            const cut = boxes.filter(([text, box]) => box.x < 0 || box.x + box.width > svg.clientWidth).map(([text]) => text);
            const near = boxes.flatMap(([text, box], i) => [...boxes.slice(i + 1, i + 4), ...lines]
                .filter(([other, where]) => meet(box, where)).map(([other]) => text + ' and ' + other));
            return [...cut, ...near];
            """;

    /** The server listens before anybody comes, and the flags are those of the segment. */
    @Test
    void theLadderTellsInOrderAndInFull() {
        open("#handshake/0");
        assertThat(ladder())
                .startsWith("the beginning", "LISTEN", "The client calls connect().", "SYN-SENT", "SYN seq 0");
        assertThat(ladder()).containsOnlyOnce("LISTEN");
        open("#zero-window/0");
        assertThat(ladder()).anyMatch(text -> text.startsWith("PSH,ACK seq 5 001"));
        open("#time-wait/1");
        assertThat(chromium.text("#position"))
                .as("the clock begins with the scene")
                .endsWith(" 0.000 s");
        assertThat(ladder()).as("of a connection that is forgotten").contains("RST seq 2");
    }

    /** {@return what is written in the ladder, from top to bottom, with plain spaces} */
    private static List<String> ladder() {
        return ((List<?>) chromium.script("""
                return [...document.querySelectorAll('#ladder text:not(.mark):not(.time)')]
                    .map(e => (e.querySelector('title') ?? e).textContent.replace(/\\s+/g, ' '));
                """)).stream().map(String::valueOf).toList();
    }

    @Test
    void aKeyboardIsEnough() {
        open("#handshake/0");
        chromium.script("document.getElementById('forward').focus()");
        for (int step = 0; step < last(); step++) {
            chromium.type(Keys.ENTER);
        }
        assertThat(step()).isEqualTo(last());
        chromium.type(Keys.ARROW_LEFT);
        assertThat(step())
                .as("although the button that had the focus is disabled")
                .isEqualTo(last() - 1);
        open("#congestion-window/0");
        chromium.typeWith(Keys.SHIFT, Keys.ARROW_RIGHT);
        chromium.typeWith(Keys.SHIFT, Keys.ARROW_RIGHT);
        assertThat(chromium.text("#sentence")).contains("congestion window: 20000 bytes");
        chromium.typeWith(Keys.SHIFT, Keys.ARROW_LEFT);
        assertThat(step()).isEqualTo(1);
    }

    /** A link to a scene works on the page that is open, too. */
    @Test
    void followsItsAddress() throws InterruptedException {
        open("#handshake/3");
        chromium.script("location.hash = '#zero-window/14'");
        chromium.await(() -> step() == 14);
        assertThat(step()).isEqualTo(14);
        assertThat(new Select(chromium.find("#scene")).getFirstSelectedOption().getText())
                .startsWith("zero-window: ");
        // The address is written half a second behind the steps, so it may be written just then.
        chromium.script("location.hash = '#handshake/2'; history.replaceState(null, '', '#zero-window/14')");
        chromium.await(() -> step() == 2);
        assertThat(step()).isEqualTo(2);
    }

    private static void open(String fragment) {
        chromium.open(PAGE, fragment);
    }

    private static int step() {
        return Integer.parseInt(chromium.find("#slider").getAttribute("value"));
    }

    private static int last() {
        return Integer.parseInt(chromium.find("#slider").getAttribute("max"));
    }

    /** What the page shows at a step: the states that are lit, and the sequence variables. */
    private record Seen(int step, String client, String server, String variables, String sentence) {}

    private static Seen seen() {
        List<?> seen = (List<?>) chromium.script("""
                const lit = end => [...document.querySelectorAll('.state.' + end)].map(e => e.dataset.state).join();
                return [document.getElementById('slider').value, lit('client'), lit('server'),
                    [...document.querySelectorAll('[data-variable]')].map(e => e.dataset.variable + e.textContent).join(),
                    document.getElementById('sentence').textContent];
                """);
        return new Seen(
                Integer.parseInt((String) seen.get(0)),
                closed((String) seen.get(1)),
                closed((String) seen.get(2)),
                (String) seen.get(3),
                (String) seen.get(4));
    }

    /** The diagram has CLOSED twice, as figure 5 has. */
    private static String closed(String state) {
        return state.equals("over") ? "CLOSED" : state;
    }
}
