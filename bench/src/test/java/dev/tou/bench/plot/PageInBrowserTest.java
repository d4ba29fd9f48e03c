// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.tou.bench.CapturedConsole;
import dev.tou.bench.browser.Chromium;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

import static org.assertj.core.api.Assertions.assertThat;

/** The page in a real browser, opened from a file: it draws, zooms, hides and shows, and complains of nothing. */
@Tag("full")
@Timeout(180)
class PageInBrowserTest {

    /** How many pixels of a graph are not those of the background. */
    private static final String DRAWN = """
            const canvas = document.querySelectorAll('canvas')[arguments[0]];
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let drawn = 0;
            for (let i = 3; i < data.length; i += 4) drawn += data[i] > 0 ? 1 : 0;
            return drawn;""";

    /** How many pixels of a graph have a colour. */
    private static final String OF_COLOUR = """
            const [graph, ...colour] = arguments;
            const canvas = document.querySelectorAll('canvas')[graph];
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let count = 0;
            for (let i = 0; i < data.length; i += 4) count += colour.every((part, k) => data[i + k] === part) ? 1 : 0;
            return count;""";

    /** The labels of a graph's time axis cannot be read from a canvas; a drag that zooms changes what is drawn. */
    private static final String DRAG = """
            const over = document.querySelectorAll('.u-over')[0];
            const box = over.getBoundingClientRect();
            const at = (kind, share, target) => target.dispatchEvent(new MouseEvent(kind, {
              bubbles: true, button: 0, movementX: 5, clientX: box.left + share * box.width, clientY: box.top + box.height / 2 }));
            at('mousemove', 0.02, over);
            at('mousedown', 0.02, over);
            at('mousemove', 0.2, over);
            at('mousemove', 0.25, over);
            at('mouseup', 0.25, document);""";

    private static final int GOODPUT = 5;

    /** The pointer in the middle of a graph. */
    private static final String POINT = """
            const over = document.querySelectorAll('.u-over')[arguments[0]];
            const box = over.getBoundingClientRect();
            over.dispatchEvent(new MouseEvent('mousemove', {
              bubbles: true, clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 }));""";

    private static final String PIXELS = "return document.querySelectorAll('canvas')[arguments[0]].toDataURL();";

    @TempDir
    Path folder;

    private Chromium browser;

    @BeforeEach
    void open() throws Exception {
        Path trace = Files.writeString(folder.resolve("send.jsonl"), HandTrace.CLIENT);
        assertThat(new CapturedConsole().run("plot", trace.toString())).isZero();
        browser = Chromium.start(folder.resolve("profile"));
        browser.size(1280, 1000);
        browser.dark(false);
        browser.open(folder.resolve("send.html"), "");
    }

    @AfterEach
    void close() {
        if (browser != null) {
            browser.close();
        }
    }

    private Object pixels(int graph) {
        return browser.script(PIXELS, graph);
    }

    @Test
    void itDrawsWithoutComplaint() throws Exception {
        assertThat(browser.text("h2")).isEqualTo("10.0.0.1:1000 to 10.0.0.2:2000");
        assertThat(browser.script("return document.body.dataset.graphs;")).isEqualTo("6");
        assertThat(browser.all("canvas")).hasSize(6);
        for (int graph = 0; graph < 6; graph++) {
            assertThat((Long) browser.script(DRAWN, graph))
                    .as("graph %d", graph)
                    .isGreaterThan(2000);
        }
        browser.screenshot(Path.of("target/plot-page.png"));
        assertThat(browser.complaints()).isEmpty();
    }

    /** The diamond of a repetition stands on the cross of its loss; edges are blended, so only whole pixels count. */
    @Test
    void aRepetitionCanBeSeenWhereItsSegmentIsCountedAsLost() {
        assertThat((Long) browser.script(OF_COLOUR, 0, 0xd1, 0x34, 0x1f)).isGreaterThan(20);
        assertThat((Long) browser.script(OF_COLOUR, 0, 0x7a, 0x1f, 0xa2)).isGreaterThan(10);
    }

    @Test
    void aDragZoomsAllGraphsOfTheConnectionAndADoubleClickShowsAll() {
        Object sequence = pixels(0);
        Object window = pixels(3);
        browser.script(DRAG);
        assertThat(pixels(0)).isNotEqualTo(sequence);
        assertThat(pixels(3)).isNotEqualTo(window);
        browser.script(
                "document.querySelectorAll('.u-over')[3].dispatchEvent(new MouseEvent('dblclick', {bubbles: true}));");
        assertThat(pixels(0)).isEqualTo(sequence);
        assertThat(pixels(3)).isEqualTo(window);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aNameHidesItsCurveAndShowsItAgain() {
        Object all = pixels(3);
        browser.script("document.querySelectorAll('.legend')[3].querySelectorAll('button')[3].click();");
        assertThat(pixels(3)).isNotEqualTo(all);
        browser.script("document.querySelectorAll('.legend')[3].querySelectorAll('button')[3].click();");
        assertThat(pixels(3)).isEqualTo(all);
        assertThat(browser.complaints()).isEmpty();
    }

    /** Of {x, y, width, height} of the place of the curves, how many pixels a graph has of a colour inside and below. */
    private static final String INSIDE_AND_BELOW = """
            const [graph, ...colour] = arguments;
            const canvas = document.querySelectorAll('canvas')[graph];
            const over = document.querySelectorAll('.u-over')[graph];
            const bottom = parseInt(over.style.top) + parseInt(over.style.height);
            const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
            copy.drawImage(canvas, 0, 0);
            const data = copy.getImageData(0, 0, canvas.width, canvas.height).data;
            const count = [0, 0];
            for (let i = 0; i < data.length; i += 4) {
              const below = Math.floor(i / 4 / canvas.width) >= bottom * devicePixelRatio ? 1 : 0;
              count[below] += colour.every((part, k) => data[i + k] === part) ? 1 : 0;
            }
            return count;""";

    /** The goodput has one green curve, so all that is blue is what limited: cwnd. */
    @Test
    void whatLimitedIsBelowTheAxisAndCoversNothing() {
        List<?> strip = (List<?>) browser.script(INSIDE_AND_BELOW, GOODPUT, 0x0b, 0x62, 0xa8);
        assertThat((Long) strip.get(0)).as("over the curve").isZero();
        assertThat((Long) strip.get(1)).as("below the axis").isGreaterThan(200);
        String key =
                "[...document.querySelectorAll('.legend')[5].children].find(e => e.textContent.startsWith('strip below'))";
        browser.script(key + ".click();");
        assertThat((Long) ((List<?>) browser.script(INSIDE_AND_BELOW, GOODPUT, 0x0b, 0x62, 0xa8)).get(1))
                .as("hidden by a click on its name")
                .isZero();
        browser.script(key + ".click();");
        browser.script(POINT, GOODPUT);
        assertThat(browser.script("return " + key + ".textContent;"))
                .isEqualTo("strip below: what limited" + "cwnd, recovery");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void keysAndButtonsZoomToo() {
        Object all = pixels(3);
        Object shown = browser.text(".lens output");
        browser.script("document.querySelectorAll('.graph')[3].focus();");
        browser.type("+");
        assertThat(pixels(3)).isNotEqualTo(all);
        assertThat(browser.text(".lens output")).isNotEqualTo(shown);
        browser.type(Keys.ARROW_RIGHT);
        browser.type("-");
        browser.type("0");
        assertThat(pixels(3)).isEqualTo(all);
        assertThat(browser.find(".lens [aria-label='Zoom out']").isEnabled()).isFalse();
        browser.click(".lens [aria-label='Zoom in']");
        browser.click(".lens [aria-label='Later']");
        browser.click(".lens [aria-label='Later']");
        assertThat(browser.find(".lens [aria-label='Later']").isEnabled()).isFalse();
        browser.click(".lens [aria-label='All']");
        assertThat(browser.text(".lens output")).isEqualTo(shown);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void whoDoesNotSeeAGraphIsToldWhatIsInIt() {
        assertThat(browser.find(".graph").getAttribute("aria-label"))
                .startsWith("Time-sequence, sent. window edge (SND.UNA + SND.WND): ")
                .contains("; counted as lost: 1; retransmitted: 1");
    }

    @Test
    void itFitsAPhone() throws Exception {
        for (int width : new int[] {400, 1024, 1400}) {
            browser.viewport(width, 850);
            browser.open(folder.resolve("send.html"), "");
            assertThat(browser.script(
                            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                    .as("at " + width)
                    .isEqualTo(0L);
            browser.screenshot(Path.of("target/plot-page-" + width + ".png"));
        }
    }

    @Test
    void itFollowsThePreferenceForDarkColours() throws Exception {
        Object light = pixels(0);
        browser.dark(true);
        browser.open(folder.resolve("send.html"), "");
        assertThat(browser.script("return getComputedStyle(document.body).backgroundColor;"))
                .isEqualTo("rgb(18, 22, 28)");
        assertThat(pixels(0)).isNotEqualTo(light);
        browser.screenshot(Path.of("target/plot-page-dark.png"));
        assertThat(browser.complaints()).isEmpty();
    }
}
