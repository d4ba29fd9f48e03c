// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import dev.tou.bench.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The file of links, as the command reads it, and as the simulation does. */
class LinkFileTest {

    @TempDir
    Path folder;

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("my.properties"), text).toString();
    }

    @Test
    void theLinksThatHaveAName() {
        assertThat(LinkFile.builtIn().links())
                .extracting(NamedLink::name)
                .containsExactly("lan", "wifi", "lte", "satellite", "lossy", "reorder", "bufferbloat", "blackhole");
        assertThat(LinkFile.builtIn().links()).allSatisfy(link -> {
            assertThat(link.about()).isNotBlank();
            assertThat(link.toServer()).isNotEqualTo(ImpairmentProfile.PERFECT);
        });
    }

    /** Two programs, one file: the classes of the other module's tests are not on our class path, so they are fetched. */
    @Test
    void theSimulationUnderstandsTheSame() throws Exception {
        Path simulation = Path.of("..", "transport", "target", "test-classes").toAbsolutePath();
        assertThat(simulation).as("compiled by the build before this module").isDirectory();
        try (URLClassLoader classes = new URLClassLoader(
                new URL[] {simulation.toUri().toURL()}, getClass().getClassLoader())) {
            Class<?> reader = classes.loadClass("dev.tou.simulation.NamedLinks");
            Object links = reader.getMethod("read").invoke(null);
            assertThat(reader.getMethod("figures").invoke(links)).isEqualTo(figures());
        }
    }

    private static Map<String, String> figures() {
        Map<String, String> all = new TreeMap<>();
        for (NamedLink link : LinkFile.builtIn().links()) {
            all.put(link.name() + ".up", figures(link.toServer()));
            all.put(link.name() + ".down", figures(link.toClient()));
        }
        return all;
    }

    private static String figures(ImpairmentProfile link) {
        return String.format(
                Locale.ROOT,
                "delay %d ns, jitter %d ns, loss %.9f, bad after %.9f for %.9f, late %.9f by %d ns, twice %.9f,"
                        + " corrupt %.9f, rate %d, queue %d, mtu %d",
                link.delay().toNanos(),
                link.jitter().toNanos(),
                link.loss(),
                link.goodToBad(),
                link.badToGood(),
                link.reorder(),
                link.reorderBy().toNanos(),
                link.duplicate(),
                link.corrupt(),
                link.rateBitsPerSecond(),
                link.rateBitsPerSecond() == 0 ? 0 : link.queueBytes(),
                link.mtuBytes() == 0 ? 1500 : link.mtuBytes());
    }

    @Test
    void aFileOfOnesOwn() throws IOException {
        NamedLink link = LinkFile.find(file("""
                # to the islands
                ferry.up.rate = 1mbit
                ferry.about=the ferry's wireless
                ferry.rate=10mbit
                ferry.delay=40ms
                """) + ":ferry");
        assertThat(link.about()).isEqualTo("the ferry's wireless");
        assertThat(link.toServer()).isEqualTo(ImpairmentProfile.parse("delay=40ms,rate=1mbit"));
        assertThat(link.toClient()).isEqualTo(ImpairmentProfile.parse("delay=40ms,rate=10mbit"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            lte              | is not NAME.FIGURE
            a.b.delay=1ms    | is not NAME.FIGURE, NAME.up.FIGURE
            a.up.down.loss=1 | is not NAME.FIGURE
            .delay=1ms       | is not NAME.FIGURE
            a.colour=red     | A link has no "colour"
            a.up.about=red   | A link has no "about"
            a.loss=lots      | a: loss: "lots" is not a share
            b.loss=1%        | knows no link "a"; it has b
            """)
    void whatIsWrongIsSaidWithTheFile(String line, String sentence) throws IOException {
        String file = file(line);
        assertThatThrownBy(() -> LinkFile.find(file + ":a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file)
                .hasMessageContaining(sentence);
    }

    @Test
    void aFigureIsSaidOnce() throws IOException {
        String file = file("a.loss=1%\na.delay=1ms\na.loss=2%\n");
        assertThatThrownBy(() -> LinkFile.find(file + ":a")).hasMessageContaining("\"a.loss\" is there twice");
    }

    @Test
    void aFileThatIsNotThere() {
        assertThatThrownBy(() -> LinkFile.find("no-such-file:a"))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("There is no file no-such-file");
    }
}
