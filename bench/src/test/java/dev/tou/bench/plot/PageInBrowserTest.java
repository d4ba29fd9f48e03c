// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.nio.file.Files;
import java.nio.file.Path;

import dev.tou.bench.CapturedConsole;
import dev.tou.bench.browser.Chromium;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
