// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** How much colours of a style sheet stand out from each other: WCAG 2.2, "relative luminance" and "contrast ratio". */
public record Contrast(Map<String, Integer> colours) {

    /** Of text (1.4.3). */
    private static final double LEAST = 4.5;

    private static final Pattern COLOUR = Pattern.compile("--([a-z-]+): #([0-9a-f]{6});");

    /** {@return the colours that a rule defines, by name} */
    public static Contrast of(String css) {
        return new Contrast(COLOUR.matcher(css)
                .results()
                .collect(Collectors.toMap(found -> found.group(1), Contrast::colour, (one, other) -> one)));
    }

    private static Integer colour(MatchResult found) {
        return Integer.valueOf(found.group(2), 16);
    }

    /** {@return the same, with one more} */
    public Contrast with(String name, String colour) {
        Map<String, Integer> all = new HashMap<>(colours);
        all.put(name, Integer.valueOf(colour.substring(1), 16));
        return new Contrast(all);
    }

    /** Of text. */
    public void check(String ink, String ground) {
        check(ink, ground, LEAST);
    }

    public void check(String ink, String ground, double least) {
        double one = luminance(colours.get(ink));
        double other = luminance(colours.get(ground));
        assertThat((Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05))
                .as(ink + " on " + ground + " of " + colours)
                .isGreaterThanOrEqualTo(least);
    }

    private static double luminance(int colour) {
        return 0.2126 * linear(colour >> 16) + 0.7152 * linear(colour >> 8) + 0.0722 * linear(colour);
    }

    private static double linear(int part) {
        double share = (part & 0xff) / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    }
}
