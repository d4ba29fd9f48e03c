// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

/**
 * What a curve means, which decides its colour: the same thing has the same colour in each graph, on the page and in pictures.
 *
 * <p>The hues are far apart for all kinds of colour vision; the second colour is for a dark background. Each stands out from its
 * background by 3:1, as WCAG 2.2 wants of what is drawn (1.4.11).
 */
enum Role {
    SENT("#0b62a8", "#6cb6ff"),
    RETRANSMITTED("#d1341f", "#ff7b6b"),
    ACKNOWLEDGED("#1a7f4b", "#4ecb8d"),
    LOST("#7a1fa2", "#d79bf3"),
    TIMEOUT("#a3006b", "#ff6fc4"),
    PROBE("#b36b00", "#f0b04a"),
    WINDOW_EDGE("#8a7500", "#e3cf4d"),
    PIPE("#4a90c4", "#3f7aa6"),
    THRESHOLD("#b36b00", "#f0b04a"),
    GRAY("#6b7280", "#9aa4b2"),
    FIRST("#0b62a8", "#6cb6ff"),
    SECOND("#c75000", "#ff9a57"),
    THIRD("#1a7f4b", "#4ecb8d"),
    FOURTH("#7a1fa2", "#d79bf3"),
    FIFTH("#8a7500", "#e3cf4d"),
    SIXTH("#6b7280", "#9aa4b2");

    private static final Role[] SERIES = {FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH};

    private final String light;
    private final String dark;

    Role(String light, String dark) {
        this.light = light;
        this.dark = dark;
    }

    /** {@return the colour on a light background, as {@code #rrggbb}} */
    String light() {
        return light;
    }

    /** {@return the colour on a dark background, as {@code #rrggbb}} */
    String dark() {
        return dark;
    }

    /** {@return the colour of the curve number {@code index} among equals; after six they repeat} */
    static Role ofSeries(int index) {
        return SERIES[index % SERIES.length];
    }
}
