// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.bench.Units;

/** A clock that doubles: 1, 2, 4, 8 ... seconds. */
final class Doubling {

    /** A timer wheel turns in steps, and never lets a timer go much too early. */
    private static final double SHARE = 0.9;

    private Doubling() {}

    /** Checks that the {@code n}-th wait, from 0 on, was not shorter than it must be; a busy machine may make it longer. */
    static void check(int n, long nanos) {
        double wanted = 1L << n;
        if (nanos / 1e9 < SHARE * wanted) {
            throw NotSeen.of(Units.format("a wait of %.0f s; it was %.3f s", wanted, nanos / 1e9));
        }
    }
}
