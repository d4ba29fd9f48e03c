// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.util.Locale;

/**
 * One named thing in a graph.
 *
 * @param name in the words of the field, with the variable of the RFC where it has one
 * @param role what it means, which is its colour
 * @param form how it is drawn
 * @param samples in base units, see {@link Quantity}
 */
record Curve(String name, Role role, Form form, Samples samples) {

    /** How a curve is drawn. */
    enum Form {
        /** From point to point. */
        LINE,
        /** A value that holds until the next one. */
        STEP,
        /** A vertical bar from y to the end, at each x. */
        BARS,
        /** The same with a diamond in its middle: a bar of one segment is too small to be seen among thousands. */
        DIAMONDS,
        /** The same with a ring around its middle, in which a diamond has room. */
        RINGS,
        /** A bar from x to the end, in the row y. */
        SPANS,
        /** A small dot at each point. */
        DOTS,
        /** A cross at each point. */
        CROSSES,
        /** A triangle that stands on its tip, at each point. */
        TRIANGLES;

        /** {@return whether each is a vertical bar from y to an end, whatever marks it} */
        boolean isBar() {
            return this == BARS || this == DIAMONDS || this == RINGS;
        }

        /** {@return the name by which the page knows it} */
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
