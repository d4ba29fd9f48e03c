// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The page has everything in it, and what a trace says stays text. */
class PageTest {

    private static final String HOSTILE = "</script><script>alert(1)</script>";

    private static String page(String name) throws IOException {
        ConnectionTrace client = HandTrace.client();
        List<Graph> graphs = new Graphs(client, null, 1e6, 0, Double.POSITIVE_INFINITY).all();
        StringWriter out = new StringWriter();
        new Page("tou plot: hand.jsonl", "hand.jsonl", List.of("A remark."), List.of(Section.of(client, name, graphs)))
                .write(out);
        return out.toString();
    }

    private static JsonNode data(String page) throws IOException {
        Matcher matcher =
                Pattern.compile("id=\"data\">(.*?)</script>", Pattern.DOTALL).matcher(page);
        assertThat(matcher.find()).isTrue();
        return new ObjectMapper().readTree(matcher.group(1));
    }

    @Test
    void itLoadsNothing() throws IOException {
        String page = page("a connection");
        assertThat(page).doesNotContainPattern("(?i)(src|href|action|srcset)\\s*=\\s*[\"']?[^\"'\\s>]");
        assertThat(page)
                .doesNotContainPattern("(?i)@import|url\\(|import\\(|fetch\\(|XMLHttpRequest|WebSocket|EventSource");
        assertThat(page).contains("Content-Security-Policy\" content=\"default-src 'none';");
        Matcher addresses = Pattern.compile("https?://[^\\s\"'<>)]*").matcher(page);
        while (addresses.find()) {
            assertThat(addresses.group())
                    .as("only in the library's comment")
                    .isEqualTo("https://github.com/leeoniya/uPlot");
        }
        assertThat(page).as("no place was left unfilled").doesNotContain("<!--");
    }

    @Test
    void itHasTheLicenceOfTheLibraryThatIsInIt() throws IOException {
        assertThat(page("a connection"))
                .contains("The MIT License", "Copyright (c) 2022 Leon Sorokin", "The above copyright notice and this");
    }

    @Test
    void whatATraceSaysIsNoMarkup() throws IOException {
        String page = page(HOSTILE);
        assertThat(page).doesNotContain(HOSTILE);
        assertThat(data(page).path("groups").path(0).path("name").asText()).isEqualTo(HOSTILE);
    }

    @Test
    void curvesAreColumnsOfDifferences() throws IOException {
        JsonNode graphs = data(page("a connection")).path("groups").path(0).path("graphs");
        JsonNode sequence = graphs.path(0);
        assertThat(sequence.path("key").asText()).isEqualTo("time-sequence");
        JsonNode sent = sequence.path("curves").path(2);
        assertThat(sent.path("name").asText()).isEqualTo("sent");
        assertThat(sent.path("form").asText()).isEqualTo("bars");
        assertThat(sent.path("x").toString())
                .as("0 and 11 ms in steps of 100 ns")
                .isEqualTo("[0,110000]");
        assertThat(sent.path("y").toString()).isEqualTo("[0,1]");
        assertThat(sent.path("end").toString()).isEqualTo("[1,3000]");
        JsonNode ssthresh = graphs.path(3).path("curves").path(2);
        assertThat(ssthresh.path("name").asText()).isEqualTo("ssthresh");
        assertThat(ssthresh.path("y").toString()).isEqualTo("[null,10136]");
    }

    @Test
    void thinningIsSaidOnThePage() throws IOException {
        Samples many = Samples.points();
        for (int i = 0; i < 100_000; i++) {
            many.add(i * 1e5, i % 1000);
        }
        Curve curve = new Curve("cwnd", Role.SENT, Curve.Form.STEP, many);
        Graph.Axis time = Graph.Axis.of("time", Quantity.TIME, 1e10);
        Graph graph = new Graph("window", "w", "r.", time, Graph.Axis.of("size", Quantity.BYTES, 1000), List.of(curve));
        StringWriter out = new StringWriter();
        new Page("t", "s", List.of(), List.of(new Section("c", Map.of(), List.of(graph)))).write(out);
        JsonNode drawn =
                data(out.toString()).path("groups").path(0).path("graphs").path(0);
        int points = drawn.path("curves").path(0).path("x").size();
        assertThat(points).isLessThan(25_000);
        assertThat(drawn.path("notes").path(0).asText())
                .startsWith("Thinned to what 6 000 columns can show")
                .contains("of 100 000")
                .contains("--from and --to");
    }

    @ParameterizedTest
    @CsvSource({
        "uplot/uPlot.iife.min.js, 19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
        "uplot/uPlot.min.css, df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04"
    })
    void theLibraryIsTheOneThatWasPublished(String name, String sha256) throws Exception {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(in.readAllBytes());
            assertThat(HexFormat.of().formatHex(digest)).isEqualTo(sha256);
        }
    }
}
