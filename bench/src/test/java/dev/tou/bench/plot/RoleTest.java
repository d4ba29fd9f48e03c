// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.tou.bench.Contrast;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The colours of curves. */
class RoleTest {

    /** Of what is drawn, WCAG 2.2 wants this (1.4.11). */
    private static final double LEAST = 3;

    @ParameterizedTest
    @EnumSource
    void itStandsOutFromWhatItIsDrawnOn(Role role) throws IOException {
        List<String> css = Files.readAllLines(Path.of("src/main/resources/dev/tou/bench/plot/page.css"));
        Contrast light = Contrast.of(css.get(0)).with("curve", role.light());
        Contrast dark = Contrast.of(css.get(1)).with("curve", role.dark());
        for (Contrast colours : List.of(light, dark)) {
            colours.check("curve", "back", LEAST);
            colours.check("curve", "card", LEAST);
        }
    }
}
