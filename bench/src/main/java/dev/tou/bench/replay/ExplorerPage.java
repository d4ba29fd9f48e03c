// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The page that steps through recorded scenes: the state diagram, the sequence spaces, the segments between them. One file, opened
 * from disk; it loads nothing.
 */
final class ExplorerPage {

    /** The scenes of docs/explorer.html, by name. */
    static final List<String> BUNDLED = List.of(
            "handshake",
            "syn-ack-lost-once",
            "simultaneous-open",
            "sequence-numbers",
            "window",
            "zero-window",
            "nagle",
            "fast-retransmit",
            "timeout",
            "congestion-window",
            "four-way-close",
            "three-way-close",
            "simultaneous-close",
            "time-wait",
            "data-after-close",
            "half-close");

    private static final Set<String> PARTS = Set.of("css", "js");

    private ExplorerPage() {}

    /** {@return the page with these scenes} */
    static String of(List<RecordedScene> scenes) {
        String page = resource("explorer.html");
        for (String part : PARTS) {
            page = page.replace(
                    "<!-- explorer." + part + " -->",
                    resource("explorer." + part).strip());
        }
        String traces = scenes.stream()
                .map(scene -> scene.lines().stream().map(ExplorerPage::escaped).collect(Collectors.joining("\n")))
                .collect(Collectors.joining("\n\n"));
        return page.replace("<!-- scenes -->", traces);
    }

    // Within a script element nothing but this could end it; in JSON it means the same.
    private static String escaped(String line) {
        return line.replace("<", "\\u003c");
    }

    private static String resource(String name) {
        try (InputStream in = ExplorerPage.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
