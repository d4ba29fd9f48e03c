// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.util.Locale;

/**
 * What an axis counts, with the units that it may be shown in, each so many of the base unit.
 *
 * <p>The base units are those of a trace: nanoseconds and bytes, and bits a second for rates.
 */
enum Quantity {
    TIME(100, unit("us", 1e3), unit("ms", 1e6), unit("s", 1e9)),
    BYTES(1, unit("B", 1), unit("KiB", 1024), unit("MiB", 1024 * 1024), unit("GiB", 1024.0 * 1024 * 1024)),
    RATE(1, unit("bit/s", 1), unit("kbit/s", 1e3), unit("Mbit/s", 1e6), unit("Gbit/s", 1e9)),
    /** How many nines a share has: 0.9 is one, 0.99 two. */
    NINES(1e-4, unit("", 1)),
    /** Rows with names instead of numbers. */
    ROWS(1, unit("", 1));

    /**
     * One unit.
     *
     * @param size how much of the base unit it is
     */
    record Unit(String name, double size) {}

    /** So many of a unit must be there for it to be chosen: 1.5 s are shown as 1500 ms. */
    private static final double ENOUGH = 2;

    private final double step;
    private final Unit[] units;

    Quantity(double step, Unit... units) {
        this.step = step;
        this.units = units;
    }

    private static Unit unit(String name, double size) {
        return new Unit(name, size);
    }

    /** {@return the unit in which an axis up to {@code largest} has handy numbers} */
    Unit unitFor(double largest) {
        Unit chosen = units[0];
        for (Unit candidate : units) {
            if (largest >= ENOUGH * candidate.size()) {
                chosen = candidate;
            }
        }
        return chosen;
    }

    /** {@return the least difference that is kept, in the base unit: what is written into a page is a multiple of it} */
    double step() {
        return step;
    }

    /** {@return the name by which the page knows it} */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
